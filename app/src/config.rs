//! Settings: one TOML file, each key overridable from the environment, secrets also from files.

mod account;
mod calendar;
mod error;
mod flow;
mod keys;
mod mailboxes;
mod notify;
mod recordings;
mod requirements;
mod sign_in;
mod sip;
mod source;
mod warnings;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use adapters_recordings::Place;
use adapters_transcription::Command;
use frontdesk_domain::{BuiltinFlow, PhoneAddress, builtin_flow};
use frontdesk_ports::{Account, PublicUrl};
use frontdesk_services::auth::password::NewPassword;
use frontdesk_services::flow_versions::FlowWithAudio;
use frontdesk_services::maintenance::RetentionPolicy;
use frontdesk_services::restrictions::Caps;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::environment::Environment;
use crate::http_client::Proxies;
use crate::telemetry::{LogFormat, LogLevels};

pub use error::{ConfigError, ConfigErrors, Shown};
pub use flow::FlowText;
pub use frontdesk_domain::duration::parse_duration;
pub use notify::{By, Recipient, Smtp};
pub use requirements::Needs;
pub use sign_in::{Provider, SignInSettings};
pub use sip::SipSettings;
pub use source::{Settings, Value, is_configured};
pub use warnings::public_url_warning;

/// The default limit of requests per minute of a token.
const REQUESTS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(600).expect("600 is not zero");

/// All settings, read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The base URL at which the carrier reaches this server.
    pub public_url: Option<PublicUrl>,
    /// The address that serves everything, or only the carrier's routes if `private_listen` is set.
    pub listen: SocketAddr,
    /// A separate address for users and API clients.
    pub private_listen: Option<SocketAddr>,
    /// A separate address for the metrics.
    pub metrics_listen: Option<SocketAddr>,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged, by module.
    pub log_levels: LogLevels,
    /// The call log's database.
    pub database_url: String,
    /// A standby of that database, from which the feed is read.
    pub database_read_url: Option<String>,
    /// Where audio is stored.
    pub recordings: Place,
    /// Whether the carrier's copy of a message is deleted once the local copy is verified.
    pub delete_at_carrier: bool,
    /// The folder that buffers events while the database is unavailable.
    pub spool: PathBuf,
    /// How long each kind of data is stored.
    pub retention: RetentionPolicy,
    /// The command that transcribes messages on this machine.
    pub transcription: Option<Command>,
    /// Whether a later conversation with the same caller marks a missed call done.
    pub resolves_misses: bool,
    /// The account at the carrier.
    pub account: Option<Account>,
    /// The SIP line.
    pub sip: Option<SipSettings>,
    /// The password of the user `admin`.
    pub admin_password: Option<SecretString>,
    /// A token for programs.
    pub api_token: Option<SecretString>,
    /// The limit of requests per minute of a token.
    pub requests_per_minute: NonZeroU32,
    /// Sign-in through a trusted proxy or an identity provider.
    pub sign_in: SignInSettings,
    /// The company's time zone.
    pub zone: TimeZone,
    /// The base URL of the feed, for links and cookies; `None` means `public_url`.
    pub feed_url: Option<Url>,
    /// The mail server, if a recipient gets e-mail.
    pub smtp: Option<Smtp>,
    /// The recipients of notifications.
    pub recipients: Vec<Recipient>,
    /// Caps on forwarded calls, and on the calls of one caller.
    pub caps: Caps,
    /// The settings of the built-in flow.
    pub builtin: BuiltinFlow,
    /// The proxies that outgoing HTTP requests go through.
    pub proxies: Proxies,
    /// The call flow: the company's own, or the built-in one if `forward_to` is set.
    pub flow: Option<FlowWithAudio>,
}

impl Config {
    /// Reads the file (the one named, or `frontdesk.toml` if there is one) and the environment.
    pub fn load(file: Option<&Path>, environment: &Environment, needs: Needs) -> Result<Self, ConfigErrors> {
        let mut settings = Settings::read(file, environment);
        let proxies = Proxies::read(environment).unwrap_or_else(|invalid| {
            settings.errors.push(ConfigError::new("", invalid.variable.clone(), invalid.to_string()));
            Proxies::default()
        });
        Ok(Self { proxies, ..Self::from_settings(settings, needs)? })
    }

    /// Checks settings. Reports all problems, not only the first.
    pub fn from_settings(settings: Settings, needs: Needs) -> Result<Self, ConfigErrors> {
        let mut reader = Reader { values: settings.values, errors: settings.errors, flow: settings.flow };
        let config = reader.config();
        if needs == Needs::Production {
            reader.require(&config);
        }
        if reader.errors.is_empty() { Ok(config) } else { Err(ConfigErrors(reader.errors)) }
    }
}

struct Reader {
    values: BTreeMap<String, Value>,
    errors: Vec<ConfigError>,
    flow: Option<FlowText>,
}

impl Reader {
    fn config(&mut self) -> Config {
        let address = |reader: &mut Self, key: &str, default: &str, schemes: &[&str]| {
            let known = |value: &Value| {
                let text = value.text()?;
                let fits = schemes.iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
                if fits { Ok(text) } else { Err(format!("use {}…", schemes.join("… or "))) }
            };
            reader.take(key, known).unwrap_or_else(|| default.to_owned())
        };
        let builtin = self.builtin();
        let smtp = self.smtp();
        let recipients = self.recipients(smtp.as_ref());
        let feed_url = self.take("feed.url", |value| {
            Url::parse(&value.text()?).map_err(|_| "use a URL such as https://calls.example".to_owned())
        });
        let zone = self.take("timezone", zone).unwrap_or(TimeZone::UTC);
        let database_url = address(
            self,
            "database.url",
            "sqlite://data/frontdesk.db",
            &["sqlite://", "postgres://", "postgresql://"],
        );
        let on_server = !database_url.starts_with("sqlite:");
        let database_read_url = self.take("database.read_url", |value| read_url(value, on_server));
        if let Err(error) = adapters_persistence::check_address(&database_url) {
            let place = self.values.get("database.url").map(|value| value.place.clone()).unwrap_or_default();
            self.errors.push(ConfigError::new(place, "database.url", error.to_string()));
        }
        let spool = self.take("spool.path", |value| {
            let path = value.text()?;
            if path.is_empty() {
                Err("it is empty; name a folder".to_owned())
            } else {
                Ok(PathBuf::from(path))
            }
        });
        let recordings_url = address(self, "recordings.url", "file://data/recordings", &["file://", "s3://"]);
        let flow = self.flow(&builtin, &zone, &recipients);
        Config {
            sip: self.sip(flow.as_ref()),
            public_url: self.take("public_url", |value| {
                PublicUrl::parse(value.text()?.trim())
                    .map_err(|error| format!("{error}, such as https://desk.example"))
            }),
            listen: self.address("listen").unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            private_listen: self.address("private_listen"),
            metrics_listen: self.address("metrics.listen"),
            log_format: self.take("log.format", |value| value.text()?.parse()).unwrap_or_default(),
            log_levels: self.take("log.level", |value| value.text()?.parse()).unwrap_or_default(),
            spool: spool.unwrap_or_else(|| spool_beside(&database_url)),
            database_url,
            database_read_url,
            delete_at_carrier: self.take("recordings.delete_at_carrier", Value::boolean).unwrap_or(false),
            transcription: self.transcription(),
            resolves_misses: self.take("feed.resolve_misses", Value::boolean).unwrap_or(true),
            retention: RetentionPolicy {
                calls: self.take("retention.calls", Value::duration),
                audio: self.take("retention.audio", Value::duration),
                transcripts: self.take("retention.transcripts", Value::duration),
                raw: self.take("retention.raw", Value::duration),
                audit: self.take("retention.audit", Value::duration),
            },
            recordings: self.recordings(recordings_url),
            account: self.account(),
            admin_password: self.admin_password(),
            api_token: self.api_token(),
            sign_in: self.sign_in(),
            feed_url,
            smtp,
            requests_per_minute: self
                .take("api.requests_per_minute", Value::count)
                .and_then(NonZeroU32::new)
                .unwrap_or(REQUESTS_PER_MINUTE),
            caps: Caps {
                concurrent_forwards: self.take("limits.concurrent_forwards", Value::count),
                forwards_a_day: self.take("limits.forwards_a_day", Value::count),
                forward_minutes_a_day: self.take("limits.forward_minutes_a_day", Value::count),
                calls_a_caller_an_hour: self.take("limits.calls_a_caller_an_hour", Value::count),
            },
            proxies: Proxies::default(),
            flow,
            recipients,
            zone,
            builtin,
        }
    }

    /// Reads one setting. An invalid value is reported, and counts as not set.
    fn take<T>(&mut self, key: &str, read: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        let value = self.values.get(key)?;
        match read(value) {
            Ok(found) => Some(found),
            Err(what) => {
                self.errors.push(ConfigError::new(value.place.clone(), key, what));
                None
            }
        }
    }

    fn address(&mut self, key: &str) -> Option<SocketAddr> {
        self.take(key, |value| {
            value.text()?.parse().map_err(|_| "use an address and a port, such as 127.0.0.1:8080".to_owned())
        })
    }

    fn secret(&mut self, key: &str) -> Option<SecretString> {
        self.take(key, |value| {
            let text = value.text()?;
            if text.is_empty() {
                Err("it is empty; remove it or give it a value".to_owned())
            } else {
                Ok(text.into())
            }
        })
    }

    fn admin_password(&mut self) -> Option<SecretString> {
        let password = self.secret("auth.admin_password")?;
        let short = |_: &Value| {
            NewPassword::try_from(password.expose_secret()).map(|_| ()).map_err(|bad| bad.to_string())
        };
        self.take("auth.admin_password", short).map(|()| password)
    }

    fn builtin(&mut self) -> BuiltinFlow {
        let default = BuiltinFlow::default();
        let is_hosted = self.has_hosted_carrier();
        let forward_to = self.take("forward_to", |value| {
            let numbers = value.list()?;
            if numbers.is_empty() {
                return Err("it is empty; name at least one number, such as \"+33123456789\"".to_owned());
            }
            let phone = |text: &String| match text.parse::<PhoneAddress>() {
                Ok(phone) if phone.number().is_none() && is_hosted => Err(format!(
                    "{text:?} is not a phone number in E.164 form, such as +33123456789; only a SIP line rings extensions and addresses"
                )),
                read => read.map_err(|error| format!("{text:?} is {error}")),
            };
            numbers.iter().map(phone).collect::<Result<Vec<_>, _>>()
        });
        let time_limit = self.take("limits.time_limit", |value| {
            let limit = value.duration()?;
            let fits = (1..=86_400).contains(&limit.as_secs());
            if fits { Ok(limit) } else { Err("use 1s to 24h".to_owned()) }
        });
        BuiltinFlow {
            forward_to: forward_to.unwrap_or_default(),
            screening: self.take("screening", Value::boolean).unwrap_or(default.screening),
            time_limit: time_limit.unwrap_or(default.time_limit),
            limits: self.limits(is_hosted),
            ..default
        }
    }

    fn flow(
        &mut self,
        builtin: &BuiltinFlow,
        zone: &TimeZone,
        recipients: &[Recipient],
    ) -> Option<FlowWithAudio> {
        let of_file = self.take("flow", |value| FlowText::of_either(Path::new(&value.text()?)));
        if let Some(text) = of_file.or_else(|| self.flow.take()) {
            for key in ["forward_to", "screening"] {
                if let Some(value) = self.values.get(key) {
                    let what =
                        "it is about the built-in flow, and flow says what callers go through; remove one";
                    self.errors.push(ConfigError::new(value.place.clone(), key, what));
                }
            }
            return match text.read(zone, builtin) {
                Ok(own) => {
                    self.mailboxes(&own, recipients);
                    Some(own)
                }
                Err(errors) => {
                    self.errors.extend(errors);
                    None
                }
            };
        }
        if builtin.forward_to.is_empty() {
            return None;
        }
        match builtin_flow(builtin) {
            Ok(flow) => Some(FlowWithAudio { flow, audio: Vec::new() }),
            Err(problems) => {
                let error = |p: frontdesk_domain::flow::Problem| ConfigError::new("", "flow", p.to_string());
                self.errors.extend(problems.0.into_iter().map(error));
                None
            }
        }
    }
}

/// The address of a standby of a PostgreSQL database.
fn read_url(value: &Value, on_server: bool) -> Result<String, String> {
    let url = value.text()?;
    if !on_server {
        return Err("SQLite has no standby; leave it out, or use PostgreSQL for database.url".to_owned());
    }
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("use postgres://…".to_owned());
    }
    adapters_persistence::check_standby_address(&url).map_err(|error| error.to_string())?;
    Ok(url)
}

/// The default spool folder. It is specific to the database, so that events of one database never go into another.
pub fn spool_beside(database_url: &str) -> PathBuf {
    let file = database_url.strip_prefix("sqlite://").map(Path::new);
    let Some(file) = file else { return PathBuf::from("data/spool") };
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push("-spool");
    file.with_file_name(name)
}

fn zone(value: &Value) -> Result<TimeZone, String> {
    let name = value.text()?;
    TimeZone::get(&name)
        .map_err(|_| format!("{name:?} is not an IANA time zone; use one such as Europe/Paris"))
}

#[cfg(test)]
mod tests;
