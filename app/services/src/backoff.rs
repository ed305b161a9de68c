//! Exponential backoff with jitter.
use std::time::Duration;

/// Pauses that double with each attempt. Random jitter keeps jobs that failed together from being retried together.
pub(crate) struct Backoff {
    /// The longest pause after the first failure.
    pub first: Duration,
    /// The longest pause.
    pub max: Duration,
}

impl Backoff {
    /// The pause after an attempt, counted from 1: between half and all of the doubled pause.
    pub fn pause(&self, attempt: u32, random: u8) -> Duration {
        let whole = self.first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.max);
        whole / 2 + whole.mul_f64(f64::from(random) / 510.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_jitter_up_to_the_maximum() {
        let backoff = Backoff { first: Duration::from_secs(2), max: Duration::from_secs(900) };
        assert_eq!(backoff.pause(1, 0), Duration::from_secs(1));
        assert_eq!(backoff.pause(1, 255), Duration::from_secs(2));
        assert_eq!(backoff.pause(4, 255), Duration::from_secs(16));
        for attempt in [12, 40, u32::MAX] {
            assert!(
                backoff.pause(attempt, 255) <= backoff.max && backoff.pause(attempt, 0) >= backoff.max / 2
            );
        }
    }
}
