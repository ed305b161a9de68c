//! What is left to set up before the first call, for the page that shows it live.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::Timestamp;
use frontdesk_ports::{CheckStatus, Clock, Finding, SetupState, SetupStep};
use tokio::sync::Mutex;

use super::CarrierSetup;

/// How long a result is cached: the page polls more often than that, and the carrier limits requests.
const CACHE_TIME: Duration = Duration::from_secs(10);

/// Checks the public URL and the numbers, and caches the result for ten seconds.
pub struct SetupCheck {
    /// The carrier's side, if there is an account that can be checked.
    pub outside: Option<CarrierSetup>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The last result, and its time.
    pub found: Mutex<Option<(Timestamp, SetupState)>>,
}

impl SetupCheck {
    /// The current state, at most ten seconds old.
    pub async fn state(&self) -> SetupState {
        let Some(outside) = &self.outside else { return SetupState::default() };
        let mut found = self.found.lock().await;
        let now = self.clock.now();
        if let Some((at, state)) = &*found
            && *at <= now
            && now < *at + CACHE_TIME
        {
            return state.clone();
        }
        let public_url = worst(outside.way_in().await.iter());
        let account = outside.account(&*self.clock, None).await;
        let of_numbers = |finding: &&Finding| ["credentials", "number"].contains(&finding.check.as_str());
        let state = SetupState { public_url, number: connected(account.iter().filter(of_numbers)) };
        *found = Some((now, state.clone()));
        state
    }
}

/// The most serious finding decides.
fn worst<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<SetupStep> {
    let worst = findings.max_by_key(|finding| finding.status)?;
    Some(SetupStep {
        is_done: worst.status < CheckStatus::Fault,
        what: worst.what.clone(),
        remedy: worst.remedy.clone(),
    })
}

/// One number that points at this server is enough.
fn connected<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<SetupStep> {
    let findings: Vec<&Finding> = findings.collect();
    let refused = findings.iter().find(|f| f.check == "credentials" && f.status == CheckStatus::Fault);
    let numbers = || findings.iter().filter(|finding| finding.check == "number").copied();
    match refused {
        Some(refused) => worst([*refused].into_iter()),
        None => worst(numbers().min_by_key(|finding| finding.status).into_iter()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_done_despite_warnings_but_not_faults() {
        let plain = Finding::warning("way_in.tls", "not encrypted", "add a proxy");
        let fine = Finding::fine("way_in.signed", "accepted");
        let step = worst([&plain, &fine].into_iter()).unwrap();
        assert!(step.is_done && step.what == "not encrypted" && step.remedy.is_some());
        let fault = Finding::fault("way_in.unsigned", "not reached", "start it");
        assert!(!worst([&plain, &fault, &fine].into_iter()).unwrap().is_done);
    }

    #[test]
    fn one_connected_number_is_enough_and_a_refused_token_is_reported_first() {
        let taken = Finding::fine("credentials", "taken");
        let one = Finding::fine("number", "+15556667777 is connected");
        let other = Finding::fault("number", "+15556667778 has no status callback", "run connect");
        assert!(connected([&taken, &other, &one].into_iter()).unwrap().is_done);
        assert!(!connected([&taken, &other].into_iter()).unwrap().is_done);
        let refused = Finding::fault("credentials", "refused", "copy the token");
        let untried = Finding::untried("number", "the carrier cannot be reached");
        let step = connected([&refused, &untried].into_iter()).unwrap();
        assert!(!step.is_done && step.what == "refused");
    }
}
