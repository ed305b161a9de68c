//! The network between the carrier and the front desk: callbacks arrive late, in another order, twice or never, and
//! requests are repeated.
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use frontdesk_ports::Ids;

/// What the network does to requests.
pub trait Network: Send + Sync {
    /// The delay of each copy of a callback; empty if the callback is lost.
    fn callback_arrivals(&self) -> Vec<Duration>;
    /// Whether a request for a document is sent twice, as if the first answer was lost.
    fn repeats_request(&self) -> bool;
}

/// Every request arrives once and at once.
pub struct PerfectNetwork;

impl Network for PerfectNetwork {
    fn callback_arrivals(&self) -> Vec<Duration> {
        vec![Duration::ZERO]
    }

    fn repeats_request(&self) -> bool {
        false
    }
}

/// Requests are delayed, repeated and lost at random.
pub struct FaultyNetwork<I> {
    /// The source of randomness.
    pub random: I,
    /// The longest delay of a callback.
    pub jitter: Duration,
    /// The percentage of callbacks that arrive twice, and of requests for documents that are repeated.
    pub repeated_percent: u8,
    /// The percentage of callbacks that are lost.
    pub lost_percent: u8,
    /// The number of callbacks that have been lost.
    pub lost: AtomicU32,
}

impl<I: Ids> FaultyNetwork<I> {
    /// Mostly short, with a long tail: half of the delays are below a sixteenth of the longest.
    fn delay(&self) -> Duration {
        let random = self.random.random();
        let part = f64::from(u16::from_be_bytes([random[28], random[29]])) / f64::from(u16::MAX);
        self.jitter.mul_f64(part.powi(4))
    }

    fn happens(&self, percent: u8) -> bool {
        let random = self.random.random();
        u16::from_be_bytes([random[30], random[31]]) % 100 < u16::from(percent)
    }
}

impl<I: Ids> Network for FaultyNetwork<I> {
    fn callback_arrivals(&self) -> Vec<Duration> {
        if self.happens(self.lost_percent) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return Vec::new();
        }
        let copies = if self.happens(self.repeated_percent) { 2 } else { 1 };
        (0..copies).map(|_| self.delay()).collect()
    }

    fn repeats_request(&self) -> bool {
        self.happens(self.repeated_percent)
    }
}
