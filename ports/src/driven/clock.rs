//! Time and randomness.
use frontdesk_domain::Timestamp;

/// A clock.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Cryptographically secure random numbers.
pub trait Ids: Send + Sync {
    /// 256 random bits.
    fn random(&self) -> [u8; 32];
}
