//! What a carrier can do for a flow.

/// The limits of a carrier, which [`FlowDraft::check`](crate::flow::FlowDraft::check) holds a flow against. The default has
/// none.
#[expect(clippy::struct_excessive_bools, reason = "each is one ability of a carrier, in any combination")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarrierLimits {
    /// How many phones can ring at once.
    pub phones_at_once: usize,
    /// Whether phones that ring at once can ring for different times.
    pub different_ring_times: bool,
    /// Whether it can ring extensions of the company's own telephone system …
    pub extensions: bool,
    /// … and SIP addresses.
    pub sip_addresses: bool,
    /// Whether it can dial digits once a phone is picked up.
    pub digits: bool,
    /// The longest text that is spoken, in characters …
    pub text: usize,
    /// … and the longest with a named voice.
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
