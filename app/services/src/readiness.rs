//! Readiness: whether events can be stored.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use frontdesk_ports::{Readiness, Ready, Trouble};

use super::event_intake::{EventIntake, IntakeHealth};

/// Derives readiness from the event intake and from retention.
pub struct IntakeReadiness {
    /// The event intake.
    pub intake: Arc<EventIntake>,
    /// Whether the database has all migrations.
    pub prepared: Arc<AtomicBool>,
    /// How many calls retention holds back.
    pub held_back: Arc<AtomicU64>,
}

fn buffered(waiting: u64) -> String {
    format!("{waiting} events wait in the spool")
}

#[async_trait]
impl Readiness for IntakeReadiness {
    async fn ready(&self) -> Ready {
        match self.intake.probe().await {
            IntakeHealth::Healthy if !self.prepared.load(Ordering::Relaxed) => {
                Ready::Degraded(vec!["the database is being migrated".into()])
            }
            IntakeHealth::Healthy => match self.held_back.load(Ordering::Relaxed) {
                0 => Ready::Ready,
                calls => Ready::Degraded(vec![format!(
                    "retention: data of {calls} calls is old enough to be deleted and waits"
                )]),
            },
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
        match self.intake.health() {
            IntakeHealth::Healthy => {
                let calls = self.held_back.load(Ordering::Relaxed);
                (calls > 0).then_some(Trouble::RetentionHeldBack(calls))
            }
            IntakeHealth::Buffering { waiting, unavailable: true } => {
                Some(Trouble::DatabaseUnavailable(waiting))
            }
            IntakeHealth::Buffering { waiting, .. } => Some(Trouble::CatchingUp(waiting)),
            IntakeHealth::Failing => Some(Trouble::EventsLost),
        }
    }
}
