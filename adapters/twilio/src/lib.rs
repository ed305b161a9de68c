//! The Twilio adapter: signed webhooks in, TwiML out, and a REST client.
//!
//! Requests come in through [`routes`]: the guard checks the signature before a request takes effect, the form becomes a
//! [`Signal`](frontdesk_domain::Signal) or [`Notice`](frontdesk_domain::Notice), the driving port answers, and the
//! writer turns its instructions into TwiML. Our own requests to Twilio go through [`TwilioClient`].
//!
//! Facts about the wire format are from Twilio's documentation of API 2010-04-01, or from captures in public code where a
//! comment says *observed*.

mod answered_route;
mod client;
mod form;
mod form_mapping;
mod guard;
mod probe;
mod prompts;
mod records;
mod signature;
mod twiml;
mod urls;
mod webhook;

pub use client::{ClientError, TwilioClient};
pub use form::Form;
pub use probe::{HttpPublicUrlProbe, answer_probes};
pub use prompts::{HostedPrompts, media_type};
pub use signature::{Algorithm, SignedBody, verify};
pub use twiml::fallback::{LEFT_OUT, write_fallback, write_fallback_voicemail};
pub use twiml::write_twiml;
pub use urls::{PREFIX, Urls};
pub use webhook::{Waits, Webhooks, route_list, routes};

/// The carrier's name in the log and in leg ids.
pub const NAME: &str = "twilio";

/// What Twilio supports in a flow.
pub const LIMITS: frontdesk_domain::flow::CarrierLimits = frontdesk_domain::flow::CarrierLimits {
    // "TwiML: Dial": up to ten nouns, and one `timeout` for all of them.
    phones_at_once: 10,
    different_ring_times: false,
    // A `<Sip>` noun needs a publicly reachable SIP address, which would be unprotected.
    extensions: false,
    sip_addresses: false,
    // "TwiML: Number", `sendDigits`.
    digits: true,
    // Error 13521: 4096 characters with the basic voices, 3000 with named ones.
    text: 4096,
    text_with_voice: 3000,
    // "TwiML: Record", `transcribe`.
    transcribed_seconds: 120,
};
