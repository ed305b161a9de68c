//! The time of a call: what the carrier's timestamps say, and whether the call waits in real time.
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::Clock;
use jiff::Timestamp;
use parking_lot::Mutex;

/// The carrier's time.
#[async_trait]
pub trait LineTime: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
    /// Lets this much time pass in a call.
    async fn pass(&self, time: Duration);
    /// Whether every request must carry the time because the call does not run in real time. Twilio's do not.
    fn reports_time(&self) -> bool;
}

/// Real time, which passes by itself while people act.
pub struct RealTime(pub Arc<dyn Clock>);

#[async_trait]
impl LineTime for RealTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn pass(&self, _time: Duration) {}

    fn reports_time(&self) -> bool {
        false
    }
}

/// The clock of a scripted call: it runs `speed` times as fast as real time.
pub struct ScriptTime {
    now: Mutex<Timestamp>,
    speed: u32,
}

impl ScriptTime {
    /// Starts at `now`. A `speed` of 1 is real time; with 0 nothing waits.
    pub fn from(now: Timestamp, speed: u32) -> Self {
        Self { now: Mutex::new(now), speed }
    }
}

#[async_trait]
impl LineTime for ScriptTime {
    fn now(&self) -> Timestamp {
        *self.now.lock()
    }

    async fn pass(&self, time: Duration) {
        *self.now.lock() += time;
        if self.speed > 0 {
            tokio::time::sleep(time / self.speed).await;
        }
    }

    fn reports_time(&self) -> bool {
        true
    }
}

/// A time as the carrier writes it: RFC 2822, with `+0000`.
pub(crate) fn rfc2822(at: Timestamp) -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&at)
        .map_or_else(|_| String::new(), |text| text.replace("GMT", "+0000"))
}
