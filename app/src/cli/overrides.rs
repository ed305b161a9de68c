//! `frontdesk close`, `open`, `block`, `unblock`: overrides of the flow from a terminal.
use std::process::ExitCode;
use std::sync::Arc;

use adapters_persistence::{SqlOperationsLog, SqlOverrides};
use clap::Args;
use frontdesk_domain::duration::parse_until;
use frontdesk_domain::{CallerId, PhoneAddress, PhoneNumber};
use frontdesk_ports::{Clock, ManageOverrides, OverrideError};
use frontdesk_services::flow_versions::FlowVersions;
use frontdesk_services::overrides::Overrides;

use super::Failure;
use super::user::operator;
use crate::carrier::HostedPrompts;
use crate::config::Config;
use crate::system::SystemClock;
use crate::wiring::open_database;

/// When a running server applies a change: it polls the database at this interval.
const DELAY: &str = "a running server applies it within 3 seconds";

#[derive(Debug, Args)]
pub(super) struct Close {
    /// The end of the closure: a time of day (14:00), a time from now (2h), or a date and a time (2026-12-24T14:00), in the
    /// company's zone.
    #[arg(long, value_name = "TIME")]
    until: String,
    /// The message to callers, played first.
    #[arg(long, value_name = "WORDS")]
    say: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Caller {
    /// The caller's number in any spelling, such as +33899123456, their address (sip:…, client:…), or `withheld` for all
    /// callers who withhold their number.
    caller: String,
}

/// Parses the caller that a command names; national numbers belong to the country of the main number.
pub(super) fn caller(text: &str, config: &Config) -> Result<CallerId, Failure> {
    let flow = config.flow.as_ref().map(|own| own.flow.draft());
    let own = flow
        .and_then(|draft| draft.main_numbers.keys().next())
        .or_else(|| config.builtin.forward_to.iter().find_map(PhoneAddress::number));
    if let Some(number) = PhoneNumber::read(text, own) {
        return Ok(CallerId::Known(number));
    }
    match CallerId::read(text) {
        CallerId::Withheld if text.trim().is_empty() => Err(Failure::Usage("name a caller".to_owned())),
        CallerId::Other(other) if !other.bytes().all(|b| b.is_ascii_digit()) => Err(Failure::Usage(format!(
            "{text:?} is not a valid caller; use a number such as +33123456789, an address such as sip:ann@example.com, or withheld"
        ))),
        caller => Ok(caller),
    }
}

/// The overrides of the configured database.
async fn overrides(config: &Config) -> Result<Overrides, Failure> {
    let flow = config
        .flow
        .clone()
        .ok_or_else(|| Failure::Usage("there is no flow: neither flow nor forward_to is set".to_owned()))?;
    let flow = FlowVersions::new(flow, Arc::new(HostedPrompts::default()))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let db = open_database(&config.database_url).await?;
    Ok(Overrides {
        flow: Arc::new(flow),
        store: Arc::new(SqlOverrides::new(db.clone())),
        restrictions: None,
        trail: Arc::new(SqlOperationsLog::new(db)),
        clock: Arc::new(SystemClock),
    })
}

fn refused(error: OverrideError) -> Failure {
    match error {
        OverrideError::Store(error) => Failure::Failed(error.to_string()),
        other => Failure::Usage(other.to_string()),
    }
}

impl Close {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let until = parse_until(&self.until, SystemClock.now(), &config.zone).map_err(Failure::Usage)?;
        overrides(&config).await?.close(&operator(), until, self.say).await.map_err(refused)?;
        println!(
            "closed until {} ({DELAY})",
            until.to_zoned_datetime(config.zone).strftime("%Y-%m-%d %H:%M %Z")
        );
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn open(config: Config) -> Result<ExitCode, Failure> {
    let was_closed = overrides(&config).await?.open(&operator()).await.map_err(refused)?;
    if was_closed {
        println!("open ({DELAY})");
    } else {
        println!("there was no temporary closure");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn block(named: Caller, config: Config) -> Result<ExitCode, Failure> {
    let caller = caller(&named.caller, &config)?;
    let overrides = overrides(&config).await?;
    let is_new = overrides.block(&operator(), &caller, "a number").await.map_err(refused)?;
    if is_new {
        println!("blocked ({DELAY})");
    } else {
        println!("already blocked");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn unblock(named: Caller, config: Config) -> Result<ExitCode, Failure> {
    let caller = caller(&named.caller, &config)?;
    let overrides = overrides(&config).await?;
    let was_blocked = overrides.unblock(&operator(), &caller, "a number").await.map_err(refused)?;
    if was_blocked {
        println!("no longer blocked ({DELAY})");
    } else {
        println!("not blocked");
    }
    Ok(ExitCode::SUCCESS)
}
