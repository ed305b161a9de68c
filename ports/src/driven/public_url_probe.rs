//! Checks that the carrier's requests reach this server: a request to the public address, through every proxy in
//! front of it.
use async_trait::async_trait;

/// The result of a request to our own public URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeResult {
    /// The request failed to reach a server.
    Unreached(String),
    /// It was refused as unsigned (403 with nothing said).
    Refused,
    /// Another server answered, with this status.
    Other(u16),
    /// The running server received it.
    Seen(Seen),
}

/// A request as the running server received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whether its signature was valid.
    pub signature_holds: bool,
    /// Whether it still had a signature.
    pub signed: bool,
    /// The path as requested …
    pub asked: String,
    /// … and as it arrived.
    pub arrived: String,
    /// The host as requested, and as it arrived.
    pub host: (String, String),
    /// The public URL that the running server is configured with.
    pub public_url: String,
}

/// Sends a probe to the server's own public URL.
#[async_trait]
pub trait PublicUrlProbe: Send + Sync {
    /// Sends a request as the carrier would, signed or not.
    async fn probe(&self, signed: bool) -> ProbeResult;
}
