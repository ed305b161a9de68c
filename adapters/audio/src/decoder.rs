//! Decodes prompts to the sample rate of a telephone line.
use std::io::Cursor;

use frontdesk_ports::{AudioDecoder, SAMPLES_A_SECOND, Samples, UnplayableAudio};
use hound::{SampleFormat, WavReader};
use rubato::audioadapter::Adapter;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// Longer than any prompt: five minutes at 48 kHz.
const MAX_SAMPLES: u32 = 48_000 * 300;
/// Samples that are converted per step.
const CHUNK: usize = 1024;

/// Reads WAV files with integer samples, of any sample rate.
#[derive(Debug, Clone, Copy, Default)]
pub struct WavDecoder;

impl AudioDecoder for WavDecoder {
    fn decode(&self, audio: &[u8]) -> Result<Samples, UnplayableAudio> {
        let mut reader = WavReader::new(Cursor::new(audio)).map_err(|_| UnplayableAudio::Content)?;
        let spec = reader.spec();
        let fits = spec.sample_format == SampleFormat::Int && reader.duration() <= MAX_SAMPLES;
        if !fits || spec.channels == 0 || spec.sample_rate == 0 {
            return Err(UnplayableAudio::Content);
        }
        let read: Vec<i32> = reader.samples().map_while(Result::ok).collect();
        let mono: Vec<i16> = read
            .chunks_exact(spec.channels.into())
            .map(|frame| {
                let sum: i32 = frame.iter().map(|s| i32::from(of_16_bits(*s, spec.bits_per_sample))).sum();
                i16::try_from(sum / i32::from(spec.channels)).unwrap_or(0)
            })
            .collect();
        if mono.is_empty() {
            return Err(UnplayableAudio::Content);
        }
        if spec.sample_rate == SAMPLES_A_SECOND {
            return Ok(mono.into());
        }
        resample(&mono, spec.sample_rate).ok_or(UnplayableAudio::Content)
    }
}

/// Converts audio to the sample rate of a telephone line.
fn resample(samples: &[i16], rate: u32) -> Option<Samples> {
    let (from, to) = (usize::try_from(rate).ok()?, usize::try_from(SAMPLES_A_SECOND).ok()?);
    let mut resampler = Fft::<f32>::new(from, to, CHUNK, 1, FixedSync::Input).ok()?;
    let input: Vec<f32> = samples.iter().map(|sample| f32::from(*sample)).collect();
    let input = InterleavedSlice::new(&input, 1, input.len()).ok()?;
    let output = resampler.process_all(&input, samples.len(), None).ok()?;
    (0..output.frames()).map(|frame| output.read_sample(0, frame).map(saturating)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
fn saturating(sample: f32) -> i16 {
    sample.round() as i16
}

/// Converts a sample of any width to 16 bits.
pub(crate) fn of_16_bits(sample: i32, bits_per_sample: u16) -> i16 {
    let shift = 16 - i32::from(bits_per_sample);
    let sample = if shift >= 0 { sample << shift } else { sample >> -shift };
    i16::try_from(sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{WavSpec, WavWriter};

    /// A tone of 440 Hz.
    fn tone(rate: u32, channels: u16, seconds: u32) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let spec =
            WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        for n in 0..rate * seconds {
            let at = f64::from(n) * 440.0 * std::f64::consts::TAU / f64::from(rate);
            for _ in 0..channels {
                #[expect(clippy::cast_possible_truncation, reason = "below 10000")]
                writer.write_sample((at.sin() * 10_000.0) as i16).unwrap();
            }
        }
        writer.finalize().unwrap();
        file.into_inner()
    }

    /// How often the wave rises through zero.
    fn rises(samples: &[i16]) -> usize {
        samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count()
    }

    #[test]
    fn audio_of_every_rate_keeps_its_length_pitch_and_loudness() {
        for (rate, channels) in
            [(8000, 1), (8000, 2), (11_025, 1), (16_000, 1), (22_050, 1), (44_100, 2), (48_000, 1)]
        {
            let samples = WavDecoder.decode(&tone(rate, channels, 2)).unwrap();
            assert!(samples.len().abs_diff(16_000) <= 2, "{rate}: {}", samples.len());
            assert!(rises(&samples).abs_diff(880) <= 2, "{rate}: {}", rises(&samples));
            let loudest = samples.iter().max().unwrap();
            assert!((9_000..=11_000).contains(loudest), "{rate}: {loudest}");
        }
    }

    #[test]
    fn invalid_audio_is_refused() {
        for bad in [b"".as_slice(), b"RIFF", b"ID3", &tone(8000, 1, 0)] {
            assert_eq!(WavDecoder.decode(bad), Err(UnplayableAudio::Content));
        }
    }
}
