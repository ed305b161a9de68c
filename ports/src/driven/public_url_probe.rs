//! Checks that the carrier's requests reach this server: a request to the public address, through every proxy in
//! front of it.
use async_trait::async_trait;

/// What became of a request that was sent to our own public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeResult {
    /// It did not get there.
    Unreached(String),
    /// It was refused as unsigned (403 with nothing said).
    Refused,
    /// Another server answered, with this status.
    Other(u16),
    /// This desk got it.
    Seen(Seen),
}

/// A request as the desk got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whether its signature held.
    pub signature_holds: bool,
    /// Whether it still carried one.
    pub signed: bool,
    /// The path, as it was asked for …
    pub asked: String,
    /// … and as it arrived.
    pub arrived: String,
    /// The host it was asked of, and the one it arrived for.
    pub host: (String, String),
    /// The public URL of the desk that got it.
    pub public_url: String,
}

/// Sends a probe to the server's own public URL.
#[async_trait]
pub trait PublicUrlProbe: Send + Sync {
    /// Sends a request as the carrier would, signed or not.
    async fn probe(&self, signed: bool) -> ProbeResult;
}
