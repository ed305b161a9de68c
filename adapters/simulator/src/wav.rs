//! The part of RIFF/WAVE that is needed to measure the length of a message, and to create one.
use std::time::Duration;

use bytes::Bytes;

/// A file that is not a valid WAV file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a WAV file: {0}")]
pub struct WavError(&'static str);

/// The position of the samples in a WAV file.
struct Samples {
    bytes_a_second: u32,
    begin: usize,
    length: u32,
}

fn samples(bytes: &[u8]) -> Result<Samples, WavError> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(WavError("it does not begin with RIFF … WAVE"));
    }
    let (mut rate, mut data, mut at) = (0, None, 12);
    while let (Some(id), Some(size)) = (bytes.get(at..at + 4), bytes.get(at + 4..at + 8)) {
        let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]);
        if let (b"fmt ", Some(r)) = (id, bytes.get(at + 16..at + 20)) {
            rate = u32::from_le_bytes([r[0], r[1], r[2], r[3]]);
        }
        // Streaming recorders write 0xffffffff: the actual size counts.
        let there = u32::try_from(bytes.len() - at - 8).unwrap_or(u32::MAX);
        if id == b"data" {
            data = Some((at + 8, size.min(there)));
        }
        at = at
            .saturating_add(8)
            .saturating_add(usize::try_from(size.min(there)).unwrap_or(usize::MAX))
            .saturating_add((size & 1) as usize);
    }
    match (rate, data) {
        (0, _) => Err(WavError("it has no format")),
        (_, None) => Err(WavError("it has no samples")),
        (bytes_a_second, Some((begin, length))) => Ok(Samples { bytes_a_second, begin, length }),
    }
}

/// How long a WAV plays, in seconds, rounded up; 0 if it holds no samples.
pub fn wav_seconds(bytes: &[u8]) -> Result<u32, WavError> {
    samples(bytes).map(|samples| samples.length.div_ceil(samples.bytes_a_second))
}

/// The beginning of a WAV file, as recorded from a caller who hung up after that time.
pub(crate) fn beginning(audio: &Bytes, time: Duration) -> Bytes {
    let Ok(Samples { bytes_a_second, begin, length }) = samples(audio) else { return audio.clone() };
    let spoken = u64::from(bytes_a_second) * u64::try_from(time.as_millis()).unwrap_or(u64::MAX) / 1000;
    let spoken = u32::try_from(spoken).unwrap_or(u32::MAX).min(length);
    let mut cut = audio[..begin + spoken as usize].to_vec();
    cut[begin - 4..begin].copy_from_slice(&spoken.to_le_bytes());
    let riff = u32::try_from(cut.len() - 8).unwrap_or(u32::MAX);
    cut[4..8].copy_from_slice(&riff.to_le_bytes());
    cut.into()
}

const RATE: u32 = 8000;

/// A soft tone of the given number of seconds: 8 kHz, 8 bit, mono.
pub fn tone(seconds: u32) -> Bytes {
    // A triangle of 18 samples: about 440 Hz.
    wav((0..seconds * RATE).map(|n| {
        let phase = n % 18;
        let up = if phase < 9 { phase } else { 18 - phase };
        u8::try_from(100 + up * 6).unwrap_or(128)
    }))
}

/// Synthetic speech of the given number of seconds: a varying pitch with overtones and a syllable-like envelope. 8
/// kHz, 8 bit, mono.
pub fn murmur(seconds: u32) -> Bytes {
    use std::f64::consts::TAU;
    wav((0..seconds * RATE).map(|n| {
        let at = f64::from(n) / f64::from(RATE);
        let pitch = TAU * (130.0 * at + 4.0 * (at * 5.0).sin());
        let overtones: f64 = (1..8).map(|n| (pitch * f64::from(n)).sin() / f64::from(n)).sum();
        let level = 0.25 * overtones * (TAU * 1.8 * at).sin().powi(2);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let sample = (128.0 + level * 120.0).clamp(0.0, 255.0) as u8;
        sample
    }))
}

fn wav(samples: impl ExactSizeIterator<Item = u8>) -> Bytes {
    let count = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    let mut wav = Vec::with_capacity(44 + samples.len());
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + count).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16u32.to_le_bytes());
    for word in [1u16, 1] {
        wav.extend_from_slice(&word.to_le_bytes());
    }
    for word in [RATE, RATE] {
        wav.extend_from_slice(&word.to_le_bytes());
    }
    for word in [1u16, 8] {
        wav.extend_from_slice(&word.to_le_bytes());
    }
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&count.to_le_bytes());
    wav.extend(samples);
    wav.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_have_the_right_length() {
        assert_eq!(wav_seconds(&tone(3)), Ok(3));
        assert_eq!(wav_seconds(&tone(0)), Ok(0));
        assert_eq!(wav_seconds(&tone(2)[..12_000]), Ok(2), "truncated: the actual size counts");
        assert_eq!(beginning(&tone(5), Duration::from_secs(2)), tone(2));
        assert_eq!(beginning(&tone(2), Duration::from_secs(5)), tone(2));
        for bad in
            [&b""[..], b"RIFF", b"<xml/>", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\xff\xff\xff\xff"]
        {
            assert!(wav_seconds(bad).is_err());
        }
    }
}
