//! The audio of a message: its seconds of speech, and the waveform that a player draws.
//!
//! Silence, hum and line tones are not speech. The result decides nothing permanently: the pages show how much speech
//! was found, and the audio stays.
use serde::{Deserialize, Serialize};

/// Bars of the outline.
const BARS: usize = 96;
/// Length of the pieces that are judged, in milliseconds: long enough for the beats of a tone of two frequencies.
const FRAME_MS: u32 = 40;
/// Quieter than this (of 32,767) is silence: about -48 dB.
const QUIET: u32 = 130;
/// This many nearly equal frames in a row are a tone: a vowel is never that steady for a quarter of a second.
const STEADY_FRAMES: usize = 6;
/// Less speech than this counts as none: a click, a cough, the receiver put down.
const LEAST_SPEECH_MS: u32 = 400;

/// What was measured of a message's audio.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sound {
    /// Its length in milliseconds.
    pub length_ms: u32,
    /// How much of it is speech, in milliseconds.
    pub speech_ms: u32,
    /// The loudest of each stretch, from 0 to 255, two hexadecimal digits a bar.
    pub(super) outline: String,
}

impl Sound {
    /// Measures audio of one channel, 16 bits a sample.
    pub fn of(samples: &[i16], samples_a_second: u32) -> Self {
        let frames = frames(samples, samples_a_second);
        let length_ms = millis(samples.len(), samples_a_second);
        let speech = u32::try_from(speech_frames(&frames)).unwrap_or(u32::MAX);
        Self {
            length_ms,
            speech_ms: speech.saturating_mul(FRAME_MS).min(length_ms),
            outline: outline(samples),
        }
    }

    /// Whether it contains speech.
    pub fn has_speech(&self) -> bool {
        self.speech_ms >= LEAST_SPEECH_MS
    }

    /// The outline: the loudest of each stretch, from 0 to 255.
    pub fn bars(&self) -> impl Iterator<Item = u8> {
        let (digits, _) = self.outline.as_bytes().as_chunks::<2>();
        digits.iter().filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
    }
}

fn millis(samples: usize, samples_a_second: u32) -> u32 {
    let millis = samples as u64 * 1000 / u64::from(samples_a_second.max(1));
    u32::try_from(millis).unwrap_or(u32::MAX)
}

/// A short piece of audio.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Its effective loudness.
    loudness: u32,
    /// How often it changes sign.
    crossings: u32,
}

impl Frame {
    fn of(samples: &[i16]) -> Self {
        let energy: u64 = samples.iter().map(|&s| u64::from(s.unsigned_abs()).pow(2)).sum();
        let mean = energy / samples.len().max(1) as u64;
        let crossings = samples.windows(2).filter(|pair| (pair[0] < 0) != (pair[1] < 0)).count();
        Self {
            loudness: u32::try_from(mean.isqrt()).unwrap_or(u32::MAX),
            crossings: u32::try_from(crossings).unwrap_or(u32::MAX),
        }
    }

    /// Whether both could be the same tone.
    fn is_like(self, other: Self) -> bool {
        let louder = self.loudness.max(other.loudness);
        self.loudness.abs_diff(other.loudness) * 10 <= louder && self.crossings.abs_diff(other.crossings) <= 2
    }
}

fn frames(samples: &[i16], samples_a_second: u32) -> Vec<Frame> {
    // The rate comes from a file, which may say anything.
    let size = u64::from(samples_a_second) * u64::from(FRAME_MS) / 1000;
    let size = usize::try_from(size).unwrap_or(usize::MAX).max(1);
    samples.chunks_exact(size).map(Frame::of).collect()
}

/// Frames that are louder than what surrounds them and belong to no tone.
fn speech_frames(frames: &[Frame]) -> usize {
    let mut sorted: Vec<u32> = frames.iter().map(|frame| frame.loudness).collect();
    sorted.sort_unstable();
    let of_ten = |tenths: usize| sorted.get(sorted.len() * tenths / 10).copied().unwrap_or(0);
    let ground = of_ten(1);
    if of_ten(9) < ground * 2 {
        // As loud all the time: noise. Speech swells and falls with its syllables.
        return 0;
    }
    // A message without a pause has no quiet part to compare with; then silence proper is the measure.
    let loudest = sorted.last().copied().unwrap_or(0);
    let threshold = QUIET.max((ground * 3).min(loudest / 4));
    let mut speech = 0;
    let mut rest = frames;
    while let Some((first, _)) = rest.split_first() {
        let alike = 1 + rest.windows(2).take_while(|pair| pair[0].is_like(pair[1])).count();
        let run = if alike >= STEADY_FRAMES { alike } else { 1 };
        if run == 1 && first.loudness > threshold {
            speech += 1;
        }
        rest = &rest[run..];
    }
    speech
}

fn outline(samples: &[i16]) -> String {
    let bars = BARS.min(samples.len());
    let loudness = |bar: usize| {
        let stretch = &samples[bar * samples.len() / bars..(bar + 1) * samples.len() / bars];
        let loudest = stretch.iter().map(|s| s.unsigned_abs().min(32_767)).max().unwrap_or(0);
        // The square root: what is half as loud to the ear is not drawn a tenth as high.
        (u32::from(loudest) * 255 * 255 / 32_767).isqrt()
    };
    let digit = |digit: u32| char::from_digit(digit & 15, 16).unwrap_or('0');
    (0..bars).map(loudness).flat_map(|bar| [digit(bar >> 4), digit(bar)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 8000;

    fn audio(seconds: f64, wave: impl Fn(f64) -> f64) -> Vec<i16> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small numbers of a test"
        )]
        let count = (seconds * f64::from(RATE)) as u32;
        #[expect(clippy::cast_possible_truncation, reason = "the wave stays within ±1")]
        let sample = |at: u32| (wave(f64::from(at) / f64::from(RATE)) * 32_000.0) as i16;
        (0..count).map(sample).collect()
    }

    fn sine(hertz: f64, at: f64) -> f64 {
        (at * hertz * std::f64::consts::TAU).sin()
    }

    /// Syllables: a pitch that moves, with overtones, swelling four times a second.
    fn voice(at: f64) -> f64 {
        let pitch = 140.0 * at + 6.0 * (at * 5.0).sin();
        let overtones: f64 =
            (1..8).map(|n| (pitch * f64::from(n) * std::f64::consts::TAU).sin() / f64::from(n)).sum();
        overtones * 0.2 * sine(2.0, at).powi(2)
    }

    /// A generator of noise that is the same in every run.
    fn noise(level: f64) -> impl Fn(f64) -> f64 {
        let state = std::cell::Cell::new(0x2545_F491_4F6C_DD1Du64);
        move |_| {
            let mut x = state.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            state.set(x);
            let byte = x.to_le_bytes()[0];
            (f64::from(byte) / 127.5 - 1.0) * level
        }
    }

    #[test]
    fn silence_hum_and_line_noise_are_no_speech() {
        for (what, samples) in [
            ("silence", audio(10.0, |_| 0.0)),
            ("hum", audio(10.0, |at| 0.02 * sine(50.0, at))),
            ("noise", audio(10.0, noise(0.002))),
            ("louder noise", audio(10.0, noise(0.02))),
        ] {
            let sound = Sound::of(&samples, RATE);
            assert!(!sound.has_speech(), "{what}: {} ms", sound.speech_ms);
            assert_eq!(sound.length_ms, 10_000);
        }
    }

    #[test]
    fn the_tones_of_a_line_that_was_put_down_are_no_speech() {
        let on = |at: f64, period: f64| f64::from(u8::from(at % period < period / 2.0));
        for (what, samples) in [
            (
                "Europe, 425 Hz, half a second on and off",
                audio(20.0, |at| 0.3 * sine(425.0, at) * on(at, 1.0)),
            ),
            (
                "America, 480 and 620 Hz, half a second on and off",
                audio(20.0, |at| 0.2 * (sine(480.0, at) + sine(620.0, at)) * on(at, 1.0)),
            ),
            ("dial tone", audio(20.0, |at| 0.2 * (sine(350.0, at) + sine(440.0, at)))),
        ] {
            let sound = Sound::of(&samples, RATE);
            assert!(sound.speech_ms < 20_000 / 10, "{what}: {} ms", sound.speech_ms);
        }
    }

    #[test]
    fn speech_is_distinguished_from_the_pauses_around_it() {
        let samples = audio(20.0, |at| if (4.0..12.0).contains(&at) { voice(at) } else { 0.0 });
        let sound = Sound::of(&samples, RATE);
        assert!(sound.has_speech());
        assert!((5_000..=8_100).contains(&sound.speech_ms), "{} ms", sound.speech_ms);
        let bars: Vec<u8> = sound.bars().collect();
        assert_eq!(bars.len(), BARS);
        assert_eq!((bars[0], bars[BARS - 1]), (0, 0));
        assert!(bars[BARS / 2] > 80, "{bars:?}");
    }

    #[test]
    fn any_audio_is_measured_without_a_fuss() {
        for samples in [vec![], vec![1], vec![i16::MIN; 7], vec![i16::MAX; 8000]] {
            let sound = Sound::of(&samples, RATE);
            assert!(!sound.has_speech());
            assert_eq!(sound.bars().count(), samples.len().min(BARS));
        }
        for rate in [0, 1, u32::MAX] {
            assert_eq!(Sound::of(&[0; 100], rate).bars().count(), BARS);
        }
    }
}
