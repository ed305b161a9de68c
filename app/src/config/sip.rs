//! The SIP line: `sip.*`. It is part of builds with the feature `sip`.
#[cfg(feature = "sip")]
pub use line::SipSettings;

/// The settings of a SIP line, which this build does not include.
#[cfg(not(feature = "sip"))]
#[derive(Debug, Clone)]
pub enum SipSettings {}

#[cfg(not(feature = "sip"))]
impl super::Reader {
    pub(super) fn sip(&mut self, _: Option<&super::FlowWithAudio>) -> Option<SipSettings> {
        let key = self.values.keys().find(|key| key.starts_with("sip."))?.clone();
        self.need(&key, "this build has no SIP line; build it with cargo build --features sip");
        None
    }
}

#[cfg(feature = "sip")]
mod line {
    use std::net::{IpAddr, SocketAddr};
    use std::ops::RangeInclusive;
    use std::path::PathBuf;
    use std::time::Duration;

    use adapters_audio::WavDecoder;
    use adapters_sip::{Address, DialPlan, Settings, Trunk};
    use adapters_speech::Command;
    use frontdesk_ports::AudioDecoder;
    use frontdesk_services::flow_versions::FlowWithAudio;
    use ipnet::IpNet;
    use secrecy::{ExposeSecret, SecretString};

    use crate::config::{ConfigError, Reader, Value};

    /// The minimum length of a SIP password.
    const MIN_PASSWORD_LENGTH: usize = 16;
    /// The default limit of concurrent calls.
    const MAX_CALLS: u32 = 40;

    /// A SIP line, and the command that synthesizes its prompts.
    #[derive(Debug, Clone)]
    pub struct SipSettings {
        /// The line.
        pub line: Settings,
        /// The speech synthesis command.
        pub voice: Command,
    }

    impl Reader {
        /// Reads the settings of the line, if there are any.
        pub(in crate::config) fn sip(&mut self, flow: Option<&FlowWithAudio>) -> Option<SipSettings> {
            if !self.values.keys().any(|key| key.starts_with("sip.")) {
                return None;
            }
            let listen = self.address("sip.listen");
            if listen.is_none() {
                self.need(
                    "sip.listen",
                    "not set; it is where phones and trunks reach us, such as 192.0.2.1:5060",
                );
            }
            let address = self.take("sip.address", |value| {
                let text = value.text()?;
                text.parse::<IpAddr>().map_err(|_| "use an IP address, such as 192.0.2.1".to_owned())
            });
            let peers = self.peers();
            let users = self.users();
            let tcp = self.take("sip.tcp", Value::boolean).unwrap_or(false);
            if tcp && !users.is_empty() {
                self.need(
                    "sip.tcp",
                    "connections are for the networks in sip.peers alone; leave it out, or sip.users",
                );
            }
            let srtp = self.take("sip.srtp", |value| match value.text()?.as_str() {
                "optional" => Ok(false),
                "required" => Ok(true),
                _ => Err("use \"optional\" or \"required\"".to_owned()),
            });
            let trunk = self.trunk();
            let routes = self.routes(trunk.as_ref(), flow);
            let voice = self.take("sip.voice", |value| {
                let example =
                    "such as [\"espeak-ng\", \"-v\", \"{language}\", \"-w\", \"{file}\", \"--stdin\"]";
                Command::new(value.list()?).map_err(|bad| format!("{bad}; {example}"))
            });
            let max_calls = self.take("sip.max_calls", Value::count).unwrap_or(MAX_CALLS);
            let max_calls_per_peer = self.take("sip.max_calls_a_peer", Value::count).unwrap_or(max_calls);
            let audio_ports = self.take("sip.audio_ports", audio_ports).unwrap_or(20_000..=20_998);
            let audio_timeout = self.take("sip.audio_timeout", Value::duration);
            let drain = self.take("sip.drain", Value::duration);
            let folder = self.take("sip.folder", Value::text).unwrap_or_else(|| "data/sip".to_owned());
            if let Some(own) = flow {
                self.playable(own);
            }
            let listen: SocketAddr = listen?;
            let address = address.or_else(|| Some(listen.ip()).filter(|ip| !ip.is_unspecified()));
            if address.is_some_and(|address| address.is_ipv4() != listen.is_ipv4()) {
                self.need(
                    "sip.address",
                    "one of sip.listen and sip.address is IPv4, the other IPv6; use the same for both",
                );
            }
            if address.is_none() {
                self.need("sip.address", "not set; it is the address of this machine that phones get");
            }
            Some(SipSettings {
                line: Settings {
                    listen,
                    tcp,
                    address: address?,
                    peers: peers?,
                    users,
                    srtp_required: srtp.unwrap_or(false),
                    routes,
                    trunk,
                    max_calls: usize::try_from(max_calls).unwrap_or(usize::MAX),
                    max_calls_per_peer: usize::try_from(max_calls_per_peer).unwrap_or(usize::MAX),
                    audio_ports,
                    audio_timeout: audio_timeout.unwrap_or(Duration::from_secs(60)),
                    drain: drain.unwrap_or(Duration::from_secs(60)),
                    folder: PathBuf::from(folder),
                },
                voice: voice.unwrap_or_default(),
            })
        }

        fn peers(&mut self) -> Option<Vec<IpNet>> {
            let peers = self.take("sip.peers", |value| {
                let network = |text: &String| {
                    let one = text.parse().map(|address: IpAddr| address.into());
                    let bad = |_| format!("{text:?} is not a valid network; use one such as 192.0.2.0/24");
                    text.parse().or(one).map_err(bad)
                };
                let peers: Vec<IpNet> = value.list()?.iter().map(network).collect::<Result<_, _>>()?;
                match peers.iter().find(|network| network.prefix_len() == 0) {
                    Some(_) => Err(
                        "anybody could call, and have phones rung; name the networks of phones and trunks"
                            .into(),
                    ),
                    None => Ok(peers),
                }
            });
            let has_users = self.values.keys().any(|key| key.starts_with("sip.users."));
            if has_users && peers.is_none() && !self.values.contains_key("sip.peers") {
                return Some(Vec::new());
            }
            if peers.as_ref().is_none_or(Vec::is_empty) {
                self.need(
                    "sip.peers",
                    "not set; it names the networks of phones and trunks, such as [\"192.0.2.0/24\"]",
                );
            }
            peers
        }

        fn users(&mut self) -> Vec<(String, SecretString)> {
            let names: Vec<String> = self
                .values
                .keys()
                .filter_map(|key| key.strip_prefix("sip.users."))
                .map(ToOwned::to_owned)
                .collect();
            let user = |name: String| {
                let key = format!("sip.users.{name}");
                let password = self.secret(&key)?;
                if password.expose_secret().len() < MIN_PASSWORD_LENGTH {
                    self.need(
                        &key,
                        "use at least 16 characters: who listens on the network can guess shorter ones",
                    );
                }
                Some((name, password))
            };
            names.into_iter().filter_map(user).collect()
        }

        fn routes(&mut self, trunk: Option<&Trunk>, flow: Option<&FlowWithAudio>) -> DialPlan {
            let mut plan = DialPlan::default();
            let keys: Vec<String> =
                self.values.keys().filter(|key| key.starts_with("sip.routes.")).cloned().collect();
            for key in keys {
                let pattern = key.trim_start_matches("sip.routes.").to_owned();
                let plan = &mut plan;
                self.take(&key, |value| {
                    plan.add(&pattern, &value.text()?).map_err(|error| error.to_string())
                });
            }
            // The trunk rings numbers without a route.
            if let Some(trunk) = trunk
                && !self.values.contains_key("sip.routes.*")
                && let Err(error) = plan.add("*", &trunk.registrar.route())
            {
                self.need("sip.registrar", &error.to_string());
            }
            let phones = flow.into_iter().flat_map(|own| own.flow.phones());
            if let Some(phone) = phones.into_iter().find(|phone| plan.address(phone).is_none()) {
                let what = format!(
                    "no route names {phone}, which the flow rings; add one such as \"{phone}\" = \"sip:bob@192.0.2.9\""
                );
                self.need("sip.routes", &what);
            }
            plan
        }

        fn trunk(&mut self) -> Option<Trunk> {
            let registrar = self.take("sip.registrar", |value| {
                Address::parse(&value.text()?).map_err(|error| format!("it is {error}"))
            });
            let username = self.take("sip.username", Value::text);
            let password = self.secret("sip.password");
            if registrar.is_some() {
                for key in ["sip.username", "sip.password"] {
                    if !self.values.contains_key(key) {
                        self.need(key, "not set; sip.registrar asks for it");
                    }
                }
            }
            Some(Trunk { registrar: registrar?, username: username?, password: password? })
        }

        /// Checks that a line can play the flow's audio files.
        fn playable(&mut self, own: &FlowWithAudio) {
            for (file, bytes) in &own.audio {
                if WavDecoder.decode(bytes).is_err() {
                    let what = format!(
                        "the audio file {} cannot be played on a SIP line, which plays WAV files of whole numbers (PCM)",
                        file.0
                    );
                    self.errors.push(ConfigError::new("", "flow", what));
                }
            }
        }
    }

    /// `20000-20998`.
    fn audio_ports(value: &Value) -> Result<RangeInclusive<u16>, String> {
        let text = value.text()?;
        let ports = text.split_once('-').and_then(|(first, last)| {
            Some((first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?))
        });
        match ports {
            Some((first, last)) if first >= 1024 && first.is_multiple_of(2) && last >= first + 2 => {
                Ok(first..=last)
            }
            _ => Err("use a range of ports from an even one, such as 20000-20998".to_owned()),
        }
    }
}
