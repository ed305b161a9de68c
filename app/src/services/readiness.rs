//! Whether calls can be taken and kept.

use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_ports::{Readiness, Ready, Trouble};

use super::keeping::{Condition, Keeping};

/// Asks where events are kept.
pub struct KeepingReadiness(pub Arc<Keeping>);

fn behind(waiting: u64) -> String {
    format!("{waiting} events wait in the spool")
}

#[async_trait]
impl Readiness for KeepingReadiness {
    async fn ready(&self) -> Ready {
        match self.0.probe().await {
            Condition::Well => Ready::Ready,
            Condition::Spooling { waiting, away: true } => {
                Ready::Degraded(vec!["the call log is not available".into(), behind(waiting)])
            }
            Condition::Spooling { waiting, away: false } => Ready::Degraded(vec![behind(waiting)]),
            Condition::Losing => Ready::NotReady(vec![
                "the call log is not available".into(),
                "the spool cannot be written".into(),
            ]),
        }
    }

    fn trouble(&self) -> Option<Trouble> {
        match self.0.condition() {
            Condition::Well => None,
            Condition::Spooling { waiting, away: true } => Some(Trouble::LogAway(waiting)),
            Condition::Spooling { waiting, .. } => Some(Trouble::Behind(waiting)),
            Condition::Losing => Some(Trouble::Losing),
        }
    }
}
