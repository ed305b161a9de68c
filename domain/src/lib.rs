//! The pure core of a phone front desk.
//!
//! Nothing in this crate awaits, logs, reads a clock, draws a random number or knows a carrier. It consists of two
//! functions and their types, and of a state machine for carriers that report events ([`session`]):
//!
//! - [`advance`]: *(flow, dialogue, signal, context) → turn*. One step of a caller's conversation. Pure and total:
//!   the same request gives the same answer after a restart, on a second machine, or while a database is down.
//! - [`Facts::absorb`]: *facts + event → facts*. A call's log is a set of events; order and repetition never matter.
//!
//! # Vocabulary
//!
//! **Call**: the whole conversation as it is logged, first ring to hang-up. **Leg**: one party's connection
//! ([`LegId`]); the caller's leg names the call at the carrier, the callee's legs come and go. **Caller** and
//! **callee**: the calling and the called party ([`CallerId`], [`PhoneAddress`]).
//!
//! **Flow** ([`CallFlow`]): menus, forwards and mailboxes; it has always passed all checks. **Menu**,
//! **key**, **choice**: the question, what is pressed, what it means. **No-input** and **no-match**: no key was
//! pressed, or a key without a meaning; counted separately, and both limited.
//!
//! **Forward**: calls other phones. **Screening**: the callee alone hears the caller's number and presses a key to
//! accept, so that a mobile's own voicemail cannot take the call. **Bridged**: caller and callee are connected;
//! *answered* is not bridged while screening plays. **Mailbox**, **recording**, **voicemail**: where messages are
//! left, the audio, one message with its data.
//!
//! **Signal** ([`Signal`]): a report that needs an answer. **Notice** ([`Notice`]): a report that needs none, sent
//! while no party waits. **Instruction** ([`Instruction`]): what to do for the caller now. **Event** ([`CallEvent`]):
//! what happened; it never changes. **Effect** ([`Effect`]): work to do after the carrier has its answer.
//!
//! **Outcome** and **reason** ([`Verdict`]): how a call ended and the events that prove it (call-record texts say
//! *disposition*; this crate does not).
//!
//! # Modules
//!
//! The root re-exports what every driver uses. The rest is grouped by subject: [`call`] (the parts of a call and of its
//! events), [`dialogue`] (the inputs of a step, and what it dials), [`flow`] (menus, forwards, mailboxes, hours, their
//! parser and their checks), [`phone`], [`keys`], [`ids`] and [`duration`] (parsed values), [`session`].
//!
//! # Example
//!
//! ```
//! use frontdesk_domain::{advance, builtin_flow, BuiltinFlow, Context, Dialogue, Instruction, Signal};
//! let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
//! let cx = Context::new("demo:leg-1".parse()?, "2026-11-22T09:00:00Z".parse()?)
//!     .with_parties("+33123456789", "+15556667777");
//! let turn = advance(&flow, &Dialogue::Start, &Signal::Arrived, &cx);
//! let Some(Instruction::Gather { then, .. }) = turn.instructions.first() else { panic!("the menu asks for a key") };
//! let turn = advance(&flow, then, &Signal::Keyed("1".parse()?), &cx);
//! assert!(matches!(turn.instructions.last(), Some(Instruction::Dial { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(missing_docs)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod call;
pub mod dialogue;
pub mod duration;
pub mod flow;
mod hash;
pub mod ids;
pub mod keys;
pub mod names;
pub mod phone;
pub mod session;

pub use call::Call;
pub use call::effect::Effect;
pub use call::event::{CallEvent, EventKind};
pub use call::facts::Facts;
pub use call::outcome::{Outcome, Reason, Verdict};
pub use call::parties::Parties;
pub use call::voicemail::Voicemail;
pub use dialogue::context::Context;
pub use dialogue::instruction::Instruction;
pub use dialogue::notice::Notice;
pub use dialogue::signal::Signal;
pub use dialogue::turn::Turn;
pub use dialogue::{Dialogue, advance};
pub use flow::CallFlow;
pub use flow::builtin::{BuiltinFlow, builtin_flow};
pub use flow::parse::read_flow;
pub use ids::{CallId, LegId, RecordingId};
pub use keys::{Key, Keys};
pub use phone::PhoneNumber;
pub use phone::address::PhoneAddress;
pub use phone::caller::CallerId;

/// A point in time, UTC, from the carrier or the server's clock.
pub use jiff::Timestamp;
/// A time zone of opening hours.
pub use jiff::tz::TimeZone;
