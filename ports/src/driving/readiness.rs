//! Readiness: whether calls can be answered and stored.
use async_trait::async_trait;

/// How ready we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// All is well.
    Ready,
    /// Callers are answered and nothing is lost, but something is wrong.
    Degraded(Vec<String>),
    /// Callers are answered, but events cannot be stored.
    NotReady(Vec<String>),
}

/// What the people who read the feed should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database is unavailable; this many events wait in the spool.
    DatabaseUnavailable(u64),
    /// The database is available again; this many events are still to follow.
    CatchingUp(u64),
    /// Neither the log nor the spool can be written.
    EventsLost,
    /// Retention deletes in steps; this many calls are old enough and wait for the next one.
    RetentionHeldBack(u64),
}

/// Reports readiness.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks every part that a call depends on.
    async fn ready(&self) -> Ready;

    /// What is known to be wrong without asking.
    fn trouble(&self) -> Option<Trouble>;
}
