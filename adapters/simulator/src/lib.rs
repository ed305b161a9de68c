//! A simulated carrier, for `demo`, `call` and tests.
//!
//! It behaves like Twilio as far as a front desk can observe: it signs its webhooks, parses TwiML with a parser that
//! shares no code with our writer, executes it, runs the callee's leg, records, sends status callbacks, requests the
//! fallback when an answer is unusable, and serves recordings over the REST API. The people on the phone are a
//! [`People`]: a script, or a user in a browser.

mod carrier;
mod engine;
mod line_event;
mod network;
mod people;
mod phone;
mod records;
mod rest;
mod script;
mod time;
mod twiml;
mod wav;
mod wire;

pub use carrier::{CallReport, NewCall, SimulatedCarrier};
pub use line_event::{LineEvent, Party};
pub use network::{FaultyNetwork, Network, PerfectNetwork};
pub use people::{CallerAct, KeyAct, Message, People, RingEnd, TalkEnd};
pub use phone::{Phone, PhoneError, phone_routes};
pub use records::{CallRecord, CarrierRecords, StoredRecording};
pub use rest::{rest_routes, upload};
pub use script::{CalleeScript, Players, Script};
pub use time::{LineTime, RealTime, ScriptTime};
pub use twiml::{Document, TwimlError, Verb};
pub use wav::{WavError, murmur, tone, wav_seconds};
pub use wire::{Credentials, Wire};
