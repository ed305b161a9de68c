//! Passes the audio of a message to its file: in order, and no more than can have been spoken so far.
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::order::Order;

/// Samples that may be ahead of real time: 2 seconds, for packets that arrive in a burst.
const AHEAD: u64 = 16_000;

/// A message that is being recorded.
#[derive(Debug)]
pub struct MessageAudio {
    to: mpsc::UnboundedSender<Vec<i16>>,
    order: Order,
    /// The stream that the packets belong to.
    source: Option<u32>,
    since: Instant,
    passed: u64,
}

impl MessageAudio {
    /// A message that begins now.
    pub fn new(to: mpsc::UnboundedSender<Vec<i16>>) -> Self {
        Self { to, order: Order::default(), source: None, since: Instant::now(), passed: 0 }
    }

    /// Adds a packet. A new stream is appended to the previous one.
    pub fn push(&mut self, source: u32, time: u32, samples: Vec<i16>) {
        if self.source.replace(source).is_some_and(|before| before != source) {
            let rest = self.order.finish();
            self.pass(rest);
            self.order = Order::default();
        }
        let ordered = self.order.push(time, samples);
        self.pass(ordered);
    }

    /// Passes on the packets that are still buffered.
    pub fn finish(mut self) {
        let rest = self.order.finish();
        self.pass(rest);
    }

    /// Passes samples on, but limits them, so that neither jumping timestamps nor a flood of packets fills the disk.
    fn pass(&mut self, mut samples: Vec<i16>) {
        let spoken = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_mul(8);
        let room = spoken.saturating_add(AHEAD).saturating_sub(self.passed);
        samples.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        self.passed += samples.len() as u64;
        if !samples.is_empty() {
            // Fails if the recorder has failed, which reports it itself.
            let _ = self.to.send(samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn message() -> (MessageAudio, mpsc::UnboundedReceiver<Vec<i16>>) {
        let (to, from) = mpsc::unbounded_channel();
        (MessageAudio::new(to), from)
    }

    fn all(mut from: mpsc::UnboundedReceiver<Vec<i16>>) -> Vec<i16> {
        std::iter::from_fn(|| from.try_recv().ok()).flatten().collect()
    }

    #[tokio::test(start_paused = true)]
    async fn another_stream_goes_on_wherever_its_time_begins() {
        for begins in [0, 1_000, u32::MAX / 2 + 10, u32::MAX - 100] {
            let (mut message, from) = message();
            message.push(1, 1_000_000, vec![1; 160]);
            for n in 0..10u32 {
                message.push(2, begins.wrapping_add(n * 160), vec![2; 160]);
            }
            message.finish();
            let samples = all(from);
            assert!(samples.len() >= 10 * 160, "{begins}: {}", samples.len());
            assert_eq!(samples.last(), Some(&2));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn jumping_times_and_floods_do_not_make_a_message_longer_than_its_time() {
        let (mut message, from) = message();
        for n in 0..100u32 {
            tokio::time::advance(Duration::from_millis(20)).await;
            message.push(1, n * 900_000, vec![1; 160]);
        }
        for n in 0..10_000u32 {
            message.push(1, 100 * 900_000 + n * 160, vec![1; 160]);
        }
        message.finish();
        assert!(all(from).len() <= 16_000 + 16_000, "2 s have passed");
    }
}
