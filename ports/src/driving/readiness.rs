//! Readiness: whether calls can be answered and stored.
use async_trait::async_trait;

/// The readiness of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// Everything works.
    Ready,
    /// Callers are answered and nothing is lost, but something is wrong.
    Degraded(Vec<String>),
    /// Callers are answered, but events cannot be stored.
    NotReady(Vec<String>),
}

/// A problem that users of the feed should know about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database is unavailable; this many events wait in the spool.
    DatabaseUnavailable(u64),
    /// The database is available again; this many events are not in the log yet.
    CatchingUp(u64),
    /// Neither the log nor the spool can be written.
    EventsLost,
    /// This many expired calls are held back, for a later round or until the clock is confirmed.
    RetentionHeldBack(u64),
}

/// Reports readiness.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Probes every part that a call depends on.
    async fn ready(&self) -> Ready;

    /// A known problem, without probing.
    fn trouble(&self) -> Option<Trouble>;
}
