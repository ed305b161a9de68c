//! `frontdesk demo`: the whole product with a simulated carrier.

mod rendezvous;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use adapters_recordings::Place;
use adapters_simulator::{CarrierRecords, Credentials, Phone, RealTime, SimulatedCarrier, Wire, rest_routes};
use clap::Args;
use frontdesk_domain::{BuiltinFlow, builtin_flow};
use frontdesk_ports::{Account, Ids, PublicUrl};
use frontdesk_services::flow_versions::FlowWithAudio;
use poem::EndpointExt;
use secrecy::ExposeSecret;
use tokio::sync::watch;

use super::Failure;
use super::lifecycle::{listen, until_stopped};
use crate::carrier;
use crate::config::Config;
use crate::environment::Environment;
use crate::service_manager::PassedSockets;
use crate::system::{SystemClock, SystemIds, fresh_secret};
use crate::wiring::AppBuilder;
use frontdesk_server::serve;

pub(super) use rendezvous::Rendezvous;

/// The demo's main number (555-01xx is reserved for fiction).
const MAIN_NUMBER: &str = "+12025550100";
/// The number that key 1 calls, unless `forward_to` is set.
const CALLEE: &str = "+12025550123";

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where to serve; this machine only [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The folder for database and recordings.
    #[arg(long, default_value = "./data", value_name = "FOLDER")]
    data: PathBuf,
    /// Keep everything in a temporary folder.
    #[arg(long)]
    ephemeral: bool,
}

impl Demo {
    pub(super) async fn run(
        self,
        mut config: Config,
        environment: &Environment,
    ) -> Result<ExitCode, Failure> {
        crate::telemetry::start(config.log_format, &config.log_levels);
        let address = self.listen.unwrap_or(config.listen);
        if !address.ip().is_loopback() {
            let why = format!(
                "the demo serves this machine only, and {address} is reachable from others; use 127.0.0.1"
            );
            return Err(Failure::Usage(why));
        }
        let temporary = self.ephemeral.then(tempfile::tempdir).transpose();
        let temporary = temporary
            .map_err(|error| Failure::Failed(format!("cannot create a temporary folder: {error}")))?;
        let data = temporary.as_ref().map_or(self.data.as_path(), tempfile::TempDir::path).to_owned();

        let mut sockets = PassedSockets::default();
        let listener = listen(&mut sockets, address).await?;
        let address = listener.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
        let here = format!("http://{address}");
        let public = match &config.public_url {
            Some(public) => public.clone(),
            None => PublicUrl::parse(&here).map_err(|error| Failure::Failed(error.to_string()))?,
        };

        // The simulated carrier: a new account for each run, and its REST API on a separate port.
        let ids = Arc::new(SystemIds);
        let credentials = Credentials {
            account_sid: format!("AC{}", hex::encode(&ids.random()[..16])),
            auth_token: hex::encode(&ids.random()[..16]),
        };
        let records = Arc::new(CarrierRecords::default());
        let rest = listen(&mut sockets, SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let rest_address = rest.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
        let api_url = format!("http://{rest_address}");
        let rest_endpoint = Arc::new(rest_routes(&credentials, records.clone()).boxed());
        let (_never, running) = watch::channel(false);
        tokio::spawn(serve(rest, rest_endpoint, running));

        let wire = Wire::new(credentials.clone(), config.proxies.client_builder())
            .map_err(|error| Failure::Failed(error.to_string()))?;
        let time = Arc::new(RealTime(Arc::new(SystemClock)));
        let carrier =
            SimulatedCarrier::new(wire, &here, time, ids.clone(), records).signing_for(public.as_str());
        let phone = Arc::new(Phone::new(carrier, MAIN_NUMBER));

        let simulated = Account {
            carrier: "simulator".into(),
            sid: credentials.account_sid.clone(),
            tokens: vec![credentials.auth_token.clone().into()],
            signing_keys: Vec::new(),
            api_url: api_url
                .parse()
                .map_err(|_| Failure::Failed("no address for the simulated carrier".into()))?,
        };
        let password = config.admin_password.clone().unwrap_or_else(|| fresh_secret(&*ids).into());
        let token = config.api_token.clone().unwrap_or_else(|| fresh_secret(&*ids).into());
        config.public_url = Some(public.clone());
        if config.flow.is_none() {
            config.flow = Some(demo_flow(config.builtin.clone())?);
        }
        // Here, even a flow that is meant for a SIP line uses the hosted carrier's protocol, so that carrier's limits apply.
        let problems = config.flow.iter().flat_map(|own| own.flow.draft().problems(&carrier::LIMITS));
        let problems: Vec<String> = problems.map(|problem| problem.to_string()).collect();
        if !problems.is_empty() {
            let problems = problems.join("; ");
            return Err(Failure::Usage(format!(
                "the simulated carrier has the limits of Twilio: {problems}"
            )));
        }
        config.admin_password = Some(password.clone());
        config.api_token = Some(token.clone());
        config.database_url = format!("sqlite://{}", data.join("demo.db").display());
        config.recordings = Place::folder(&data.join("demo-recordings"));
        config.spool = data.join("demo-spool");
        let app = AppBuilder::new(config).with_simulator(simulated, phone).build().await?;
        let link = format!("{here}/start/{}", app.new_sign_in_link());

        let meeting = Rendezvous {
            public_url: public.to_string(),
            account_sid: credentials.account_sid,
            auth_token: credentials.auth_token,
            api_url,
            number: MAIN_NUMBER.to_owned(),
        };
        let rendezvous_file = meeting.keep(environment, address.port());
        if let Err(error) = &rendezvous_file {
            tracing::warn!("`frontdesk call` will not find this demo: {error}");
        }
        let location = if self.ephemeral { "a temporary folder".into() } else { data.display().to_string() };
        say_where(&here, &link, password.expose_secret(), token.expose_secret(), &location);

        let (routes, running) = app.together();
        let outcome = until_stopped(vec![(listener, routes)], running, None).await;
        drop(rendezvous_file);
        outcome
    }
}

/// Prints the URLs to open, and the credentials.
fn say_where(here: &str, link: &str, password: &str, token: &str, location: &str) {
    println!("frontdesk demo: everything runs on this machine, the carrier is simulated\n");
    println!("  open      {link}   (signs in, once)\n");
    println!("  feed      {here}/");
    println!("  phone     {here}/phone");
    println!("  sign in   admin / {password}");
    println!("  API token {token}\n");
    println!("  from another terminal: frontdesk call --press 1{}", at(here));
    println!("  stored in {location}\n");
}

fn at(here: &str) -> String {
    if here == "http://127.0.0.1:8080" { String::new() } else { format!(" --url {here}") }
}

fn demo_flow(builtin: BuiltinFlow) -> Result<FlowWithAudio, Failure> {
    let callee = CALLEE.parse().map_err(|error| Failure::Failed(format!("{error}")))?;
    let flow = builtin_flow(&BuiltinFlow { forward_to: vec![callee], ..builtin })
        .map_err(|problems| Failure::Failed(problems.to_string()))?;
    Ok(FlowWithAudio { flow, audio: Vec::new() })
}
