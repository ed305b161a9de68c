//! The pure core of a phone front desk.
//!
//! Nothing in this crate awaits, logs, reads a clock, draws a random number or knows a carrier. It is made of two
//! functions and their vocabulary, and of a driver for carriers that report events ([`session`]):
//!
//! - [`advance`]: *(flow, dialogue, signal, context) → turn*. One step of a caller's conversation. Pure and total:
//!   the same request gives the same answer after a restart, on a second machine, or while a database is down.
//! - [`Facts::absorb`]: *facts + event → facts*. The call log as a set of events; order and repetition never matter.
//!
//! # Vocabulary
//!
//! **Call**: the whole conversation as it is logged, first ring to hang-up. **Leg**: one party's connection
//! ([`LegId`]); the caller's leg names the call at the carrier, the callee's legs come and go. **Caller** and
//! **callee**: the calling and the called party ([`CallerId`], [`PhoneAddress`]).
//!
//! **Flow** ([`CallFlow`]): menus, forwards and mailboxes, checked before anyone can obtain one. **Menu**, **key**,
//! **choice**: the question, what is pressed, what it means. **No-input** and **no-match**: nothing was pressed, a
//! key that means nothing; counted apart, both bounded, both ending in a mailbox.
//!
//! **Forward**: calls other phones. **Screening**: the callee alone hears the caller's number and presses a key to
//! accept, so that a mobile's own voicemail cannot take the call. **Bridged**: caller and callee are connected;
//! *answered* is not bridged while screening plays. **Mailbox**, **recording**, **voicemail**: where messages go,
//! the audio, one message with its facts.
//!
//! **Signal** ([`Signal`]): a report that needs an answer. **Notice** ([`Notice`]): a report that needs none, sent
//! while nobody waits. **Instruction** ([`Instruction`]): to do for the caller now. **Event** ([`CallEvent`]): what
//! happened, for ever. **Effect** ([`Effect`]): work to do after answering.
//!
//! **Outcome** and **reason** ([`Verdict`]): how a call ended and the events that prove it (call-record texts say
//! *disposition*; this crate does not).
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

mod call;
mod dialogue;
mod duration;
mod flow;
mod hash;
mod ids;
mod keys;
mod names;
mod phone;
pub mod session;

pub use call::Call;
pub use call::carrier_record::{CarrierRecord, RecordedLeg};
pub use call::difference::Difference;
pub use call::effect::Effect;
pub use call::event::{CallEvent, Ending, EventKind, StoredAudio};
pub use call::facts::Facts;
pub use call::notification_kind::NotificationKind;
pub use call::outcome::{Outcome, Reason, Verdict};
pub use call::parties::Parties;
pub use call::repair::{CarrierCall, RecordedMessage};
pub use call::replay::Journey;
pub use call::sound::Sound;
pub use call::state::{Activity, CallState};
pub use call::status::{
    CopyFate, DialOutcome, HoursReason, HungUpBy, LegStatus, MailboxCause, PhoneEnd, RecordingStatus,
    RefusalReason, ScreeningAnswer,
};
pub use call::timeline::{Doing, Lane, Span, Timeline};
pub use call::traffic::{PhoneRecord, RungPhone, Traffic};
pub use call::voicemail::{Voicemail, VoicemailStatus};
pub use dialogue::context::{CallRestrictions, Closure, Context};
pub use dialogue::history::DialogueHistory;
pub use dialogue::instruction::{CallerShown, DialTarget, Instruction};
pub use dialogue::notice::Notice;
pub use dialogue::signal::{DialResult, Signal};
pub use dialogue::turn::Turn;
pub use dialogue::{Dialogue, advance};
pub use duration::{parse_duration, parse_until};
pub use flow::CallFlow;
pub use flow::builtin::{BuiltinFlow, builtin_flow};
pub use flow::callers::{Attestation, CallerPattern, CallerRule, CallerThen, InvalidCallerPattern};
pub use flow::carrier_limits::CarrierLimits;
pub use flow::draft::{Entrance, FlowDraft};
pub use flow::exits::{By, Exit};
pub use flow::fallback_route::FallbackRoute;
pub use flow::forward::{Destination, Forward, Screening, ShownNumber, Strategy};
pub use flow::hours::Hours;
pub use flow::hours::schedule::{DatedRule, Days, InvalidDays, InvalidRange, Opening, Range, Schedule};
pub use flow::language::{InvalidLanguage, Language};
pub use flow::mailbox::{Confirm, Goodbye, Mailbox, Transcribe};
pub use flow::menu::{Menu, Reprompt};
pub use flow::name::{InvalidNodeName, NodeName};
pub use flow::parse::{CalendarReader, Finding, Findings, FlowSettings, TimedEvents, read_flow};
pub use flow::paths::{Path, Paths};
pub use flow::problem::{Problem, ProblemKind, Problems};
pub use flow::prompt::{AudioFile, Prompt, Speech, Spoken};
pub use flow::target::{Choice, Target, Then};
pub use flow::version::{FlowVersion, InvalidFlowVersion};
pub use ids::{CallId, InvalidId, LegId, RecordingId};
pub use keys::{DialDigits, InvalidDialDigits, InvalidKey, Key, Keys};
pub use names::UnknownName;
pub use phone::address::{InvalidPhoneAddress, PhoneAddress};
pub use phone::caller::CallerId;
pub use phone::spelling::{digits_of, visible, visible_lines};
pub use phone::{InvalidPhoneNumber, PhoneNumber};

/// A point in time, UTC, from the carrier or the server's clock.
pub use jiff::Timestamp;
/// A time zone of opening hours.
pub use jiff::tz::TimeZone;
