//! The facts about a call. Absorbing events is commutative and idempotent by construction: the facts *are* the set of
//! events, and everything else is derived from it.
pub(super) mod message;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::effect::Effect;
use crate::call::event::{CallEvent, EventKind, StoredAudio};
use crate::call::status::{CopyFate, RecordingStatus};
use crate::flow::language::Language;
use crate::ids::{LegId, RecordingId};

/// The set of a call's events. Two sets with the same events are equal, regardless of their order and repetitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    events: BTreeMap<String, CallEvent>,
}

impl Facts {
    /// Adds an event, and returns the work that becomes due. A repeat changes nothing; if the same event is reported with
    /// two times, the earlier counts.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, Context, Dialogue, Facts, Notice, Signal, advance, builtin_flow};
    /// use frontdesk_domain::call::Ending;
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

    /// Adds an event without computing the work that becomes due. Returns its identity, and whether it changed anything: it was
    /// new, or earlier than known.
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

    /// The event with that identity, if known.
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
        event.kind.may_cause_effects() && !self.events.contains_key(&event.identity())
    }

    /// The facts that a call's events establish.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a CallEvent>) -> Self {
        let mut facts = Self::default();
        for event in events {
            facts.absorb(event);
        }
        facts
    }

    /// The events with their identities, ordered by time. Carriers send whole seconds and we do not, so within one second
    /// the usual order of a call decides.
    pub fn story(&self) -> Vec<(&str, &CallEvent)> {
        let mut story: Vec<_> =
            self.events.iter().map(|(identity, event)| (identity.as_str(), event)).collect();
        story.sort_by_key(|(identity, event)| {
            (event.at.as_second(), event.kind.sort_key(), event.at, *identity)
        });
        story
    }

    /// The work that these facts require: fetch every message that may have audio and is not finished, transcribe it if
    /// requested, and delete the carrier's copy if it is unwanted.
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

    /// The language for transcribing a message locally; `None` if that is not requested, not possible or already done.
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

    /// Whether any request for a step of the call arrived, and not only later reports about it.
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

    /// Every recording of the call, including those that are not messages.
    pub fn every_recording(&self) -> Vec<RecordingId> {
        self.recordings().into_keys().cloned().collect()
    }

    /// Whether a recording is not a message: it is too short, or the caller recorded another.
    pub fn is_discarded(&self, recording: &RecordingId) -> bool {
        self.message(recording).discarded
    }

    /// The event of the goodbye that was played, if any.
    pub(super) fn goodbye(&self) -> Option<&str> {
        self.find(|kind| matches!(kind, EventKind::Goodbye { .. }))
    }

    fn find(&self, wanted: impl Fn(&EventKind) -> bool) -> Option<&str> {
        self.events.iter().find(|(_, event)| wanted(&event.kind)).map(|(identity, _)| identity.as_str())
    }

    /// Whether the carrier has reported the result of a recording. Until then, it may not find the recording when asked for it.
    pub fn is_reported(&self, wanted: &RecordingId) -> bool {
        use RecordingStatus::{Absent, Completed, Failed};
        self.events.values().any(|event| {
            matches!(&event.kind, EventKind::Recording { recording, status: Absent | Completed | Failed, .. } if recording == wanted)
        })
    }

    /// When the first report of a recording arrived.
    pub(super) fn recorded_at(&self, wanted: &RecordingId) -> Option<Timestamp> {
        let reports = self.events.values().filter(
            |event| matches!(&event.kind, EventKind::Recording { recording, .. } if recording == wanted),
        );
        reports.map(|event| event.at).min()
    }

    /// Every recording that the events name, each once, with its call.
    pub(super) fn recordings(&self) -> BTreeMap<&RecordingId, &LegId> {
        let mut found = BTreeMap::new();
        for event in self.events.values() {
            if let EventKind::Recording { recording, .. } = &event.kind {
                found.insert(recording, &event.call);
            }
        }
        found
    }
}
