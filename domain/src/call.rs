//! One call as the office sees it: read off its facts, never stored as an opinion of its own.

mod attempt;
pub(crate) mod carrier_record;
mod clock;
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
pub(crate) mod status;
pub(crate) mod timeline;
pub(crate) mod traffic;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::flow::name::NodeName;
use crate::ids::RecordingId;
use crate::keys::Keys;
use crate::named;
use crate::phone::address::PhoneAddress;

use attempt::{Attempt, seconds};
use carrier_record::CarrierRecord;
use event::{Ending, EventKind, StoredAudio};
use facts::Facts;
use outcome::{Outcome, Verdict};
use parties::Parties;
use sound::Sound;
use status::{HungUpBy, PhoneEnd};

/// How far a call has come.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum CallState {
    /// It rings at our number; nothing has been said.
    Ringing,
    /// The caller is being served.
    InProgress,
    /// It is over.
    Ended,
}

/// Where a message's audio is.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum VoicemailStatus {
    /// On its way to us.
    Pending,
    /// With us, verified.
    Stored,
    /// The audio could not be retrieved.
    Failed,
    /// Was with us, and has been deleted.
    Deleted,
}

/// What a call that is not over is doing.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Activity {
    /// The caller is in a menu.
    InMenu,
    /// A phone rings.
    Ringing,
    /// Caller and callee speak.
    Talking,
    /// The caller leaves a message.
    LeavingMessage,
}

named!(CallState, VoicemailStatus, Activity);

/// A message a caller left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Voicemail {
    /// Its recording.
    pub recording: RecordingId,
    /// Where its audio is.
    pub status: VoicemailStatus,
    /// Its length in seconds.
    pub duration_seconds: Option<u32>,
    /// The audio we hold.
    pub audio: Option<StoredAudio>,
    /// The number of retries that a person requested.
    #[serde(default)]
    pub round: u32,
    /// What it sounds like, once that was measured.
    #[serde(default)]
    pub sound: Option<Sound>,
    /// The transcript.
    #[serde(default)]
    pub transcript: Option<String>,
}

impl Voicemail {
    /// Whether it was measured and contains no speech. What was transcribed was spoken.
    pub fn is_empty(&self) -> bool {
        let has_words = self.transcript.as_ref().is_some_and(|text| !text.trim().is_empty());
        !has_words && self.sound.as_ref().is_some_and(|sound| !sound.has_speech())
    }
}

/// A call as derived from its facts. Unknown values are `None`, never guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Call {
    /// Caller and called number.
    pub parties: Option<Parties>,
    /// How far it has come.
    pub state: CallState,
    /// What it is doing, while it is not over.
    pub activity: Option<Activity>,
    /// How it ended, once it has.
    pub verdict: Option<Verdict>,
    /// The carrier's last word, verbatim.
    pub provider_status: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When caller and callee were put through.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its whole length, as the carrier bills it.
    pub duration_seconds: Option<u32>,
    /// How long caller and callee spoke.
    pub talk_seconds: Option<u32>,
    /// How long phones rang while the caller waited; phones that ring at once count once.
    pub ring_seconds: Option<u32>,
    /// How long the caller was in menus.
    pub menu_seconds: Option<u32>,
    /// Keys pressed at menus, in order, also those without a meaning.
    pub choices: Vec<Keys>,
    /// What the last meaningful key stands for.
    pub choice: Option<String>,
    /// The phone that answered, otherwise the last that was rung.
    pub forwarded_to: Option<PhoneAddress>,
    /// Who ended it, if that is known.
    #[serde(default, deserialize_with = "event::if_known")]
    pub hung_up_by: Option<HungUpBy>,
    /// The phones that were rung, each once, and whether it took the call.
    #[serde(default)]
    pub phones: Vec<(PhoneAddress, bool)>,
    /// The last menu that the caller heard.
    #[serde(default)]
    pub menu: Option<NodeName>,
    /// The last mailbox that invited a message.
    #[serde(default)]
    pub mailbox: Option<NodeName>,
    /// The voicemail that represents the call, if there is one: of several, the latest with audio.
    pub voicemail: Option<Voicemail>,
    /// All voicemails of the call, oldest first.
    #[serde(default)]
    pub voicemails: Vec<Voicemail>,
}

impl Call {
    /// Reads a call off its facts.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, Call, Context, Dialogue, Ending, Facts, Notice, Outcome, Signal, advance, builtin_flow};
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
        // No call ends before it begins.
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
            // What the carrier has on record is what it bills.
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
            voicemail: principal(&voicemails).cloned(),
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

/// Who ended the call: as the carrier reports it, or as follows from what came before the end.
fn hung_up_by(story: &Story<'_>, attempts: &[Attempt<'_>]) -> Option<HungUpBy> {
    let has = |wanted: fn(&EventKind) -> bool| story.iter().any(|(_, event)| wanted(&event.kind));
    let reported = story.iter().find_map(|(_, event)| match &event.kind {
        EventKind::Ended(ending) => ending.hung_up_by,
        _ => None,
    });
    let concluded = [
        (has(|kind| matches!(kind, EventKind::CallerLeft { .. })), HungUpBy::Caller),
        (has(|kind| matches!(kind, EventKind::Refused { .. })), HungUpBy::Flow),
        (attempts.iter().any(Attempt::was_ended_by_callee), HungUpBy::Callee),
    ];
    reported.or_else(|| concluded.into_iter().find_map(|(holds, by)| holds.then_some(by)))
}

/// The phones that were rung, and whether each took the call.
fn phones(attempts: &[Attempt<'_>]) -> Vec<(PhoneAddress, bool)> {
    let mut phones = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.was_rung()) {
        if let Some(number) = attempt.number {
            *phones.entry(number.clone()).or_default() |= attempt.end() == PhoneEnd::Taken;
        }
    }
    phones.into_iter().collect()
}

/// The node of the conversation's last such step.
fn last_node<'a>(
    story: &Story<'a>,
    wanted: impl Fn(&'a EventKind) -> Option<(u16, &'a NodeName)>,
) -> Option<NodeName> {
    let steps = story.iter().filter_map(|(_, event)| wanted(&event.kind));
    steps.max_by_key(|(step, _)| *step).map(|(_, node)| node.clone())
}

type Story<'a> = [(&'a str, &'a event::CallEvent)];

fn parties(story: &Story<'_>) -> Option<Parties> {
    let parties_of = |(_, event): &(&str, &event::CallEvent)| match &event.kind {
        EventKind::Started(parties) => Some(parties.clone()),
        EventKind::Ended(ending) => ending.parties.clone(),
        _ => None,
    };
    // The first request carries it; the last callback repeats it, in case no other event arrives.
    story.iter().find_map(parties_of).or_else(|| record(story).map(|record| record.parties.clone()))
}

/// The carrier's own record. Of two different records, the one with more information.
fn record<'a>(story: &Story<'a>) -> Option<&'a CarrierRecord> {
    let records = story.iter().filter_map(|(_, event)| match &event.kind {
        EventKind::Recovered(record) => Some(record),
        _ => None,
    });
    records.max_by_key(|record| (record.seconds, record.legs.len(), record.ended_at))
}

/// The carrier's report of the end. Of two different reports, the one with more information, then the later one.
fn last_ending<'a>(story: &Story<'a>) -> Option<(Timestamp, &'a Ending)> {
    let endings = story.iter().filter_map(|(_, event)| match &event.kind {
        EventKind::Ended(ending) => Some((event.at, ending)),
        _ => None,
    });
    endings.max_by_key(|(at, ending)| (ending.seconds, *at))
}

fn state(story: &Story<'_>) -> CallState {
    let over = |kind: &EventKind| {
        let left = matches!(kind, EventKind::CallerLeft { .. });
        left || matches!(kind, EventKind::Ended(_) | EventKind::Recovered(_) | EventKind::Closed)
    };
    let served = |kind: &EventKind| !matches!(kind, EventKind::Started(_));
    if story.iter().any(|(_, event)| over(&event.kind)) {
        CallState::Ended
    } else if story.iter().any(|(_, event)| served(&event.kind)) {
        CallState::InProgress
    } else {
        CallState::Ringing
    }
}

fn started_at(
    story: &Story<'_>,
    ending: Option<(Timestamp, &Ending)>,
    record: Option<&CarrierRecord>,
) -> Option<Timestamp> {
    let begun =
        story.iter().find(|(_, event)| matches!(event.kind, EventKind::Started(_))).map(|(_, e)| e.at);
    let counted_back = ending.and_then(|(at, ending)| {
        at.checked_sub(jiff::SignedDuration::from_secs(i64::from(ending.seconds?))).ok()
    });
    let recorded = record.and_then(|record| record.started_at);
    begun.or(recorded).or(counted_back).or_else(|| story.first().map(|(_, event)| event.at))
}

/// From the first prompt to the first phone or mailbox, or to the end for a caller who never got that far.
fn menu_seconds(story: &Story<'_>, ended_at: Option<Timestamp>) -> Option<u32> {
    let at = |wanted: fn(&EventKind) -> bool| story.iter().find(|(_, e)| wanted(&e.kind)).map(|(_, e)| e.at);
    let begun = at(|kind| matches!(kind, EventKind::Menu { .. }))?;
    let left = at(|kind| matches!(kind, EventKind::Forward { .. } | EventKind::Mailbox { .. }));
    Some(seconds(begun, left.or(ended_at)?))
}

/// Every press at a menu, in the order of the conversation.
fn keys<'a>(story: &Story<'a>) -> impl Iterator<Item = (u16, &'a Keys, Option<&'a String>)> {
    let mut keys: Vec<_> = story
        .iter()
        .filter_map(|(_, event)| match &event.kind {
            EventKind::Key { step, keys, choice, .. } => Some((*step, keys, choice.as_ref())),
            _ => None,
        })
        .collect();
    keys.sort_by_key(|(step, ..)| *step);
    keys.into_iter()
}

fn activity(story: &Story<'_>, attempts: &[Attempt<'_>]) -> Option<Activity> {
    if story.iter().any(|(_, e)| matches!(e.kind, EventKind::Mailbox { .. })) {
        Some(Activity::LeavingMessage)
    } else if attempts.iter().any(Attempt::talking) {
        Some(Activity::Talking)
    } else if attempts.iter().any(Attempt::ringing) {
        Some(Activity::Ringing)
    } else if story.iter().any(|(_, e)| matches!(e.kind, EventKind::Menu { .. })) {
        Some(Activity::InMenu)
    } else {
        None
    }
}

fn voicemails(facts: &Facts) -> Vec<Voicemail> {
    let voicemail = |recording: &RecordingId| {
        let message = facts.message(recording);
        if message.discarded {
            return None;
        }
        let status = if message.deleted {
            VoicemailStatus::Deleted
        } else if message.stored.is_some() {
            VoicemailStatus::Stored
        } else if message.refused || (message.has_audio() && message.lost()) {
            VoicemailStatus::Failed
        } else if message.has_audio() {
            VoicemailStatus::Pending
        } else {
            return None;
        };
        Some(Voicemail {
            recording: recording.clone(),
            status,
            duration_seconds: message.seconds(),
            audio: message.stored.filter(|_| !message.deleted).cloned(),
            round: message.round,
            sound: message.sound.filter(|_| !message.deleted).cloned(),
            transcript: message.transcript().cloned(),
        })
    };
    let mut recordings: Vec<_> = facts.recordings().into_keys().collect();
    recordings.sort_by_key(|recording| (facts.recorded_at(recording), *recording));
    recordings.into_iter().filter_map(voicemail).collect()
}

/// Of several voicemails the latest with audio; a deleted or failed one only if there is no other.
fn principal(voicemails: &[Voicemail]) -> Option<&Voicemail> {
    let rank = |voicemail: &Voicemail| match voicemail.status {
        VoicemailStatus::Stored | VoicemailStatus::Pending => 2,
        VoicemailStatus::Deleted => 1,
        VoicemailStatus::Failed => 0,
    };
    voicemails.iter().max_by_key(|voicemail| rank(voicemail))
}
