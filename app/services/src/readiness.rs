//! Whether calls can be taken and kept.

use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_ports::{Readiness, Ready, Trouble};

use super::event_intake::{EventIntake, IntakeHealth};

/// Asks where events are kept.
pub struct IntakeReadiness(pub Arc<EventIntake>);

fn behind(waiting: u64) -> String {
    format!("{waiting} events wait in the spool")
}

#[async_trait]
impl Readiness for IntakeReadiness {
    async fn ready(&self) -> Ready {
        match self.0.probe().await {
            IntakeHealth::Healthy => Ready::Ready,
            IntakeHealth::Buffering { waiting, away: true } => {
                Ready::Degraded(vec!["the call log is not available".into(), behind(waiting)])
            }
            IntakeHealth::Buffering { waiting, away: false } => Ready::Degraded(vec![behind(waiting)]),
            IntakeHealth::Failing => Ready::NotReady(vec![
                "the call log is not available".into(),
                "the spool cannot be written".into(),
            ]),
        }
    }

    fn trouble(&self) -> Option<Trouble> {
        match self.0.condition() {
            IntakeHealth::Healthy => None,
            IntakeHealth::Buffering { waiting, away: true } => Some(Trouble::LogAway(waiting)),
            IntakeHealth::Buffering { waiting, .. } => Some(Trouble::Behind(waiting)),
            IntakeHealth::Failing => Some(Trouble::Losing),
        }
    }
}
