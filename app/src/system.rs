//! The real world: the clock on the wall, unpredictable numbers, TLS. The one place that touches them.
use frontdesk_domain::Timestamp;
use frontdesk_ports::{Clock, Ids};

/// The clock on the wall.
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
        getrandom::fill(&mut bytes).expect("without randomness nothing here is safe to do");
        bytes
    }
}

/// Names the TLS provider for the whole process.
pub fn install_tls() {
    // An error means that it is named already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A secret for people to type or paste: 80 bits as 20 hexadecimal characters.
pub fn fresh_secret(ids: &dyn Ids) -> String {
    hex::encode(&ids.random()[..10])
}
