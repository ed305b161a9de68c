//! What events have established about a call. Absorbing is order-free and repeat-safe by construction: the facts
//! *are* the set of events, and everything else is read off it.
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::effect::Effect;
use crate::call::event::{CallEvent, EventKind, StoredAudio};
use crate::call::status::{CopyFate, LegStatus, RecordingStatus, ScreeningAnswer};
use crate::flow::language::Language;
use crate::ids::{LegId, RecordingId};

/// The set of a call's events. Two sets with the same events are equal, regardless of their order and repetitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    events: BTreeMap<String, CallEvent>,
}

impl Facts {
    /// Takes an event in, and returns the work that has become due by it. A repeat changes nothing; of two reports of
    /// the same event the earlier time counts.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, Context, Dialogue, Ending, Facts, Notice, Signal, advance, builtin_flow};
    ///
    /// let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    /// let (call, now) = ("demo:leg-1".parse::<frontdesk_domain::LegId>()?, "2026-11-22T09:00:00Z".parse()?);
    /// let cx = Context::new(call.clone(), now).with_parties("+33123456789", "+15556667777");
    /// let mut events = advance(&flow, &Dialogue::Start, &Signal::Arrived, &cx).events;
    /// events.push(Notice::CallEnded(Ending::new("completed")).into_event(call, now));
    ///
    /// let (mut facts, mut other) = (Facts::default(), Facts::default());
    /// for event in &events {
    ///     facts.absorb(event);
    /// }
    /// for event in events.iter().rev().chain(&events) {
    ///     other.absorb(event);
    /// }
    /// assert_eq!(facts, other, "neither order nor repetition matters");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn absorb(&mut self, event: &CallEvent) -> Vec<Effect> {
        let before = if self.touches_effects(event) { Some(self.effects()) } else { None };
        self.learn(event.clone());
        match before {
            Some(before) => self.effects().into_iter().filter(|effect| !before.contains(effect)).collect(),
            None => Vec::new(),
        }
    }

    /// Takes an event in without asking what work it makes due. Its identity, and whether it was news: unknown so far, or
    /// earlier than known.
    pub fn learn(&mut self, event: CallEvent) -> (String, bool) {
        let identity = event.identity();
        match self.events.get_mut(&identity) {
            Some(known) if known.at <= event.at => (identity, false),
            Some(known) => {
                (known.at, known.received_at) = (event.at, event.received_at);
                (identity, true)
            }
            None => {
                self.events.insert(identity.clone(), event);
                (identity, true)
            }
        }
    }

    /// The event of that identity, if it is known.
    pub fn event(&self, identity: &str) -> Option<&CallEvent> {
        self.events.get(identity)
    }

    /// All events, in no particular order.
    pub(super) fn all(&self) -> impl Iterator<Item = &CallEvent> {
        self.events.values()
    }

    /// The same facts with other times.
    pub(super) fn map_times(&self, time: impl Fn(&CallEvent) -> Timestamp) -> Self {
        let events = self
            .events
            .iter()
            .map(|(identity, event)| (identity.clone(), CallEvent { at: time(event), ..event.clone() }));
        Self { events: events.collect() }
    }

    fn touches_effects(&self, event: &CallEvent) -> bool {
        event.kind.may_cause_work() && !self.events.contains_key(&event.identity())
    }

    /// The facts that a call's events establish.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a CallEvent>) -> Self {
        let mut facts = Self::default();
        for event in events {
            facts.absorb(event);
        }
        facts
    }

    /// The events by identity, in the order of their times. Carriers stamp whole seconds and we do not, so within one
    /// second the order of a call's life decides.
    pub fn story(&self) -> Vec<(&str, &CallEvent)> {
        let mut story: Vec<_> =
            self.events.iter().map(|(identity, event)| (identity.as_str(), event)).collect();
        story.sort_by_key(|(identity, event)| (event.at.as_second(), event.kind.turn(), event.at, *identity));
        story
    }

    /// The jobs that these facts require: fetch every message that may have audio and is not finished, and delete the
    /// carrier's copy if it is unwanted.
    pub fn effects(&self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (recording, call) in self.recordings() {
            let message = self.message(recording);
            let in_question = message.held && !message.confirmed && !self.is_over();
            if message.has_audio() && !message.is_finished() && !in_question {
                effects.push(Effect::FetchRecording { call: call.clone(), recording: recording.clone() });
            }
            if message.to_transcribe().is_some() {
                effects.push(Effect::Transcribe { call: call.clone(), recording: recording.clone() });
            }
            if message.copy == Some(CopyFate::Unwanted) {
                effects.push(Effect::DeleteCarrierCopy { call: call.clone(), recording: recording.clone() });
            }
        }
        effects
    }

    /// The language to transcribe a message in on this machine, while that is possible and not done.
    pub fn to_transcribe(&self, recording: &RecordingId) -> Option<&Language> {
        self.message(recording).to_transcribe()
    }

    /// A message's audio, if it is stored.
    pub fn audio(&self, recording: &RecordingId) -> Option<&StoredAudio> {
        self.message(recording).stored
    }

    /// The carrier's own record of the call, if it was read.
    pub(super) fn recovered(&self) -> Option<&str> {
        self.find(|kind| matches!(kind, EventKind::Recovered(_)))
    }

    /// Whether any request of the call itself arrived, and not only later reports about it.
    pub(super) fn was_served(&self) -> bool {
        self.find(|kind| matches!(kind, EventKind::Started(_))).is_some()
    }

    /// The event that closes an overdue call, if no other event reports its end.
    pub(super) fn closed_without_report(&self) -> Option<&str> {
        let reports_end = |kind: &EventKind| {
            matches!(kind, EventKind::Ended(_) | EventKind::Recovered(_) | EventKind::CallerLeft { .. })
        };
        let closed = self.find(|kind| matches!(kind, EventKind::Closed))?;
        self.find(reports_end).is_none().then_some(closed)
    }

    /// Whether the caller has left, by any report of it.
    fn is_over(&self) -> bool {
        let over = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::Ended(_)
                    | EventKind::CallerLeft { .. }
                    | EventKind::Recovered(_)
                    | EventKind::Closed
            )
        };
        self.find(over).is_some()
    }

    /// Every recording of the call, also those that are no message.
    pub fn every_recording(&self) -> Vec<RecordingId> {
        self.recordings().into_keys().cloned().collect()
    }

    /// Whether a recording is no message: too short to be one, or the caller took it back.
    pub fn is_discarded(&self, recording: &RecordingId) -> bool {
        self.message(recording).discarded
    }

    /// The goodbye that was said, if one was.
    pub(super) fn goodbye(&self) -> Option<&str> {
        self.find(|kind| matches!(kind, EventKind::Goodbye { .. }))
    }

    fn find(&self, wanted: impl Fn(&EventKind) -> bool) -> Option<&str> {
        self.events.iter().find(|(_, event)| wanted(&event.kind)).map(|(identity, _)| identity.as_str())
    }

    /// When the first report of a recording arrived.
    pub(super) fn recorded_at(&self, wanted: &RecordingId) -> Option<Timestamp> {
        let reports = self.events.values().filter(
            |event| matches!(&event.kind, EventKind::Recording { recording, .. } if recording == wanted),
        );
        reports.map(|event| event.at).min()
    }

    /// Every recording the events name, once.
    pub(super) fn recordings(&self) -> BTreeMap<&RecordingId, &LegId> {
        let mut found = BTreeMap::new();
        for event in self.events.values() {
            if let EventKind::Recording { recording, .. } = &event.kind {
                found.insert(recording, &event.call);
            }
        }
        found
    }

    /// What is known of one recording.
    pub(super) fn message(&self, wanted: &RecordingId) -> Message<'_> {
        let mut message = Message::default();
        for (identity, event) in &self.events {
            match &event.kind {
                EventKind::Recording { recording, status, seconds } if recording == wanted => {
                    message.apply(identity, *status, *seconds);
                }
                EventKind::Voicemail { recording, audio } if recording == wanted => {
                    message.stored = Some(audio);
                }
                EventKind::VoicemailFailed { recording, round, .. } if recording == wanted => {
                    message.failed_round = message.failed_round.max(Some(*round));
                }
                EventKind::VoicemailRetried { recording, round } if recording == wanted => {
                    message.round = message.round.max(*round);
                }
                EventKind::VoicemailMeasured { recording, sound } if recording == wanted => {
                    // Should two versions of us differ, either will do, but always the same.
                    message.sound = message.sound.max(Some(sound));
                }
                EventKind::VoicemailDeleted { recording } if recording == wanted => message.deleted = true,
                EventKind::TranscriptWanted { recording, language } if recording == wanted => {
                    message.transcript_wanted = message.transcript_wanted.max(Some(language));
                }
                EventKind::Transcribed { recording, text } if recording == wanted => {
                    // Of two different transcripts either will do, but always the same one.
                    message.transcript = message.transcript.max(text.as_ref());
                    message.transcript_tried = true;
                }
                EventKind::TranscriptDeleted { recording } if recording == wanted => {
                    message.transcript_deleted = true;
                }
                EventKind::CarrierCopy { recording, fate } if recording == wanted => {
                    message.copy = message.copy.max(Some(*fate));
                }
                _ => {}
            }
        }
        message.refused &= !message.discarded;
        message
    }
}

/// What is known of one recording.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that may have been said, in any combination"
)]
#[derive(Debug, Default)]
pub(super) struct Message<'a> {
    /// The events that speak for audio.
    pub evidence: Vec<&'a str>,
    taken: Option<u32>,
    completed: bool,
    completed_seconds: Option<u32>,
    absent: bool,
    /// It is no message.
    pub discarded: bool,
    /// The caller was asked whether to keep it, and said so.
    held: bool,
    confirmed: bool,
    /// The carrier said that it failed.
    pub refused: bool,
    /// The number of requested retries.
    pub round: u32,
    /// The last round in which we gave up on fetching it.
    failed_round: Option<u32>,
    /// We held it, and no longer do.
    pub deleted: bool,
    /// What becomes of the carrier's copy.
    copy: Option<CopyFate>,
    /// We hold it.
    pub stored: Option<&'a StoredAudio>,
    /// What it sounds like.
    pub sound: Option<&'a crate::Sound>,
    /// The language of a requested transcription.
    transcript_wanted: Option<&'a Language>,
    /// Whether that was done or cannot be.
    transcript_tried: bool,
    /// The transcript, and whether it has been deleted.
    transcript: Option<&'a String>,
    transcript_deleted: bool,
}

impl<'a> Message<'a> {
    fn apply(&mut self, identity: &'a str, status: RecordingStatus, seconds: Option<u32>) {
        match status {
            RecordingStatus::Taken => self.taken = self.taken.max(seconds),
            RecordingStatus::Completed => {
                self.completed = true;
                self.completed_seconds = self.completed_seconds.max(seconds);
            }
            RecordingStatus::Absent => self.absent = true,
            RecordingStatus::Failed => self.refused = true,
            RecordingStatus::Discarded => self.discarded = true,
            RecordingStatus::Held => self.held = true,
            RecordingStatus::Kept => self.confirmed = true,
        }
        if matches!(status, RecordingStatus::Taken | RecordingStatus::Completed | RecordingStatus::Failed) {
            self.evidence.push(identity);
        }
    }

    /// Whether the caller left audio. "Completed" is the carrier's final report; "absent" outweighs the status sent
    /// when the caller had just finished.
    pub fn has_audio(&self) -> bool {
        if self.discarded {
            return false;
        }
        match (self.completed, self.completed_seconds) {
            (true, Some(seconds)) => seconds > 0,
            // Completed without a length: assume that there is audio.
            (true, None) => true,
            (false, _) => {
                self.stored.is_some() || (self.taken.is_some_and(|seconds| seconds > 0) && !self.absent)
            }
        }
    }

    /// The transcript.
    pub fn transcript(&self) -> Option<&'a String> {
        self.transcript.filter(|_| !self.transcript_deleted)
    }

    /// Its length: as completed, or else as taken.
    pub fn seconds(&self) -> Option<u32> {
        self.completed_seconds.or(self.taken)
    }

    /// Whether fetching failed permanently and no retry has been requested since.
    pub fn lost(&self) -> bool {
        self.failed_round.is_some_and(|failed| failed >= self.round)
    }

    /// The language to transcribe in, while that is possible and not done.
    pub fn to_transcribe(&self) -> Option<&'a Language> {
        let there = self.stored.is_some() && self.has_audio() && !self.deleted;
        let open = !self.transcript_tried && !self.transcript_deleted;
        self.transcript_wanted.filter(|_| there && open)
    }

    fn is_finished(&self) -> bool {
        self.stored.is_some() || self.lost() || self.refused || self.deleted
    }
}

impl EventKind {
    /// Whether work may become due by it.
    pub fn may_cause_work(&self) -> bool {
        let of_messages = matches!(
            self,
            Self::Recording { .. }
                | Self::Voicemail { .. }
                | Self::VoicemailRetried { .. }
                | Self::TranscriptWanted { .. }
                | Self::CarrierCopy { .. }
        );
        // A message that waits for confirmation is final when the caller leaves.
        of_messages
            || matches!(self, Self::Ended(_) | Self::CallerLeft { .. } | Self::Recovered(_) | Self::Closed)
    }

    /// Its place in a call's life: the turn of the conversation, and the place within the turn.
    pub(super) fn turn(&self) -> (u16, u8) {
        const AFTERWARDS: u16 = u16::MAX;
        match self {
            Self::Started(_) => (0, 0),
            Self::Refused { .. } => (0, 1),
            // Passed after the turn's key, and before the next turn.
            Self::Hours { step, .. } => (*step, 11),
            Self::Menu { step, .. }
            | Self::Forward { step, .. }
            | Self::Mailbox { step, .. }
            | Self::Goodbye { step, .. } => (*step, 0),
            Self::Key { step, .. } | Self::NoInput { step, .. } => (*step, 1),
            Self::Leg { step, status, .. } => (*step, leg_place(*status)),
            Self::Screening { step, answer: ScreeningAnswer::Asked, .. } => (*step, 5),
            Self::Screening { step, .. } => (*step, 6),
            Self::Bridged { step, .. } => (*step, 7),
            Self::Dial { step, .. } => (*step, 9),
            Self::CallerLeft { step } => (*step, 10),
            Self::Recording { .. } => (AFTERWARDS, 0),
            Self::Ended(_) => (AFTERWARDS, 1),
            Self::Voicemail { .. } | Self::VoicemailFailed { .. } => (AFTERWARDS, 2),
            Self::VoicemailMeasured { .. }
            | Self::VoicemailRetried { .. }
            | Self::VoicemailDeleted { .. }
            | Self::TranscriptWanted { .. }
            | Self::Transcribed { .. }
            | Self::TranscriptDeleted { .. }
            | Self::CarrierCopy { .. } => (AFTERWARDS, 3),
            Self::Recovered(_) | Self::Closed => (AFTERWARDS, 4),
            Self::Unknown { .. } => (AFTERWARDS, 5),
        }
    }
}

fn leg_place(status: LegStatus) -> u8 {
    match status {
        LegStatus::Initiated => 2,
        LegStatus::Ringing => 3,
        LegStatus::Answered => 4,
        LegStatus::Completed
        | LegStatus::Busy
        | LegStatus::Declined
        | LegStatus::NoAnswer
        | LegStatus::Failed
        | LegStatus::Canceled => 8,
    }
}
