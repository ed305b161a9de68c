//! One call as people see it, derived from its events. A stored call is a copy that can be derived again.

mod attempt;
pub(crate) mod carrier_record;
mod clock_skew;
pub(crate) mod difference;
pub(crate) mod effect;
pub(crate) mod event;
pub(crate) mod facts;
pub(crate) mod notification_kind;
pub(crate) mod outcome;
pub(crate) mod parties;
pub(crate) mod repair;
pub(crate) mod replay;
pub(crate) mod sound;
pub(crate) mod state;
pub(crate) mod status;
mod story;
pub(crate) mod timeline;
pub(crate) mod traffic;
pub(crate) mod voicemail;

pub use carrier_record::{CarrierRecord, RecordedLeg};
pub use difference::Difference;
pub use event::{Ending, StoredAudio};
pub use notification_kind::NotificationKind;
pub use repair::{CarrierCall, RecordedMessage};
pub use replay::Journey;
pub use sound::Sound;
pub use state::{Activity, CallState};
pub use status::{
    CopyFate, DialOutcome, HoursReason, HungUpBy, LegStatus, MailboxCause, PhoneEnd, RecordingStatus,
    RefusalReason, ScreeningAnswer,
};
pub use timeline::{Doing, Lane, Span, Timeline};
pub use traffic::{PhoneRecord, RungPhone, Traffic};
pub use voicemail::VoicemailStatus;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::flow::name::NodeName;
use crate::keys::Keys;
use crate::phone::address::PhoneAddress;

use attempt::Attempt;
use event::EventKind;
use facts::Facts;
use outcome::{Outcome, Verdict};
use parties::Parties;
use story::{
    activity, hung_up_by, keys, last_ending, last_node, menu_seconds, parties, phones, record, started_at,
    state,
};
use voicemail::{Voicemail, voicemails};

/// A call as derived from its facts. Unknown values are `None`, never guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Call {
    /// Caller and called number.
    pub parties: Option<Parties>,
    /// Whether it rings, is in progress or has ended.
    pub state: CallState,
    /// What is happening now; `None` once it has ended.
    pub activity: Option<Activity>,
    /// The outcome and the reason, once it has ended.
    pub verdict: Option<Verdict>,
    /// The carrier's final status, verbatim.
    pub provider_status: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When caller and callee were connected.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its total length, as the carrier bills it.
    pub duration_seconds: Option<u32>,
    /// How long caller and callee spoke.
    pub talk_seconds: Option<u32>,
    /// How long phones rang while the caller waited; phones that ring at once count once.
    pub ring_seconds: Option<u32>,
    /// How long the caller was in menus.
    pub menu_seconds: Option<u32>,
    /// Keys pressed at menus, in order, including those without a meaning.
    pub choices: Vec<Keys>,
    /// The label of the last key with a meaning.
    pub choice: Option<String>,
    /// The phone that answered, otherwise the last that was rung.
    pub forwarded_to: Option<PhoneAddress>,
    /// Who ended it, if known.
    #[serde(default, deserialize_with = "event::if_known")]
    pub hung_up_by: Option<HungUpBy>,
    /// The phones that were rung, each listed once, and whether each took the call.
    #[serde(default)]
    pub phones: Vec<(PhoneAddress, bool)>,
    /// The last menu that the caller heard.
    #[serde(default)]
    pub menu: Option<NodeName>,
    /// The last mailbox that asked for a message.
    #[serde(default)]
    pub mailbox: Option<NodeName>,
    /// The voicemail that represents the call, if there is one: of several, the latest with audio.
    pub voicemail: Option<Voicemail>,
    /// All voicemails of the call, oldest first.
    #[serde(default)]
    pub voicemails: Vec<Voicemail>,
}

impl Call {
    /// Derives a call from its facts.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, Call, Context, Dialogue, Facts, Notice, Outcome, Signal, advance, builtin_flow};
    /// use frontdesk_domain::call::Ending;
    ///
    /// let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    /// let (call, now) = ("demo:leg-1".parse::<frontdesk_domain::LegId>()?, "2026-11-22T09:00:00Z".parse()?);
    /// let cx = Context::new(call.clone(), now).with_parties("+33123456789", "+15556667777");
    /// let mut events = advance(&flow, &Dialogue::Start, &Signal::Arrived, &cx).events;
    /// events.push(Notice::CallEnded(Ending::new("completed")).into_event(call, now));
    ///
    /// let call = Call::of(&Facts::of(&events));
    /// let verdict = call.verdict.expect("the call has ended");
    /// assert_eq!((verdict.outcome, verdict.reason.as_str()), (Outcome::Abandoned, "in_menu"));
    /// assert_eq!(verdict.evidence.len(), 2, "the menu, and the end");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(facts: &Facts) -> Self {
        let facts = &*facts.in_one_clock();
        let story = facts.story();
        let attempts = Attempt::all(facts);
        let ending = last_ending(&story);
        let record = record(&story);
        let left_at =
            story.iter().find(|(_, e)| matches!(e.kind, EventKind::CallerLeft { .. })).map(|(_, e)| e.at);
        let ended_at = ending.map(|(at, _)| at).or(record.and_then(|r| r.ended_at)).or(left_at);
        let started_at = started_at(&story, ending, record);
        // Clocks may differ, but a call never ends before it begins.
        let ended_at = ended_at.map(|at| started_at.map_or(at, |started| at.max(started)));
        let state = state(&story);
        let over = state == CallState::Ended;
        let taken = attempts.iter().find(|attempt| attempt.bridged_at().is_some());
        let voicemails = voicemails(facts);
        Self {
            parties: parties(&story),
            state,
            activity: if over { None } else { activity(&story, &attempts) },
            verdict: over.then(|| Verdict::on(facts, &attempts)),
            provider_status: ending
                .map(|(_, ending)| ending.status.clone())
                .or_else(|| record.map(|record| record.status.clone())),
            started_at,
            answered_at: taken.and_then(Attempt::bridged_at),
            ended_at,
            // The carrier bills by its own record.
            duration_seconds: record
                .and_then(|record| record.seconds)
                .or_else(|| ending.and_then(|(_, ending)| ending.seconds)),
            talk_seconds: attempts.iter().find_map(Attempt::talk_seconds),
            ring_seconds: attempt::ring_seconds(&attempts),
            menu_seconds: menu_seconds(&story, ended_at),
            choices: keys(&story).map(|(_, keys, _)| keys.clone()).collect(),
            choice: keys(&story).filter_map(|(_, _, choice)| choice.cloned()).last(),
            forwarded_to: taken
                .or(attempts.iter().rfind(|attempt| attempt.was_rung()))
                .and_then(|a| a.number)
                .cloned(),
            hung_up_by: hung_up_by(&story, &attempts).filter(|_| over),
            phones: phones(&attempts),
            menu: last_node(&story, |kind| match kind {
                EventKind::Menu { menu, step } => Some((*step, menu)),
                _ => None,
            }),
            mailbox: last_node(&story, |kind| match kind {
                EventKind::Mailbox { mailbox, step, .. } => Some((*step, mailbox)),
                _ => None,
            }),
            voicemail: Voicemail::principal(&voicemails).cloned(),
            voicemails,
        }
    }

    /// Whether the call needs attention: the caller reached no one, or left a message that may contain speech.
    pub fn asks_for_attention(&self) -> bool {
        let empty = self.voicemail.as_ref().is_some_and(Voicemail::is_empty);
        match self.verdict.as_ref().map(|verdict| verdict.outcome) {
            Some(Outcome::Missed) => true,
            Some(Outcome::Voicemail) => !empty,
            _ => false,
        }
    }
}
