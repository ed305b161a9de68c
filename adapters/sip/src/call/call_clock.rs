//! The clock of a call, which does not jump when the system clock is set.
use frontdesk_domain::Timestamp;
use frontdesk_ports::Clock;
use tokio::time::Instant;

/// A clock that reads the system clock once, when the call begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallClock {
    started_at: Timestamp,
    /// The same instant by the monotonic clock, which is never set.
    began: Instant,
}

impl CallClock {
    pub(crate) fn start(clock: &dyn Clock) -> Self {
        Self { started_at: clock.now(), began: Instant::now() }
    }

    /// When the call began.
    pub(crate) fn started_at(&self) -> Timestamp {
        self.started_at
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.started_at.saturating_add(self.began.elapsed()).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use adapters_memory::ManualClock;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn setting_the_system_clock_does_not_change_the_length_of_a_call() {
        let system = ManualClock::at("2026-11-28T09:00:00Z".parse().unwrap());
        let call = CallClock::start(&system);
        tokio::time::advance(Duration::from_secs(20)).await;
        for set_to in ["2026-11-28T08:00:00Z", "2026-11-28T10:00:00Z"] {
            system.set(set_to.parse().unwrap());
            assert_eq!(call.now().to_string(), "2026-11-28T09:00:20Z");
        }
        assert_eq!(call.started_at().to_string(), "2026-11-28T09:00:00Z");
    }
}
