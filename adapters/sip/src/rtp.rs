//! RTP (RFC 3550): packets of 20 ms.

pub mod jitter;
pub mod keys;
pub mod message;
pub mod order;
pub mod packet;
pub mod srtp;
pub mod tones;

/// Samples in one packet of 20 ms.
pub const FRAME: usize = 160;
