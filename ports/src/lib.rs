//! The ports of frontdesk: what its core offers (**driving**) and what it needs (**driven**).
//!
//! A port is a trait, the types it uses, and its errors. All ports follow these rules:
//!
//! - Not found is `Ok(None)`, never an error.
//! - Errors name no technology; each variant has its own remedy.
//! - A write that returns `Ok` is durable: it survives the process and a power failure.
//! - Writes are idempotent: a repeated write is no error and changes nothing.
//! - Time and randomness come from [`Clock`] and [`Ids`], which are synchronous traits.
//!
//! With the feature `conformance`, the module `conformance` specifies the behaviour of every driven store as functions that
//! each adapter calls from its tests. With `mock`, [`Carrier`] has a mock.
//!
//! ```
//! use frontdesk_domain::{CallEvent, EventKind, Timestamp};
//! use frontdesk_ports::{CallQuery, Clock, TextMatch};
//!
//! /// A clock for tests.
//! struct Noon;
//!
//! impl Clock for Noon {
//!     fn now(&self) -> Timestamp {
//!         "2026-11-22T12:00:00Z".parse().expect("a time")
//!     }
//! }
//!
//! let yesterday = Noon.now() - std::time::Duration::from_secs(86_400);
//! let query = CallQuery { since: Some(yesterday), text: Some(TextMatch::of("boiler")), ..CallQuery::newest(50) };
//! assert_eq!(query.limit, 50);
//! let event = CallEvent::new("demo:leg-1".parse()?, Noon.now(), EventKind::Closed);
//! assert_eq!(event.identity(), "closed");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(missing_docs)]

#[cfg(feature = "conformance")]
pub mod conformance;
mod driven;
mod driving;
mod error;
pub mod model;

pub use model::{access, work};

pub use driven::access_store::AccessStore;
pub use driven::audit_trail::{AuditAction, AuditEntry, AuditPage, AuditQuery, AuditTrail};
pub use driven::call_figures::{
    AdmittedCall, CallFigures, DAY_MS, Figures, FollowUp, QUARTER_MS, QuarterCount, Tally, Usage,
    WAIT_STEP_MS, affected_days,
};
pub use driven::call_log::{CallLog, CallPage, CallQuery, CallRecord, Change, LoggedEvent, TextMatch};
pub use driven::carrier::{AudioStream, Carrier, FetchedAudio};
pub use driven::carrier_account::{
    AccountNumbers, CarrierAccount, DialPermission, Hook, PhoneNumberSettings, WebhookSettings,
};
pub use driven::clock::{Clock, Ids};
pub use driven::contact_store::ContactStore;
pub use driven::daily_figures::DailyFigures;
pub use driven::done_links::{DoneLink, DoneLinks};
pub use driven::identity_provider::{IdentityError, IdentityProvider, SigningIn};
pub use driven::job_queue::{Attempt, Job, JobCounts, JobQueue, LONGEST_WAIT, Lane, LeasedJob};
pub use driven::messenger::{Attachment, DeliveryError, Messenger, Notification};
pub use driven::operations_log::{OperationsLog, Outage, OutageCause, Watermark};
pub use driven::outbox::{Delivery, DeliveryReport, DeliveryStatus, Outbox, RecipientSince};
pub use driven::override_store::{Blocked, Closed, OverrideStore};
pub use driven::prompt_audio::{PromptAudio, UnplayableAudio};
pub use driven::public_url_probe::{ProbeResult, PublicUrlProbe, Seen};
pub use driven::recording_store::{AudioCheck, AudioName, PutError, RecordingStore};
pub use driven::retention::{RetentionStore, Share};
pub use driven::sound_meter::SoundMeter;
pub use driven::spool::{EventBatch, EventBuffer, Spool, SpoolLoss};
pub use driven::transcriber::{Transcriber, TranscriberError};
pub use driven::voice::{AudioDecoder, SAMPLES_A_SECOND, Samples, Voice, VoiceError};
pub use driven::work_store::{Resolved, WorkStore};
pub use driving::accounts::{AccountError, Accounts, Browser, MAX_VIEWS, Person, SecondFactorState};
pub use driving::answer_calls::{AnswerCalls, CarrierCallback, StepRequest};
pub use driving::auth::{Access, IdentitySource, Program, SignInError, SignedIn};
pub use driving::contacts::{ContactError, ManageContacts};
pub use driving::follow_up::{LinkedCall, WorkError, WorkOnCalls};
pub use driving::operations::{Actor, Operations, RetryError};
pub use driving::overrides::{LONGEST_CLOSURE, ManageOverrides, OverrideError};
pub use driving::read_calls::{
    CallStats, CallWithEvents, CarrierCount, HourCount, ReadCalls, VoicemailAudio, VoicemailError,
    answer_rate,
};
pub use driving::readiness::{Readiness, Ready, Trouble};
pub use error::{CarrierError, StoreError};
pub use model::account::Account;
pub use model::contact::{
    BadContact, Contact, ContactBook, MAX_CONTACT_NAME, MAX_CONTACT_NOTE, MAX_CONTACTS,
};
pub use model::diagnostics::{CheckStatus, DiagnosticReport, Finding, SetupState, SetupStep};
pub use model::public_url::{PublicUrl, PublicUrlError};
pub use model::raw::RawParameters;
pub use model::search::{SearchTexts, fold, search_text};

#[cfg(feature = "mock")]
pub use driven::carrier::MockCarrier;
