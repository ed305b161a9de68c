//! Tests with synthetic audio; the example `error_rates` measures real speech.
use super::*;
use crate::measure;

const RATE: u32 = 8000;

fn audio(seconds: f64, wave: impl Fn(f64) -> f64) -> Vec<i16> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of a test")]
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
        let sound = measure(&samples, RATE);
        assert!(!sound.has_speech(), "{what}: {} ms", sound.speech_ms);
        assert_eq!(sound.length_ms, 10_000);
    }
}

/// The tones of telephone networks (ITU-T E.180, supplement 2): frequencies, and seconds on and off in turn.
const TONES: [(&str, &[f64], &[f64]); 16] = [
    ("busy, Europe", &[425.0], &[0.5, 0.5]),
    ("busy, short", &[425.0], &[0.2, 0.2]),
    ("busy, United Kingdom", &[400.0], &[0.375, 0.375]),
    ("busy, North America", &[480.0, 620.0], &[0.5, 0.5]),
    ("reorder, North America", &[480.0, 620.0], &[0.25, 0.25]),
    ("congestion, Europe", &[425.0], &[0.25, 0.25]),
    ("ringback, Europe", &[425.0], &[1.0, 4.0]),
    ("ringback, North America", &[440.0, 480.0], &[2.0, 4.0]),
    ("ringback, United Kingdom", &[400.0, 450.0], &[0.4, 0.2, 0.4, 2.0]),
    ("dial tone, North America", &[350.0, 440.0], &[20.0]),
    ("dial tone, Europe", &[425.0], &[20.0]),
    ("call waiting", &[440.0], &[0.3, 10.0]),
    ("key 1", &[697.0, 1209.0], &[0.1, 0.1]),
    ("key 5", &[770.0, 1336.0], &[0.25, 0.25]),
    ("key #", &[941.0, 1477.0], &[0.5, 1.0]),
    ("answering machine's beep", &[1000.0], &[0.8, 10.0]),
];

fn rhythm(parts: &[f64], at: f64) -> f64 {
    let mut left = at % parts.iter().sum::<f64>();
    for (place, part) in parts.iter().enumerate() {
        if left < *part {
            return if place % 2 == 0 { 1.0 } else { 0.0 };
        }
        left -= part;
    }
    0.0
}

#[test]
fn the_tones_of_telephone_networks_are_no_speech() {
    for (what, frequencies, parts) in TONES {
        for level in [0.05, 0.3] {
            let wave = |at: f64| {
                let sum: f64 = frequencies.iter().map(|hertz| sine(*hertz, at)).sum();
                sum * level * rhythm(parts, at)
            };
            let sound = measure(&audio(20.0, wave), RATE);
            assert!(!sound.has_speech(), "{what} at {level}: {} ms", sound.speech_ms);
        }
    }
}

#[test]
fn special_information_tones_are_no_speech() {
    let wave = |at: f64| {
        let at = at % 2.0;
        let hertz = match at {
            at if at < 0.33 => 950.0,
            at if at < 0.66 => 1400.0,
            at if at < 0.99 => 1800.0,
            _ => return 0.0,
        };
        0.3 * sine(hertz, at)
    };
    let sound = measure(&audio(20.0, wave), RATE);
    assert!(!sound.has_speech(), "{} ms", sound.speech_ms);
}

#[test]
fn a_short_word_is_speech() {
    let samples = audio(4.0, |at| if (1.0..1.35).contains(&at) { voice(at) } else { 0.0 });
    assert!(measure(&samples, RATE).has_speech(), "{:?}", measure(&samples, RATE));
}

#[test]
fn speech_in_a_long_noisy_recording_is_speech() {
    // Two seconds of a minute, as when a caller puts the phone down without hanging up.
    for level in [0.0002, 0.002, 0.02] {
        let noise = noise(level);
        let samples = audio(60.0, |at| noise(at) + if (10.0..12.0).contains(&at) { voice(at) } else { 0.0 });
        let speech = measure(&samples, RATE).speech_ms;
        assert!((600..=2_400).contains(&speech), "noise {level}: {speech} ms");
    }
}

#[test]
fn speech_is_distinguished_from_the_pauses_around_it() {
    let samples = audio(20.0, |at| if (4.0..12.0).contains(&at) { voice(at) } else { 0.0 });
    let sound = measure(&samples, RATE);
    assert!(sound.has_speech());
    assert!((5_000..=8_100).contains(&sound.speech_ms), "{} ms", sound.speech_ms);
    let bars: Vec<u8> = sound.bars().collect();
    assert_eq!(bars.len(), BARS);
    assert_eq!((bars[0], bars[BARS - 1]), (0, 0));
    assert!(bars[BARS / 2] > 80, "{bars:?}");
}

#[test]
fn any_audio_is_measured_without_a_panic() {
    for samples in [vec![], vec![1], vec![i16::MIN; 7], vec![i16::MAX; 8000]] {
        let sound = measure(&samples, RATE);
        assert!(!sound.has_speech());
        assert_eq!(sound.bars().count(), samples.len().min(BARS));
    }
    for rate in [0, 1, u32::MAX] {
        assert_eq!(measure(&[0; 100], rate).bars().count(), BARS);
    }
}
