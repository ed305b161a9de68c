//! Occasions on which somebody is told of a call.

use crate::call::verdict::{Reason, words};
use crate::call::{Call, VoicemailStatus};

words! {
    /// Something about a call that somebody may want to be told, once.
    Occasion {
        /// A caller has dialled one of our numbers.
        Started = "call.started",
        /// Caller and callee were put through.
        Answered = "call.answered",
        /// The call is over, and the carrier has had its last word.
        Ended = "call.ended",
        /// A message is here to be heard.
        VoicemailStored = "voicemail.stored",
    }
}

impl Call {
    /// Every occasion that this call has come to so far.
    pub fn occasions(&self) -> Vec<Occasion> {
        // Until the carrier's last word a message may still turn a miss into something else.
        let settled = self.verdict.as_ref().is_some_and(|verdict| {
            self.provider_status.is_some()
                || matches!(verdict.reason, Reason::Unknown | Reason::CarrierRecord)
        });
        let stored = self.voicemail.as_ref().is_some_and(|message| message.status == VoicemailStatus::Stored);
        let reached = |occasion: &Occasion| match occasion {
            Occasion::Started => self.started_at.is_some(),
            Occasion::Answered => self.answered_at.is_some(),
            Occasion::Ended => settled,
            Occasion::VoicemailStored => stored,
        };
        Occasion::ALL.iter().copied().filter(reached).collect()
    }
}
