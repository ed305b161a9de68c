//! The identity of an event: equal for a repeat, different for any other event. It is stored, so its format must not change.
use crate::call::event::EventKind;
use crate::call::parties::Parties;
use crate::hash::fnv1a;

impl EventKind {
    pub(super) fn identity(&self) -> String {
        let kind = self.as_str();
        match self {
            Self::Started(parties) => format!("{kind}:{}", parties.identity()),
            Self::Refused { why } => format!("{kind}:{why}"),
            Self::Hours { hours, step, why } => format!("{kind}:{step}:{}:{why}", or_dash(hours.as_ref())),
            Self::Goodbye { goodbye, step } => format!("{kind}:{step}:{goodbye}"),
            Self::Menu { menu, step } | Self::NoInput { menu, step } => format!("{kind}:{step}:{menu}"),
            Self::Key { menu, step, keys, choice } => {
                format!("{kind}:{step}:{menu}:{keys}:{}", choice.as_deref().unwrap_or_default())
            }
            Self::Forward { forward, step, position, number, screened } => {
                format!("{kind}:{step}.{position}:{forward}:{number}:{screened}")
            }
            Self::Leg { step, position, leg, status, seconds, sip_code } => {
                format!(
                    "{kind}:{step}.{position}:{leg}:{status}:{}:{}",
                    or_dash(*seconds),
                    or_dash(*sip_code)
                )
            }
            Self::Screening { step, position, leg, answer } => {
                format!("{kind}:{step}.{position}:{leg}:{answer}")
            }
            Self::Dial { step, outcome, leg, bridged, seconds } => format!(
                "{kind}:{step}:{outcome}:{}:{}:{}",
                or_dash(leg.as_ref()),
                or_dash(*bridged),
                or_dash(*seconds)
            ),
            Self::Bridged { step, leg } => format!("{kind}:{step}:{}", or_dash(leg.as_ref())),
            Self::Mailbox { mailbox, step, cause } => format!("{kind}:{step}:{mailbox}:{cause}"),
            Self::Recording { recording, status, seconds } => {
                format!("{kind}:{recording}:{status}:{}", or_dash(*seconds))
            }
            Self::Voicemail { recording, audio } => {
                format!("{kind}:{recording}:{}:{}:{}", audio.bytes, audio.sha256, audio.media_type)
            }
            Self::VoicemailMeasured { recording, sound } => {
                format!("{kind}:{recording}:{}:{}:{}", sound.length_ms, sound.speech_ms, sound.outline)
            }
            Self::VoicemailFailed { recording, why, round: 0 } => format!("{kind}:{recording}:{why}"),
            Self::VoicemailFailed { recording, why, round } => format!("{kind}:{recording}:{why}:{round}"),
            Self::VoicemailRetried { recording, round } => format!("{kind}:{recording}:{round}"),
            Self::VoicemailDeleted { recording } | Self::TranscriptDeleted { recording } => {
                format!("{kind}:{recording}")
            }
            Self::TranscriptWanted { recording, language } => format!("{kind}:{recording}:{language}"),
            Self::Transcribed { recording, text } => {
                format!("{kind}:{recording}:{}", or_dash(text.as_deref().map(fingerprint)))
            }
            Self::Unknown { identity } => identity.clone(),
            Self::CarrierCopy { recording, fate } => format!("{kind}:{recording}:{fate}"),
            Self::Recovered(record) => format!("{kind}:{}", record.identity()),
            Self::Closed => kind.to_owned(),
            Self::CallerLeft { step } => format!("{kind}:{step}"),
            Self::Ended(ending) => format!(
                "{kind}:{}:{}:{}:{}{}",
                ending.status,
                ending.failed,
                or_dash(ending.seconds),
                ending.parties.as_ref().map(Parties::identity).unwrap_or_default(),
                ending.hung_up_by.map(|by| format!(":{by}")).unwrap_or_default()
            ),
        }
    }
}

/// A hash instead of a text, so that an identity does not contain the text itself.
fn fingerprint(text: &str) -> String {
    format!("{:016x}", fnv1a(text.as_bytes()))
}

fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
