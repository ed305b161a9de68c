//! Measurements of a message's audio: the amount of speech, and the waveform that a player draws. No audio is deleted
//! because of them: the pages show how much speech was found.
use serde::{Deserialize, Serialize};

/// Less speech than this counts as none: a click, a cough, the handset being put down.
const LEAST_SPEECH_MS: u32 = 120;

/// Measurements of a message's audio.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sound {
    /// Its length in milliseconds.
    pub length_ms: u32,
    /// How much of it is speech, in milliseconds.
    pub speech_ms: u32,
    /// The peak of each segment, from 0 to 255, as two hexadecimal digits per bar.
    pub(super) outline: String,
}

impl Sound {
    /// A measurement; each bar is the peak of a segment, from 0 to 255.
    pub fn new(length_ms: u32, speech_ms: u32, bars: &[u8]) -> Self {
        let digit = |digit: u8| char::from_digit(u32::from(digit & 15), 16).unwrap_or('0');
        let outline = bars.iter().flat_map(|bar| [digit(bar >> 4), digit(*bar)]).collect();
        Self { length_ms, speech_ms: speech_ms.min(length_ms), outline }
    }

    /// Whether it contains speech.
    pub fn has_speech(&self) -> bool {
        self.speech_ms >= LEAST_SPEECH_MS
    }

    /// The waveform: the peak of each segment, from 0 to 255.
    pub fn bars(&self) -> impl Iterator<Item = u8> {
        let (digits, _) = self.outline.as_bytes().as_chunks::<2>();
        digits.iter().filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_round_trip_and_little_speech_counts_as_none() {
        let sound = Sound::new(1000, 5000, &[0, 17, 255]);
        assert_eq!(sound.bars().collect::<Vec<_>>(), [0, 17, 255]);
        assert_eq!(sound.speech_ms, 1000, "no longer than the audio");
        assert!(Sound::new(1000, LEAST_SPEECH_MS, &[]).has_speech());
        assert!(!Sound::new(1000, LEAST_SPEECH_MS - 1, &[]).has_speech());
    }
}
