//! One line of a call's story, with the identity that makes a repeat the same line.
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
    /// A caller dialled the main number.
    Started(Parties),
    /// A rule or a cap refused the call before it was answered.
    Refused {
        /// Why.
        why: RefusalReason,
    },
    /// The time of day, or a closure, decided where the call went on.
    Hours {
        /// The opening hours that decided; `None` during a temporary closure.
        hours: Option<NodeName>,
        /// After which step.
        step: u16,
        /// What they said.
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
    /// We had a phone rung.
    Forward {
        /// By which rule.
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
        /// The turn that rang it.
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
        /// The turn that rang them.
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
        /// The turn that rang.
        step: u16,
        /// Its verdict.
        outcome: DialOutcome,
        /// The leg that answered or was tried last.
        leg: Option<LegId>,
        /// Whether it put caller and callee through, when it says so.
        bridged: Option<bool>,
        /// How long the callee's leg was off hook.
        seconds: Option<u32>,
    },
    /// Caller and callee were put through to each other.
    Bridged {
        /// The turn that rang.
        step: u16,
        /// The callee's leg.
        leg: Option<LegId>,
    },
    /// A mailbox invited a message.
    Mailbox {
        /// Which.
        mailbox: NodeName,
        /// At which step.
        step: u16,
        /// Why.
        cause: MailboxCause,
    },
    /// The carrier has news of a recording.
    Recording {
        /// The recording.
        recording: RecordingId,
        /// The news.
        status: RecordingStatus,
        /// Its length in seconds.
        seconds: Option<u32>,
    },
    /// We hold a message's audio, verified.
    Voicemail {
        /// The recording.
        recording: RecordingId,
        /// What we hold.
        audio: StoredAudio,
    },
    /// A message's audio has been analysed.
    VoicemailMeasured {
        /// The recording.
        recording: RecordingId,
        /// What it sounds like.
        sound: Sound,
    },
    /// A message's audio could not be retrieved.
    VoicemailFailed {
        /// The recording.
        recording: RecordingId,
        /// Why, in words.
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
    /// We held a message's audio and no longer do.
    VoicemailDeleted {
        /// The recording.
        recording: RecordingId,
    },
    /// A message is to be transcribed on this machine, once its audio is stored.
    TranscriptWanted {
        /// The recording.
        recording: RecordingId,
        /// What the caller was spoken to in.
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
    /// The carrier's own copy of a message that we hold.
    CarrierCopy {
        /// The recording.
        recording: RecordingId,
        /// What is to become, or has become, of it.
        fate: CopyFate,
    },
    /// The carrier's own record of the call, read afterwards.
    Recovered(CarrierRecord),
    /// No report of the end arrived in time; the call is no longer waited for.
    Closed,
    /// The caller had hung up when the carrier asked for the next step.
    CallerLeft {
        /// The step that it asked about.
        step: u16,
    },
    /// The carrier reported the end of the call.
    Ended(Ending),
    /// An event that a newer version of this crate has written. It is stored, and ignored when a call is derived.
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
    /// The carrier's last word, verbatim.
    pub status: String,
    /// Whether the caller's own leg could not be carried at all.
    pub failed: bool,
    /// The whole duration as the carrier bills it.
    pub seconds: Option<u32>,
    /// Caller and called number, in case no other event of the call arrives.
    pub parties: Option<Parties>,
    /// Who hung up, if the carrier knows.
    #[serde(default, deserialize_with = "if_known", skip_serializing_if = "Option::is_none")]
    pub hung_up_by: Option<HungUpBy>,
}

/// Reads who hung up; a word of a newer version says nothing here, and the end of the call counts all the same.
pub(super) fn if_known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HungUpBy>, D::Error> {
    let word: Option<String> = Option::deserialize(deserializer)?;
    Ok(word.and_then(|word| word.parse().ok()))
}

/// Audio that we hold and have verified.
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
    /// The end of a call with this last word of the carrier, without a known duration.
    pub fn new(status: &str) -> Self {
        Self { status: status.to_owned(), failed: false, seconds: None, parties: None, hung_up_by: None }
    }
}

impl CallEvent {
    /// An event at a time by the server's clock.
    pub fn new(call: LegId, at: Timestamp, kind: EventKind) -> Self {
        Self { call, at, kind, received_at: None }
    }

    /// The natural identity within the call: equal for a repeat, however late, and different for anything else. It
    /// covers all that the event says but its time.
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
