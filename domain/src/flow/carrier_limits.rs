//! The limits of a carrier.

/// The limits of a carrier, against which [`FlowDraft::check`](crate::flow::FlowDraft::check) checks a flow. The default is
/// unlimited.
#[expect(clippy::struct_excessive_bools, reason = "each is one ability of a carrier, in any combination")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarrierLimits {
    /// How many phones can ring at once.
    pub phones_at_once: usize,
    /// Whether phones that ring at once can have different ring times.
    pub different_ring_times: bool,
    /// Whether it can ring extensions of the company's own telephone system.
    pub extensions: bool,
    /// Whether it can ring SIP addresses.
    pub sip_addresses: bool,
    /// Whether it can dial digits once a phone is picked up.
    pub digits: bool,
    /// The longest text that it speaks, in characters.
    pub text: usize,
    /// The longest text that it speaks with a named voice, in characters.
    pub text_with_voice: usize,
    /// The longest recording that the carrier transcribes, in seconds.
    pub transcribed_seconds: u64,
}

impl Default for CarrierLimits {
    fn default() -> Self {
        Self {
            phones_at_once: usize::MAX,
            different_ring_times: true,
            extensions: true,
            sip_addresses: true,
            digits: true,
            text: usize::MAX,
            text_with_voice: usize::MAX,
            transcribed_seconds: u64::MAX,
        }
    }
}
