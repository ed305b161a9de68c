//! Readiness: whether events can be stored.
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_ports::{Readiness, Ready, Trouble};

use super::event_intake::{EventIntake, IntakeHealth};

/// Derives readiness from the event intake.
pub struct IntakeReadiness(pub Arc<EventIntake>);

fn buffered(waiting: u64) -> String {
    format!("{waiting} events wait in the spool")
}

#[async_trait]
impl Readiness for IntakeReadiness {
    async fn ready(&self) -> Ready {
        match self.0.probe().await {
            IntakeHealth::Healthy => Ready::Ready,
            IntakeHealth::Buffering { waiting, unavailable: true } => {
                Ready::Degraded(vec!["the call log is not available".into(), buffered(waiting)])
            }
            IntakeHealth::Buffering { waiting, unavailable: false } => {
                Ready::Degraded(vec![buffered(waiting)])
            }
            IntakeHealth::Failing => Ready::NotReady(vec![
                "the call log is not available".into(),
                "the spool cannot be written".into(),
            ]),
        }
    }

    fn trouble(&self) -> Option<Trouble> {
        match self.0.health() {
            IntakeHealth::Healthy => None,
            IntakeHealth::Buffering { waiting, unavailable: true } => {
                Some(Trouble::DatabaseUnavailable(waiting))
            }
            IntakeHealth::Buffering { waiting, .. } => Some(Trouble::CatchingUp(waiting)),
            IntakeHealth::Failing => Some(Trouble::EventsLost),
        }
    }
}
