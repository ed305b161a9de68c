//! Reads WAV files: messages, to measure them (one that cannot be read is not measured, but can still be played), and
//! prompts, for carriers that send audio themselves.
mod decoder;
mod speech;

pub use decoder::WavDecoder;
use std::io::Cursor;

use frontdesk_domain::call::Sound;
use frontdesk_ports::SoundMeter;
use hound::{SampleFormat, WavReader};

/// More samples than this (an hour at 8 kHz) are not measured.
const MAX_SAMPLES: u32 = 8000 * 3600;

/// Measures WAV files.
#[derive(Debug, Clone, Copy, Default)]
pub struct WavMeter;

impl SoundMeter for WavMeter {
    fn measure(&self, audio: &[u8], media_type: &str) -> Option<Sound> {
        if media_type != "audio/wav" {
            return None;
        }
        let mut reader = WavReader::new(Cursor::new(audio)).ok()?;
        let spec = reader.spec();
        if spec.sample_format != SampleFormat::Int || reader.duration() > MAX_SAMPLES {
            return None;
        }
        let of_16_bits = |sample| decoder::of_16_bits(sample, spec.bits_per_sample);
        // A truncated file is measured up to its end.
        let samples: Vec<i16> = reader.samples::<i32>().map_while(Result::ok).map(of_16_bits).collect();
        // Without samples nothing is known: the size in the header may be wrong.
        if samples.is_empty() {
            return None;
        }
        let channels = usize::from(spec.channels.max(1));
        let of_channel =
            |channel: usize| samples.iter().copied().skip(channel).step_by(channels).collect::<Vec<i16>>();
        // The channel with the most speech counts.
        let measured = (0..channels).map(|channel| measure(&of_channel(channel), spec.sample_rate));
        measured.max_by_key(|sound| (sound.speech_ms, sound.bars().map(u32::from).sum::<u32>()))
    }
}

/// Measures audio of one channel, 16 bits a sample.
pub fn measure(samples: &[i16], samples_a_second: u32) -> Sound {
    let length = speech::length_ms(samples, samples_a_second);
    Sound::new(length, speech::speech_ms(samples, samples_a_second), &speech::outline(samples))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{WavSpec, WavWriter};

    fn wav(bits_per_sample: u16, channels: u16, samples: impl Iterator<Item = i32>) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let spec = WavSpec { channels, sample_rate: 8000, bits_per_sample, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        samples.for_each(|sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
        file.into_inner()
    }

    #[test]
    fn samples_of_any_width_and_number_of_channels_are_measured_alike() {
        let wave = |full: i32| (0..8000).map(move |at| if at % 80 < 40 { full } else { -full });
        let expected = WavMeter.measure(&wav(16, 1, wave(16_000)), "audio/wav").unwrap();
        assert_eq!(expected.length_ms, 1000);
        let loud = expected.bars().next().unwrap();
        for (bits, full) in [(8, 62), (24, 16_000 << 8), (32, 16_000 << 16)] {
            let sound = WavMeter.measure(&wav(bits, 1, wave(full)), "audio/wav").unwrap();
            assert!(sound.bars().next().unwrap().abs_diff(loud) <= 2, "{bits} bits");
        }
        for both in [|sample| [sample, 0], |sample| [0, sample]] {
            let both = wave(16_000).flat_map(both);
            assert_eq!(WavMeter.measure(&wav(16, 2, both), "audio/wav").unwrap(), expected);
        }
    }

    #[test]
    fn audio_that_cannot_be_measured_is_not_silence() {
        let mut wrong_size = wav(16, 1, (0..8000).map(|at| at % 300 * 60));
        wrong_size[40..44].copy_from_slice(&[0; 4]);
        assert_eq!(WavMeter.measure(&wrong_size, "audio/wav"), None);
    }

    #[test]
    fn what_is_no_wav_is_not_measured_and_what_is_cut_short_is_as_far_as_it_goes() {
        let whole = wav(16, 1, (0..8000).map(|_| 100));
        assert_eq!(WavMeter.measure(&whole, "audio/mpeg"), None);
        for broken in [&[][..], b"RIFF", &whole[..30]] {
            assert_eq!(WavMeter.measure(broken, "audio/wav"), None);
        }
        let half = WavMeter.measure(&whole[..8044], "audio/wav").unwrap();
        assert_eq!(half.length_ms, 500);
    }
}
