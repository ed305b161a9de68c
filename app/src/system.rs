//! The system clock, random numbers and TLS. Only this module accesses them.
use frontdesk_domain::Timestamp;
use frontdesk_ports::{Clock, Ids};

/// The system clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The system's random numbers.
#[derive(Debug, Clone, Copy)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws random numbers")]
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("secrets need the system's random numbers");
        bytes
    }
}

/// Sets the TLS provider for the whole process.
pub fn install_tls() {
    // An error means that it is already set.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A secret for people to type or paste: 80 bits as 20 hexadecimal characters.
pub fn fresh_secret(ids: &dyn Ids) -> String {
    hex::encode(&ids.random()[..10])
}
