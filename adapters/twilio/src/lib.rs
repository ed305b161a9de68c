//! Everything Twilio: signed webhooks in, TwiML out, REST.
//!
//! Requests come in through [`routes`]: the guard checks the signature before anything is read, the form becomes a
//! [`Signal`](frontdesk_domain::Signal) or [`Notice`](frontdesk_domain::Notice), the driving port answers, and the
//! writer turns its instructions into TwiML. What we ask of Twilio goes through [`TwilioClient`].
//!
//! Wire facts are from Twilio's documentation of API 2010-04-01; where a comment says *field*, from captures in public
//! code.

mod account;
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

pub use account::Account;
pub use client::{ClientError, TwilioClient};
pub use form::Form;
pub use probe::{HttpPublicUrlProbe, answer_probes};
pub use prompts::{HostedPrompts, media_type};
pub use signature::{Algorithm, SignedBody, verify};
pub use twiml::fallback::write_fallback;
pub use twiml::write_twiml;
pub use urls::{PublicUrl, PublicUrlError, Urls};
pub use webhook::{ROUTES, Waits, Webhooks, routes};
