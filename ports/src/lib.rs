//! The ports of frontdesk: what its core offers (**driving**) and what it needs (**driven**).
//!
//! A port is a trait and its errors, nothing else. Rules that all of them share:
//!
//! - Not found is `Ok(None)`, never an error.
//! - Errors name no technology; each variant answers "what can the caller do about it?".
//! - Whatever returns `Ok` from a write is on disk: it survives the process and the power supply.
//! - Everything that is written twice is written once: repeats are ordinary, not errors.
//! - Time and randomness come in through [`Clock`] and [`Ids`]; they need not wait, so they are plain traits.
//!
//! With the feature `conformance`, [`conformance`] holds the behaviour of every driven store as functions that each
//! adapter calls from its tests. With `mock`, [`Carrier`] and the driving ports come with a mock.
#![warn(missing_docs)]

pub mod access;
#[cfg(feature = "conformance")]
pub mod conformance;
mod driven;
mod driving;
mod error;
mod examination;
mod raw;
pub mod work;

pub use driven::access_store::AccessStore;
pub use driven::audit_trail::{AuditAction, AuditEntry, AuditTrail, UnknownAction};
pub use driven::call_figures::{CallFigures, DAY_MS, Figures, QUARTER_MS, Tally, Usage, WAIT_STEP_MS};
pub use driven::call_log::{CallLog, CallPage, CallQuery, CallRecord, Change, LoggedEvent, TextMatch};
pub use driven::carrier::{AudioStream, Carrier, FetchedAudio};
pub use driven::carrier_account::{CarrierAccount, DialPermission, Hook, Line, LineSettings, Lines};
pub use driven::clock::{Clock, Ids};
pub use driven::effect_queue::{EffectCounts, EffectQueue, LeasedEffect};
pub use driven::front_door::{FrontDoor, Knock, Seen};
pub use driven::identity_provider::{IdentityError, IdentityProvider, SigningIn};
pub use driven::ledger::{Ledger, Outage, OutageCause, UnknownCause, Watermark};
pub use driven::messenger::{Attachment, DeliveryError, Message, Messenger};
pub use driven::outbox::{Delivery, DeliveryState, LeasedDelivery, Outbox, Tried};
pub use driven::recording_store::{AudioCheck, AudioName, PutError, RecordingStore};
pub use driven::retention::Retention;
pub use driven::sound_meter::SoundMeter;
pub use driven::spool::{Backlog, Portion, Spool};
pub use driven::standing_store::{Blocked, Closed, StandingStore};
pub use driven::transcriber::{Transcriber, TranscriberError};
pub use driven::work_store::{Resolved, WorkStore};
pub use driving::access::{Access, Program, SignInError, SignedIn, Voucher};
pub use driving::accounts::{AccountError, Accounts, Browser, MOST_VIEWS, Person, SecondFactorState};
pub use driving::answering::{AnswerCalls, Asked, Told};
pub use driving::feed::{
    CallStats, CallWithEvents, HourCount, ReadCalls, VoicemailAudio, VoicemailError, answer_rate,
};
pub use driving::operations::{Actor, Operations, RetryError};
pub use driving::readiness::{Readiness, Ready, Trouble};
pub use driving::reception::{LONGEST_CLOSURE, Reception, ReceptionError};
pub use driving::working::{WorkError, WorkOnCalls};
pub use error::{CarrierError, StoreError};
pub use examination::{Examination, Finding, Verdict};
pub use raw::RawParameters;

#[cfg(feature = "mock")]
pub use driven::{carrier::MockCarrier, transcriber::MockTranscriber};
#[cfg(feature = "mock")]
pub use driving::{access::MockAccess, answering::MockAnswerCalls, feed::MockReadCalls};
