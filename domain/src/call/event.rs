//! An event of a call, with an identity that recognizes repeats.
mod identity;
mod order;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use strum::IntoStaticStr;

use crate::call::carrier_record::CarrierRecord;
use crate::call::parties::Parties;
use crate::call::sound::Sound;
use crate::call::status::{
    CopyFate, HoursReason, LegStatus, RecordingStatus, RefusalReason, ScreeningAnswer,
};
use crate::call::status::{DialOutcome, HungUpBy, MailboxCause};
use crate::flow::language::Language;
use crate::flow::name::NodeName;
use crate::ids::{LegId, RecordingId};
use crate::keys::Keys;
use crate::phone::address::PhoneAddress;

/// Something that happened to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct CallEvent {
    /// The caller's leg.
    pub call: LegId,
    /// The carrier's time if it sent one, otherwise the server's.
    pub at: Timestamp,
    /// When the report arrived by the server's clock, if `at` is the carrier's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What can happen to a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum EventKind {
    /// A caller dialled one of the company's numbers.
    Started(Parties),
    /// A rule or a cap refused the call before it was answered.
    Refused {
        /// Why.
        why: RefusalReason,
    },
    /// Opening hours, or a closure, decided how the call continued.
    Hours {
        /// The opening hours that decided; `None` during a temporary closure.
        hours: Option<NodeName>,
        /// After which step.
        step: u16,
        /// Whether it was open or why it was closed.
        why: HoursReason,
    },
    /// An announcement was played and the call was ended.
    Goodbye {
        /// Which goodbye.
        goodbye: NodeName,
        /// At which step.
        step: u16,
    },
    /// A menu was spoken.
    Menu {
        /// Which.
        menu: NodeName,
        /// At which step.
        step: u16,
    },
    /// Keys were pressed at a menu.
    Key {
        /// Which menu.
        menu: NodeName,
        /// At which step.
        step: u16,
        /// The keys.
        keys: Keys,
        /// What they mean there; none for a key without a meaning.
        choice: Option<String>,
    },
    /// Nothing was pressed at a menu.
    NoInput {
        /// Which menu.
        menu: NodeName,
        /// At which step.
        step: u16,
    },
    /// We requested that a phone be rung.
    Forward {
        /// The forward.
        forward: NodeName,
        /// At which step.
        step: u16,
        /// Which of its destinations.
        position: u8,
        /// Its number or address.
        number: PhoneAddress,
        /// Whether the callee must accept the call by key.
        screened: bool,
    },
    /// A callee's leg changed.
    Leg {
        /// The step that rang it.
        step: u16,
        /// Which destination.
        position: u8,
        /// The leg.
        leg: LegId,
        /// Its new status.
        status: LegStatus,
        /// How long it was off hook, once it has ended.
        seconds: Option<u32>,
        /// The SIP code it ended with.
        sip_code: Option<u16>,
    },
    /// A callee was asked whether they take the call, or answered.
    Screening {
        /// The step that rang the callee.
        step: u16,
        /// Which destination.
        position: u8,
        /// The leg.
        leg: LegId,
        /// What happened.
        answer: ScreeningAnswer,
    },
    /// The carrier reported how ringing ended.
    Dial {
        /// The step that rang.
        step: u16,
        /// The outcome.
        outcome: DialOutcome,
        /// The leg that answered or was tried last.
        leg: Option<LegId>,
        /// Whether the carrier connected caller and callee, if it reports it.
        bridged: Option<bool>,
        /// How long the callee's leg was off hook.
        seconds: Option<u32>,
    },
    /// Caller and callee were connected.
    Bridged {
        /// The step that rang.
        step: u16,
        /// The callee's leg.
        leg: Option<LegId>,
    },
    /// A mailbox asked for a message.
    Mailbox {
        /// Which.
        mailbox: NodeName,
        /// At which step.
        step: u16,
        /// Why.
        cause: MailboxCause,
    },
    /// The status of a recording changed.
    Recording {
        /// The recording.
        recording: RecordingId,
        /// Its new status.
        status: RecordingStatus,
        /// Its length in seconds.
        seconds: Option<u32>,
    },
    /// A message's audio was stored and verified.
    Voicemail {
        /// The recording.
        recording: RecordingId,
        /// The stored audio.
        audio: StoredAudio,
    },
    /// A message's audio has been analysed.
    VoicemailMeasured {
        /// The recording.
        recording: RecordingId,
        /// Its length, speech and waveform.
        sound: Sound,
    },
    /// A message's audio could not be retrieved.
    VoicemailFailed {
        /// The recording.
        recording: RecordingId,
        /// Why, as text.
        why: String,
        /// The number of earlier retries.
        #[serde(default)]
        round: u32,
    },
    /// A person requested another download of a message's audio.
    VoicemailRetried {
        /// The recording.
        recording: RecordingId,
        /// The number of this retry, from 1.
        round: u32,
    },
    /// A message's stored audio was deleted.
    VoicemailDeleted {
        /// The recording.
        recording: RecordingId,
    },
    /// A message is to be transcribed on this machine, once its audio is stored.
    TranscriptWanted {
        /// The recording.
        recording: RecordingId,
        /// The language of the caller's prompts.
        language: Language,
    },
    /// A message was transcribed.
    Transcribed {
        /// The recording.
        recording: RecordingId,
        /// The transcript; `None` if transcription failed.
        text: Option<String>,
    },
    /// The transcript of a message was deleted.
    TranscriptDeleted {
        /// The recording.
        recording: RecordingId,
    },
    /// The carrier's own copy of a recording is unwanted or was deleted.
    CarrierCopy {
        /// The recording.
        recording: RecordingId,
        /// Whether it is to be deleted or has been deleted.
        fate: CopyFate,
    },
    /// The carrier's own record of the call, read afterwards.
    Recovered(CarrierRecord),
    /// No report of the end arrived in time, so the call was closed.
    Closed,
    /// The caller had hung up when the carrier asked for the next step.
    CallerLeft {
        /// The step that it asked about.
        step: u16,
    },
    /// The carrier reported the end of the call.
    Ended(Ending),
    /// An event written by a newer version of this crate, unknown to this one. It is stored, but ignored when a call is derived.
    #[serde(skip_deserializing)]
    Unknown {
        /// Its identity, which the newer version gave it.
        identity: String,
    },
}

/// How the carrier reports the end of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Ending {
    /// The carrier's final status, verbatim.
    pub status: String,
    /// Whether the caller's own leg could not be connected at all.
    pub failed: bool,
    /// The total duration as the carrier bills it.
    pub seconds: Option<u32>,
    /// Caller and called number, in case no other event of the call arrives.
    pub parties: Option<Parties>,
    /// Who hung up, if the carrier knows.
    #[serde(default, deserialize_with = "if_known", skip_serializing_if = "Option::is_none")]
    pub hung_up_by: Option<HungUpBy>,
}

/// Reads who hung up. A value that only a newer version knows becomes `None`, so that the rest remains readable.
pub(super) fn if_known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HungUpBy>, D::Error> {
    let word: Option<String> = Option::deserialize(deserializer)?;
    Ok(word.and_then(|word| word.parse().ok()))
}

/// Audio that was stored and verified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredAudio {
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its media type, such as `audio/wav`.
    pub media_type: String,
}

impl Ending {
    /// The end of a call with this final status of the carrier, without a known duration.
    pub fn new(status: &str) -> Self {
        Self { status: status.to_owned(), failed: false, seconds: None, parties: None, hung_up_by: None }
    }
}

impl CallEvent {
    /// An event at a time by the server's clock.
    pub fn new(call: LegId, at: Timestamp, kind: EventKind) -> Self {
        Self { call, at, kind, received_at: None }
    }

    /// The identity within the call: equal for a repeated event, however late, and different for any other. It covers
    /// the content of the event, but not its times.
    pub fn identity(&self) -> String {
        self.kind.identity()
    }
}

impl EventKind {
    /// The kind's name in the log and in the API.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }
}
