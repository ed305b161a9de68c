//! Jitter buffer: delays the audio of the other party a little, so that it continues while a packet is late.
use std::collections::VecDeque;

use super::FRAME;

/// Samples that are buffered before the first frame is sent: 40 ms.
const FILL: usize = 2 * FRAME;
/// The maximum number of buffered samples: more than 200 ms would be a noticeable delay. The oldest audio is dropped then.
const MAX: usize = 10 * FRAME;

#[derive(Debug, Default)]
pub struct Jitter {
    samples: VecDeque<i16>,
    is_filled: bool,
}

impl Jitter {
    pub fn push(&mut self, samples: &[i16]) {
        self.samples.extend(samples);
        if self.samples.len() > MAX {
            self.samples.drain(..self.samples.len() - FILL);
        }
        self.is_filled |= self.samples.len() >= FILL;
    }

    /// The next frame; silence while too little audio is buffered.
    pub fn pop(&mut self) -> [i16; FRAME] {
        self.is_filled &= self.samples.len() >= FRAME;
        if !self.is_filled {
            return [0; FRAME];
        }
        std::array::from_fn(|_| self.samples.pop_front().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_begins_once_two_frames_are_there_and_pauses_when_none_is() {
        let mut jitter = Jitter::default();
        jitter.push(&[1; FRAME]);
        assert_eq!(jitter.pop(), [0; FRAME]);
        jitter.push(&[2; FRAME]);
        assert_eq!((jitter.pop(), jitter.pop(), jitter.pop()), ([1; FRAME], [2; FRAME], [0; FRAME]));
        jitter.push(&[3; FRAME]);
        assert_eq!(jitter.pop(), [0; FRAME], "the buffer is filled again first");
    }

    #[test]
    fn a_burst_does_not_delay_the_rest() {
        let mut jitter = Jitter::default();
        for n in 0..100 {
            jitter.push(&[n; FRAME]);
        }
        assert!(jitter.samples.len() <= MAX);
        assert!(jitter.pop()[0] >= 90, "the newest audio is sent");
    }
}
