//! Whether calls can be taken and kept.

use async_trait::async_trait;

/// How ready we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// All is well.
    Ready,
    /// Callers are answered, but something is wrong.
    NotReady(Vec<String>),
}

/// Tells how ready we are.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks every part that a call depends on.
    async fn ready(&self) -> Ready;
}
