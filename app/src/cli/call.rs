//! `frontdesk call`: a simulated call from the terminal.
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use adapters_simulator::{
    CalleeScript, CarrierRecords, Credentials, LineEvent, NewCall, Party, Script, ScriptTime,
    SimulatedCarrier, TalkEnd, Wire, murmur, rest_routes, wav_seconds,
};
use bytes::Bytes;
use clap::Args;
use frontdesk_domain::CallerId;
use frontdesk_ports::Clock;
use poem::EndpointExt;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::{Host, Url};

use super::Failure;
use super::demo::Rendezvous;
use crate::config::{Config, parse_duration};
use crate::environment::Environment;
use crate::system::{SystemClock, SystemIds};
use frontdesk_server::serve;

/// How long a finished call waits for its message to be fetched from this process.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(super) struct Call {
    /// The caller: a number, `anonymous`, `sip:…`, `client:…`.
    #[arg(long, default_value = "+33123456789", value_name = "NUMBER", value_parser = caller)]
    from: String,
    /// The caller's name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Keys to press, one entry for each prompt: `9,1`.
    #[arg(long, value_delimiter = ',', value_name = "KEYS", value_parser = keys)]
    press: Vec<String>,
    /// The message to leave, a WAV file [default: 3 s of synthetic speech if a mailbox answers].
    #[arg(long, value_name = "FILE.wav")]
    message: Option<PathBuf>,
    /// Say nothing at the tone.
    #[arg(long, conflicts_with = "message")]
    no_message: bool,
    /// What each called phone does, in turn: accept, decline, machine, hang-up, reject, busy, no-answer, fail.
    #[arg(long, value_delimiter = ',', default_value = "accept", value_name = "HOW")]
    callee: Vec<CalleeScript>,
    /// How long caller and callee talk.
    #[arg(long, default_value = "30s", value_parser = parse_duration, value_name = "TIME")]
    talk: Duration,
    /// The caller hangs up after this time, wherever the call is.
    #[arg(long, value_parser = parse_duration, value_name = "TIME")]
    hang_up_after: Option<Duration>,
    /// End by a dropped connection instead of a hang-up.
    #[arg(long, requires = "hang_up_after")]
    line_breaks: bool,
    /// Speed factor; 0 waits for nothing.
    #[arg(long, default_value_t = 20, value_name = "TIMES")]
    speed: u32,
    /// The running instance [default: http://127.0.0.1:8080].
    #[arg(long, value_name = "BASE")]
    url: Option<Url>,
}

/// Parses a caller in one of the forms that the carrier reports.
fn caller(text: &str) -> Result<String, String> {
    let is_number = text.strip_prefix('+').is_some_and(|digits| {
        (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_address = ["sip:", "sips:", "client:", "whatsapp:", "tel:"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    let is_withheld =
        text.chars().all(char::is_alphabetic) && matches!(CallerId::read(text), CallerId::Withheld);
    if is_number || is_address || is_withheld {
        return Ok(text.to_owned());
    }
    Err("use a number such as +33123456789, an address such as sip:ann@example.com, or anonymous".to_owned())
}

/// Parses telephone keys.
fn keys(text: &str) -> Result<String, String> {
    let is_key = |key: char| key.is_ascii_digit() || key == '*' || key == '#';
    if !text.is_empty() && text.chars().all(is_key) {
        return Ok(text.to_owned());
    }
    Err("use the keys 0 to 9, * and #".to_owned())
}

/// A running instance, and what a simulated call to it needs.
struct Target {
    url: String,
    public_url: String,
    credentials: Credentials,
    number: String,
    /// The REST base URL for recordings: the demo's simulated carrier, or the one that the instance is configured with.
    api_url: String,
    is_demo: bool,
}

impl Call {
    pub(super) async fn run(self, config: Config, environment: &Environment) -> Result<ExitCode, Failure> {
        let message = self.message()?;
        let target = self.target(&config, environment)?;
        let wire = Wire::new(target.credentials.clone(), config.proxies.client_builder())
            .map_err(|error| Failure::Failed(error.to_string()))?;
        let time = Arc::new(ScriptTime::from(SystemClock.now(), self.speed));
        let records = Arc::new(CarrierRecords::default());
        let mut carrier =
            SimulatedCarrier::new(wire, &target.url, time, Arc::new(SystemIds), records.clone())
                .signing_for(&target.public_url)
                .listened_by(|event| print_event(&event));
        let mut records_are_served = false;
        if target.is_demo {
            carrier = carrier.storing_at(&target.api_url);
        } else {
            records_are_served = serve_records(&target, &records).await;
        }
        // A demo marks simulated calls by their carrier; on other servers the caller's name says so.
        let from_name = self.name.or_else(|| (!target.is_demo).then(|| "Simulated call".to_owned()));
        let call = NewCall { from: self.from, to: target.number.clone(), from_name };
        let script = Script {
            presses: self.press.into(),
            message,
            callees: self.callee.into(),
            talk: self.talk,
            talk_ended_by: TalkEnd::Caller,
            hang_up_after: self.hang_up_after,
            line_breaks: self.line_breaks,
            ..Script::default()
        };
        let report = carrier.place(call, &mut script.players()).await;
        if report.recorded
            && records_are_served
            && tokio::time::timeout(FETCH_TIMEOUT, records.fetched()).await.is_err()
        {
            println!("(the message was not fetched within {FETCH_TIMEOUT:?})");
        } else if report.recorded && !target.is_demo && !records_are_served {
            println!("(the message cannot be fetched: {} is not this machine)", target.api_url);
        }
        Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn message(&self) -> Result<Option<Bytes>, Failure> {
        let Some(path) = &self.message else { return Ok((!self.no_message).then(|| murmur(3))) };
        let name = path.display();
        let bytes =
            std::fs::read(path).map_err(|error| Failure::Usage(format!("--message {name}: {error}")))?;
        match wav_seconds(&bytes) {
            Ok(_) => Ok(Some(bytes.into())),
            Err(error) => Err(Failure::Usage(format!("--message {name}: {error}"))),
        }
    }

    /// The instance to call: a running demo on that port, or the instance of the account in the configuration.
    fn target(&self, config: &Config, environment: &Environment) -> Result<Target, Failure> {
        let url = match &self.url {
            Some(url) => url.clone(),
            None => {
                Url::parse(&format!("http://{}", config.listen)).map_err(|e| Failure::Usage(e.to_string()))?
            }
        };
        let base = url.as_str().trim_end_matches('/').to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let here = url.host().is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        });
        let demo = if here { Rendezvous::find(environment, port).filter(Rendezvous::is_alive) } else { None };
        if let Some(demo) = demo {
            let credentials = Credentials { account_sid: demo.account_sid, auth_token: demo.auth_token };
            let Rendezvous { public_url, number, api_url, .. } = demo;
            return Ok(Target { url: base, public_url, credentials, number, api_url, is_demo: true });
        }
        let Some(account) = &config.account else {
            let why = format!(
                "no demo runs at {base}; start one with `frontdesk demo`, or give the configuration of the instance \
                 with --config"
            );
            return Err(Failure::Failed(why));
        };
        let auth_token =
            account.tokens.first().map(|token| token.expose_secret().to_owned()).unwrap_or_default();
        Ok(Target {
            public_url: config.public_url.as_ref().map_or_else(|| base.clone(), ToString::to_string),
            url: base,
            credentials: Credentials { account_sid: account.sid.clone(), auth_token },
            number: "+12025550100".to_owned(),
            api_url: account.api_url.to_string(),
            is_demo: false,
        })
    }
}

/// Serves recordings at the REST base URL that the instance requests, if that is a free port of this machine.
async fn serve_records(target: &Target, records: &Arc<CarrierRecords>) -> bool {
    let Ok(url) = Url::parse(&target.api_url) else { return false };
    let address =
        url.socket_addrs(|| None).ok().and_then(|all| all.into_iter().find(|a| a.ip().is_loopback()));
    let Some(address) = address else { return false };
    let Ok(listener) = TcpListener::bind(address).await else { return false };
    let routes = Arc::new(rest_routes(&target.credentials, records.clone()).boxed());
    let (never, running) = watch::channel(false);
    tokio::spawn(async move {
        serve(listener, routes, running).await;
        drop(never);
    });
    true
}

fn who(party: Party) -> &'static str {
    match party {
        Party::Caller => "caller",
        Party::Callee => "callee",
    }
}

fn print_event(event: &LineEvent) {
    match event {
        LineEvent::Placed { call, from, to } => println!("{from} calls {to} ({call})"),
        LineEvent::Heard { party, text } => println!("  {} hears: {text}", who(*party)),
        LineEvent::KeyRequested { .. } => {}
        LineEvent::Pressed { party, keys } => println!("  {} presses {keys}", who(*party)),
        LineEvent::Silent { party } => println!("  {} presses nothing", who(*party)),
        LineEvent::Ringing { number } => println!("  {number} rings"),
        LineEvent::RingEnded { number, status } => println!("  {number}: {status}"),
        LineEvent::Bridged => println!("  caller and callee are connected"),
        LineEvent::Talked { seconds } => println!("  caller and callee talked for {seconds} s"),
        LineEvent::Tone => println!("  tone"),
        LineEvent::Recorded { seconds: 0 } => println!("  no message was left"),
        LineEvent::Recorded { seconds } => println!("  a message of {seconds} s was recorded"),
        LineEvent::Ended { by, status, seconds } => println!("ended by the {by}: {status} after {seconds} s"),
        LineEvent::Problem { text } => println!("  PROBLEM: {text}"),
    }
}

#[cfg(test)]
mod tests;
