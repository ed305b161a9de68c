//! Puts packets in order, with silence for lost ones, so that a message is as long as the caller spoke.
use std::collections::BTreeMap;

/// Packets that are buffered while one is missing: 100 ms.
const MAX_WAITING: usize = 5;
/// The longest gap within a stream, in samples: 2 minutes. After a longer one, another stream has begun.
const MAX_GAP: u32 = 8000 * 120;

/// Late packets in a row, after which the source is assumed to have restarted, as after a transfer: half a second.
const MAX_LATE: u32 = 25;

/// Puts packets in order by their timestamp.
#[derive(Debug, Default)]
pub struct Order {
    /// The timestamp of the next sample.
    next: Option<u32>,
    waiting: BTreeMap<u64, Vec<i16>>,
    /// The position of the next sample, which unlike timestamps does not wrap around.
    base: u64,
    /// Packets in a row that arrived too late.
    late: u32,
}

impl Order {
    /// Adds a packet, and returns the samples that are in order now.
    pub fn push(&mut self, time: u32, samples: Vec<i16>) -> Vec<i16> {
        let next = *self.next.get_or_insert(time);
        let ahead = time.wrapping_sub(next);
        let is_late = ahead > u32::MAX / 2;
        self.late = if is_late { self.late + 1 } else { 0 };
        if is_late && self.late <= MAX_LATE {
            // Its samples or silence in their place have been passed on.
            return Vec::new();
        }
        if ahead > MAX_GAP {
            self.late = 0;
            // Another stream.
            let mut ordered = self.finish();
            ordered.extend(&samples);
            self.next = Some(advanced(time, samples.len()));
            return ordered;
        }
        self.waiting.insert(self.base + u64::from(ahead), samples);
        let mut ordered = Vec::new();
        self.take_ready(&mut ordered);
        while self.waiting.len() > MAX_WAITING {
            self.fill_gap(&mut ordered);
            self.take_ready(&mut ordered);
        }
        ordered
    }

    /// All buffered samples, with silence in the gaps.
    pub fn finish(&mut self) -> Vec<i16> {
        let mut ordered = Vec::new();
        while !self.waiting.is_empty() {
            self.fill_gap(&mut ordered);
            self.take_ready(&mut ordered);
        }
        ordered
    }

    fn take_ready(&mut self, ordered: &mut Vec<i16>) {
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > self.base {
                break;
            }
            // Packets may overlap.
            let skip = usize::try_from(self.base - entry.key()).unwrap_or(usize::MAX);
            let samples = entry.remove();
            let rest = samples.get(skip..).unwrap_or_default();
            ordered.extend(rest);
            self.advance(rest.len());
        }
    }

    fn fill_gap(&mut self, ordered: &mut Vec<i16>) {
        let Some((first, _)) = self.waiting.first_key_value() else { return };
        let gap = usize::try_from(first.saturating_sub(self.base)).unwrap_or(0);
        ordered.extend(std::iter::repeat_n(0, gap));
        self.advance(gap);
    }

    fn advance(&mut self, samples: usize) {
        self.base += samples as u64;
        self.next = self.next.map(|next| advanced(next, samples));
    }
}

fn advanced(time: u32, samples: usize) -> u32 {
    time.wrapping_add(u32::try_from(samples).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(n: i16) -> (u32, Vec<i16>) {
        ((u32::MAX - 400).wrapping_add(u32::from(n.unsigned_abs()) * 160), vec![n + 1; 160])
    }

    fn ordered(packets: impl IntoIterator<Item = i16>) -> Vec<i16> {
        let mut order = Order::default();
        let mut all: Vec<i16> = Vec::new();
        for n in packets {
            let (time, samples) = packet(n);
            all.extend(order.push(time, samples));
        }
        all.extend(order.finish());
        all.chunks(160).map(|chunk| chunk[0]).collect()
    }

    #[test]
    fn packets_are_put_in_order_and_repeats_dropped() {
        assert_eq!(ordered([0, 1, 2, 3]), [1, 2, 3, 4]);
        assert_eq!(ordered([0, 2, 1, 1, 3, 0]), [1, 2, 3, 4]);
    }

    #[test]
    fn lost_packets_are_replaced_by_silence() {
        assert_eq!(ordered([0, 1, 4, 5]), [1, 2, 0, 0, 5, 6]);
        assert_eq!(ordered([0, 2, 3, 4, 5, 6, 7, 1]), [1, 0, 3, 4, 5, 6, 7, 8], "and so is a late packet");
    }

    #[test]
    fn another_stream_follows_the_first() {
        let mut order = Order::default();
        assert_eq!(order.push(0, vec![1; 160]).len(), 160);
        assert_eq!(order.push(1_000_000_000, vec![2; 160]), vec![2; 160]);
        assert_eq!(order.push(1_000_000_160, vec![3; 160]), vec![3; 160]);
    }

    #[test]
    fn a_time_that_goes_back_begins_a_new_stream() {
        let mut order = Order::default();
        let mut received = 0;
        for time in (0..50).map(|n| 1_000_000 + n * 160).chain((0..100).map(|n| 500 + n * 160)) {
            received += order.push(time, vec![1; 160]).len();
        }
        received += order.finish().len();
        assert_eq!(received, (150 - 25) * 160, "half a second is lost");
    }

    proptest! {
        #[test]
        fn packets_that_are_a_little_late_lose_nothing(seed in prop::collection::vec(0usize..4, 40)) {
            // Each packet is delayed by up to three positions.
            let mut packets: Vec<(usize, i16)> = seed.iter().enumerate().map(|(n, late)| (n + late, i16::try_from(n).unwrap())).collect();
            packets[0].0 = 0;
            packets.sort_by_key(|(place, n)| (*place, *n));
            let expected: Vec<i16> = (1..=40).collect();
            prop_assert_eq!(ordered(packets.into_iter().map(|(_, n)| n)), expected);
        }

        #[test]
        fn any_times_are_taken_without_a_panic(times in prop::collection::vec(any::<u32>(), 0..60), length in 0usize..400) {
            let mut order = Order::default();
            for time in times {
                let _ = order.push(time, vec![1; length]);
            }
            order.finish();
        }
    }
}
