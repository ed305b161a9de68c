//! Whether calls can be taken and kept.

use async_trait::async_trait;

/// How ready we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// All is well.
    Ready,
    /// Callers are answered and nothing is lost, but something is wrong.
    Degraded(Vec<String>),
    /// Callers are answered, but what happens cannot be kept.
    NotReady(Vec<String>),
}

/// What the people who read the feed should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The log is away; so many events wait in the spool.
    DatabaseUnavailable(u64),
    /// The log is back, and so many events are still to follow.
    CatchingUp(u64),
    /// Neither the log nor the spool can be written.
    EventsLost,
}

/// Tells how ready we are.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks every part that a call depends on.
    async fn ready(&self) -> Ready;

    /// What is known to be wrong without asking.
    fn trouble(&self) -> Option<Trouble>;
}
