//! Measures how much of a recording is speech. Silence, hum, line noise and the tones of telephone networks do not count.
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

/// The number of bars in the outline.
const BARS: usize = 96;
/// Length of a frame in milliseconds: long enough to distinguish the frequencies of two tones.
const FRAME_MS: u32 = 40;
/// Quieter than this (of 32,767) is silence: about -48 dB.
const QUIET: u32 = 130;
/// A tone of one or two frequencies has at least this share of its energy at them.
const TONAL_SHARE: f64 = 0.97;
/// A spectral line and its neighbours: what a window spreads a single frequency over.
const LINE_WIDTH: usize = 2;
/// Fewer loud frames in a row are not a syllable: the beginning and the end of a tone look like speech for a moment.
const LEAST_FRAMES: usize = 3;
/// Tones keep their frequencies for this many frames; a voice does not.
const STEADY_FRAMES: usize = 2;

/// A short piece of audio.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Its effective loudness.
    loudness: u32,
    /// The strongest lines of its spectrum, if they hold nearly all of its energy.
    tone: Option<[usize; 2]>,
}

/// The duration of speech in milliseconds.
pub fn speech_ms(samples: &[i16], samples_a_second: u32) -> u32 {
    let frames = frames(samples, samples_a_second);
    u32::try_from(speech_frames(&frames)).unwrap_or(u32::MAX).saturating_mul(FRAME_MS)
}

/// The length in milliseconds.
pub fn length_ms(samples: &[i16], samples_a_second: u32) -> u32 {
    let millis = samples.len() as u64 * 1000 / u64::from(samples_a_second.max(1));
    u32::try_from(millis).unwrap_or(u32::MAX)
}

fn frames(samples: &[i16], samples_a_second: u32) -> Vec<Frame> {
    // The rate comes from a file, which may say anything.
    let size = u64::from(samples_a_second) * u64::from(FRAME_MS) / 1000;
    let size = usize::try_from(size).unwrap_or(usize::MAX).max(1).min(samples.len().max(1));
    let fft = FftPlanner::new().plan_fft_forward(size);
    samples.chunks_exact(size).map(|samples| frame(samples, &fft)).collect()
}

fn frame(samples: &[i16], fft: &Arc<dyn Fft<f64>>) -> Frame {
    let energy: u64 = samples.iter().map(|&s| u64::from(s.unsigned_abs()).pow(2)).sum();
    let loudness = u32::try_from((energy / samples.len().max(1) as u64).isqrt()).unwrap_or(u32::MAX);
    let tone = if loudness > QUIET { tone(samples, fft) } else { None };
    Frame { loudness, tone }
}

/// The one or two lines that hold nearly all of a frame's energy.
fn tone(samples: &[i16], fft: &Arc<dyn Fft<f64>>) -> Option<[usize; 2]> {
    #[expect(clippy::cast_precision_loss, reason = "samples of 40 ms")]
    let step = std::f64::consts::TAU / samples.len() as f64;
    #[expect(clippy::cast_precision_loss, reason = "samples of 40 ms")]
    let windowed = samples
        .iter()
        .enumerate()
        .map(|(at, &sample)| Complex::new(f64::from(sample) * (0.5 - 0.5 * (at as f64 * step).cos()), 0.0));
    let mut spectrum: Vec<Complex<f64>> = windowed.collect();
    fft.process(&mut spectrum);
    let mut power: Vec<f64> = spectrum[..samples.len() / 2].iter().map(Complex::norm_sqr).collect();
    // Hum is below the telephone band.
    power.iter_mut().take(3).for_each(|hum| *hum = 0.0);
    let whole: f64 = power.iter().sum();
    let mut lines = [0; 2];
    let mut held = 0.0;
    for line in &mut lines {
        let strongest = power.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?.0;
        *line = strongest;
        let around = strongest.saturating_sub(LINE_WIDTH)..=(strongest + LINE_WIDTH).min(power.len() - 1);
        for bin in &mut power[around] {
            held += std::mem::take(bin);
        }
    }
    (whole > 0.0 && held >= whole * TONAL_SHARE).then_some(lines)
}

/// Whether both frames are of the same tone.
fn is_same_tone(a: [usize; 2], b: [usize; 2]) -> bool {
    let near = |a: usize, b: usize| a.abs_diff(b) <= 1;
    near(a[0], b[0]) || near(a[0], b[1]) || near(a[1], b[0])
}

/// Marks the frames that belong to a tone: nearly pure, and steady for a while.
fn tonal(frames: &[Frame]) -> Vec<bool> {
    let mut marked = vec![false; frames.len()];
    let mut from = 0;
    while from < frames.len() {
        let Some(mut tone) = frames[from].tone else {
            from += 1;
            continue;
        };
        let mut to = from + 1;
        while let Some(next) =
            frames.get(to).and_then(|frame| frame.tone).filter(|next| is_same_tone(tone, *next))
        {
            (tone, to) = (next, to + 1);
        }
        if to - from >= STEADY_FRAMES {
            // The frames in which the tone begins and ends belong to it as well.
            let end = (to + 1).min(frames.len());
            marked[from.saturating_sub(1)..end].fill(true);
        }
        from = to;
    }
    marked
}

/// Counts the frames that are louder than the background and do not belong to a tone.
fn speech_frames(frames: &[Frame]) -> usize {
    let mut sorted: Vec<u32> = frames.iter().map(|frame| frame.loudness).collect();
    sorted.sort_unstable();
    let of_ten = |tenths: usize| sorted.get(sorted.len() * tenths / 10).copied().unwrap_or(0);
    let ground = of_ten(1);
    let loudest = sorted.last().copied().unwrap_or(0);
    let threshold = if of_ten(9) < ground * 2 {
        // Constant noise for nearly the whole length: only frames far above it are speech, which varies with its syllables.
        QUIET.max(ground * 3)
    } else {
        // A message without a pause has no quiet part to compare with, so the loudest frame limits the threshold.
        QUIET.max((ground * 3).min(loudest / 4))
    };
    let tonal = tonal(frames);
    let is_speech = |(frame, tonal): (&Frame, &bool)| frame.loudness > threshold && !tonal;
    let marks: Vec<bool> = frames.iter().zip(&tonal).map(is_speech).collect();
    let runs = marks.chunk_by(|a, b| a == b).filter(|run| run[0] && run.len() >= LEAST_FRAMES);
    runs.map(<[bool]>::len).sum()
}

/// The loudest sample of each bar, from 0 to 255.
pub fn outline(samples: &[i16]) -> Vec<u8> {
    let bars = BARS.min(samples.len());
    let loudness = |bar: usize| {
        let stretch = &samples[bar * samples.len() / bars..(bar + 1) * samples.len() / bars];
        let loudest = stretch.iter().map(|s| s.unsigned_abs().min(32_767)).max().unwrap_or(0);
        // The square root, because perceived loudness grows more slowly than amplitude: quiet speech would be drawn too low.
        u8::try_from((u32::from(loudest) * 255 * 255 / 32_767).isqrt()).unwrap_or(u8::MAX)
    };
    (0..bars).map(loudness).collect()
}

#[cfg(test)]
mod tests;
