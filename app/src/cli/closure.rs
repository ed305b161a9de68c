//! `frontdesk close`, `open`, `block`, `unblock`: decisions beside the flow, for whoever sits at a terminal.

use std::process::ExitCode;
use std::sync::Arc;

use adapters_persistence::{SqlLedger, SqlStanding};
use clap::Args;
use frontdesk_domain::{PhoneNumber, Timestamp, parse_duration};
use frontdesk_ports::{Clock, Reception, ReceptionError};
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use super::Failure;
use super::user::operator;
use crate::config::Config;
use crate::services::flow_in_force::FlowInForce;
use crate::services::reception::Deciding;
use crate::system::SystemClock;
use crate::wiring::open_database;

#[derive(Debug, Args)]
pub(super) struct Close {
    /// Until when: a time of day (14:00), a time from now (2h), or a date and a time (2026-12-24T14:00), in the
    /// company's zone.
    #[arg(long, value_name = "TIME")]
    until: String,
    /// What callers are told first.
    #[arg(long, value_name = "WORDS")]
    say: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Number {
    /// The caller's number, such as +33899123456.
    number: PhoneNumber,
}

/// The decisions of the configured desk.
async fn reception(config: &Config) -> Result<Deciding, Failure> {
    let flow = config
        .flow
        .clone()
        .ok_or_else(|| Failure::Usage("there is no flow: neither flow nor forward_to is set".to_owned()))?;
    let flow = FlowInForce::new(flow, Arc::default()).map_err(|error| Failure::Usage(error.to_string()))?;
    let db = open_database(&config.database_url).await?;
    Ok(Deciding {
        flow: Arc::new(flow),
        store: Arc::new(SqlStanding::new(db.clone())),
        standings: None,
        trail: Arc::new(SqlLedger::new(db)),
        clock: Arc::new(SystemClock),
    })
}

fn refused(error: ReceptionError) -> Failure {
    match error {
        ReceptionError::Store(error) => Failure::Failed(error.to_string()),
        other => Failure::Usage(other.to_string()),
    }
}

impl Close {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let until = until(&self.until, SystemClock.now(), &config.zone).map_err(Failure::Usage)?;
        reception(&config).await?.close(&operator(), until, self.say).await.map_err(refused)?;
        println!("closed until {}", until.to_zoned(config.zone).strftime("%Y-%m-%d %H:%M %Z"));
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn open(config: Config) -> Result<ExitCode, Failure> {
    let was_closed = reception(&config).await?.open(&operator()).await.map_err(refused)?;
    println!("{}", if was_closed { "open" } else { "it was not closed out of turn" });
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn block(Number { number }: Number, config: Config) -> Result<ExitCode, Failure> {
    let reception = reception(&config).await?;
    let is_new = reception.block(&operator(), &number, "a number").await.map_err(refused)?;
    println!("{}", if is_new { "blocked" } else { "it was blocked already" });
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn unblock(Number { number }: Number, config: Config) -> Result<ExitCode, Failure> {
    let reception = reception(&config).await?;
    let was_blocked = reception.unblock(&operator(), &number, "a number").await.map_err(refused)?;
    println!("{}", if was_blocked { "no longer blocked" } else { "it was not blocked" });
    Ok(ExitCode::SUCCESS)
}

/// The instant that a text means: the next time that it is so late, a time from now, or a local date and time.
pub(crate) fn until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let bad = || format!("{text:?} is no time; use one such as 14:00, 2h or 2026-12-24T14:00");
    if let Ok(from_now) = parse_duration(text) {
        return now.checked_add(from_now).map_err(|_| bad());
    }
    if let Ok(local) = text.parse::<DateTime>() {
        return zone.to_timestamp(local).map_err(|_| bad());
    }
    let time: Time = format!("{text}:00").parse().map_err(|_| bad())?;
    let today = now.to_zoned(zone.clone()).date();
    let days = [Some(today), today.tomorrow().ok()].into_iter().flatten();
    let instants = days.filter_map(|day| zone.to_timestamp(day.to_datetime(time)).ok());
    instants.into_iter().find(|instant| *instant > now).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_is_the_next_time_that_it_is_so_late() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let at =
            |text: &str| until(text, "2026-11-25T12:30:00Z".parse().unwrap(), &zone).map(|at| at.to_string());
        assert_eq!(at("14:00").unwrap(), "2026-11-25T13:00:00Z");
        assert_eq!(at("13:00").unwrap(), "2026-11-26T12:00:00Z", "it is half past one: tomorrow");
        assert_eq!(at("2h").unwrap(), "2026-11-25T14:30:00Z");
        assert_eq!(at("2026-12-24T14:00").unwrap(), "2026-12-24T13:00:00Z");
        for bad in ["", "tomorrow", "25:00", "14h00"] {
            assert!(at(bad).unwrap_err().contains("is no time"), "{bad}");
        }
    }
}
