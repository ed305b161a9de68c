//! The kinds of notification about a call.
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::call::Call;
use crate::call::outcome::Reason;
use crate::call::voicemail::VoicemailStatus;
use crate::named;

/// A notification about a call, sent once.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum NotificationKind {
    /// A caller has dialled one of our numbers.
    #[serde(rename = "call.started")]
    #[strum(serialize = "call.started")]
    Started,
    /// Caller and callee were connected.
    #[serde(rename = "call.answered")]
    #[strum(serialize = "call.answered")]
    Answered,
    /// The call is over, and the carrier's final report has arrived.
    #[serde(rename = "call.ended")]
    #[strum(serialize = "call.ended")]
    Ended,
    /// A message's audio is stored.
    #[serde(rename = "voicemail.stored")]
    #[strum(serialize = "voicemail.stored")]
    VoicemailStored,
    /// What an earlier notification said about the end of the call has changed.
    #[serde(rename = "call.updated")]
    #[strum(serialize = "call.updated")]
    Updated,
    /// People or programs have worked on the call: it was marked done, assigned, tagged, …
    #[serde(rename = "work.changed")]
    #[strum(serialize = "work.changed")]
    WorkChanged,
}

named!(NotificationKind);

impl Call {
    /// Every kind of notification that is due for this call so far.
    pub fn kinds(&self) -> Vec<NotificationKind> {
        // Until the carrier's final report, a message may still turn a missed call into a voicemail.
        let decided = self.verdict.as_ref().is_some_and(|verdict| {
            self.provider_status.is_some()
                || matches!(verdict.reason, Reason::Unknown | Reason::CarrierRecord)
        });
        let stored = self.voicemails.iter().any(|message| message.status == VoicemailStatus::Stored);
        let reached = |kind: &NotificationKind| match kind {
            NotificationKind::Started => self.started_at.is_some(),
            NotificationKind::Answered => self.answered_at.is_some(),
            NotificationKind::Ended => decided,
            NotificationKind::VoicemailStored => stored,
            // `Updated` depends on earlier notifications, and `WorkChanged` on data that is not part of the call.
            NotificationKind::Updated | NotificationKind::WorkChanged => false,
        };
        NotificationKind::VARIANTS.iter().copied().filter(reached).collect()
    }
}
