//! The tones that are played to callers.
use std::f64::consts::TAU;
use std::sync::Arc;

use frontdesk_ports::{SAMPLES_A_SECOND, Samples};

/// The tone after which a caller may speak: 1 kHz for 0.3 s.
pub fn beep() -> Samples {
    tone(1000.0, 0.3).into()
}

/// The ringing tone of Europe (ETSI TR 101 041): 425 Hz for 1 s, 4 s of silence.
pub fn ringing() -> Samples {
    let mut samples = tone(425.0, 1.0);
    samples.resize(samples.len() * 5, 0);
    samples.into()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn tone(hertz: f64, seconds: f64) -> Vec<i16> {
    let rate = f64::from(SAMPLES_A_SECOND);
    let length = (seconds * rate) as u32;
    let sample = |n: u32| ((f64::from(n) * hertz * TAU / rate).sin() * 6000.0) as i16;
    (0..length).map(sample).collect()
}

/// No audio.
pub fn nothing() -> Samples {
    Arc::new([])
}
