//! Answers a carrier's request: runs one step of the domain, makes its events durable, and returns its instructions.

pub mod recent_responses;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use frontdesk_domain::{
    CallEvent, CallerId, Context, Dialogue, EventKind, Instruction, LegId, PhoneNumber, Timestamp, advance,
};
use frontdesk_ports::{
    AnswerCalls, CarrierCallback, Clock, LoggedEvent, ManageContacts, StepRequest, StoreError,
};
use jiff::SignedDuration;
use tracing::Instrument;

use super::event_intake::EventIntake;
use super::flow_versions::FlowVersions;
use super::restrictions::Restrictions;
use crate::tracing_context;

use recent_responses::RecentResponses;

/// A request that arrives within this time after the time it reports is dated by its arrival, which is more exact; otherwise
/// it is dated by the reported time.
const MAX_TRANSIT: SignedDuration = SignedDuration::from_secs(2);

/// Answers requests according to the current flow, and stores the events.
pub struct CallHandler {
    flow: Arc<FlowVersions>,
    restrictions: Arc<Restrictions>,
    contacts: Arc<dyn ManageContacts>,
    intake: Arc<EventIntake>,
    clock: Arc<dyn Clock>,
    responses: Arc<RecentResponses>,
    /// One of the company's numbers, for calls that do not state the called number.
    own_number: OnceLock<PhoneNumber>,
}

impl CallHandler {
    /// Answers calls according to `flow`, subject to `restrictions`; callees hear the caller's name from `contacts`.
    pub fn new(
        flow: Arc<FlowVersions>,
        restrictions: Arc<Restrictions>,
        contacts: Arc<dyn ManageContacts>,
        intake: Arc<EventIntake>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let own_number = OnceLock::new();
        let responses = Arc::default();
        Self { flow, restrictions, contacts, intake, clock, responses, own_number }
    }

    /// The latest responses to the carrier.
    pub fn responses(&self) -> Arc<RecentResponses> {
        self.responses.clone()
    }

    /// Sets one of the company's numbers, from the carrier's list, unless one is known already.
    pub fn set_own_number(&self, number: PhoneNumber) {
        self.own_number.get_or_init(|| number);
    }
}

#[async_trait]
impl AnswerCalls for CallHandler {
    async fn answer(&self, request: StepRequest) -> Vec<Instruction> {
        let span = tracing::info_span!(target: tracing_context::TARGET, "answer", otel.kind = "server", call.id = %request.call, at = %request.dialogue);
        tracing_context::join_call(&span, &request.call);
        let instructions = self.step(request).instrument(span.clone()).await;
        // A caller always gets an answer.
        tracing_context::end(&span, true);
        instructions
    }

    fn remember_response(&self, call: &LegId, dialogue: &Dialogue, response: &str) {
        self.responses.remember(call, &dialogue.to_string(), response);
    }

    async fn ingest(&self, callback: CarrierCallback) -> Result<(), StoreError> {
        let CarrierCallback { call, notice, reported_at, raw } = callback;
        let now = self.clock.now();
        let event = notice.into_event(call, reported_at.unwrap_or(now));
        let event = CallEvent { received_at: reported_at.map(|_| now), ..event };
        let span = tracing::info_span!(target: tracing_context::TARGET, "ingest", otel.kind = "server", call.id = %event.call, kind = event.kind.as_str());
        tracing_context::join_call(&span, &event.call);
        let events = vec![LoggedEvent { event, raw: Some(raw) }];
        let stored = self.intake.store(events).instrument(span.clone()).await;
        tracing_context::end(&span, stored.is_ok());
        stored
    }
}

impl CallHandler {
    fn name_of(&self, caller: &CallerId, called: &str) -> Option<String> {
        Some(self.contacts.book().of(&caller.identity(called)?)?.name.clone())
    }

    async fn step(&self, mut request: StepRequest) -> Vec<Instruction> {
        let (arrived, raw) = (self.clock.now(), std::mem::take(&mut request.raw));
        let received_at = request.reported_at.map(|_| arrived);
        let (dialogue, signal) = (request.dialogue.clone(), request.signal.clone());
        let cx = self.context(request, arrived);
        let turn = advance(&self.flow.for_call(&dialogue), &dialogue, &signal, &cx);
        self.count(&cx, &dialogue, &turn.instructions);
        let events = turn.events.into_iter().map(|event| CallEvent { received_at, ..event });
        let mut events: Vec<LoggedEvent> = events.map(LoggedEvent::from).collect();
        // The raw request is stored with the first event other than `Started`, which every request repeats.
        let is_repeated = |logged: &LoggedEvent| matches!(logged.event.kind, EventKind::Started(_));
        let own = events.iter().position(|logged| !is_repeated(logged)).unwrap_or(0);
        if let Some(logged) = events.get_mut(own) {
            self.responses.reported(&cx.call, &dialogue.to_string(), logged.event.identity());
            logged.raw = Some(raw);
        }
        if self.intake.store(events).await.is_err() {
            tracing::error!(call.id = %cx.call, "events of a step could not be stored; the caller was answered");
        }
        turn.instructions
    }

    /// The context of a step: the request, the restrictions, and what is remembered of the call.
    fn context(&self, request: StepRequest, arrived: Timestamp) -> Context {
        let StepRequest { call, leg, from, to, .. } = request;
        let is_callers_leg = call == leg;
        let known = self.restrictions.recent().get(&call);
        let mut restrictions = self.restrictions.of(&from, &to);
        // An admitted call stays admitted if the carrier repeats its first request.
        restrictions.calls_too_often &= known.is_none();
        // Likewise, a call that was forwarded may be forwarded again: a repeated request gets the same answer.
        restrictions.may_not_forward &= !known.as_ref().is_some_and(|call| call.was_forwarded);
        let caller = known.map(|call| call.from).filter(|_| !is_callers_leg);
        if let Some(called) = PhoneNumber::read_called(&to) {
            self.own_number.get_or_init(|| called);
        }
        // Names are spoken to callees only.
        let named = Some(caller.as_ref().unwrap_or(&from)).filter(|_| !is_callers_leg);
        Context {
            now: request.reported_at.map_or(arrived, |reported| more_exact(reported, arrived)),
            rotation: Some(self.restrictions.recent().rotation(&call)),
            caller_name: named.and_then(|caller| self.name_of(caller, &to)),
            call,
            leg,
            from,
            from_name: request.from_name,
            from_place: request.from_place,
            caller,
            to,
            own_number: self.own_number.get().cloned(),
            diverted_from: request.diverted_from,
            attestation: request.attestation,
            restrictions,
            caller_gone: request.caller_gone,
        }
    }

    /// Counts each admitted call and each forwarded call once, for the caps.
    fn count(&self, cx: &Context, dialogue: &Dialogue, instructions: &[Instruction]) {
        let refused = instructions.iter().any(|step| matches!(step, Instruction::Reject { .. }));
        if cx.leg == cx.call && !refused && self.restrictions.recent().remember(&cx.call, &cx.from) {
            self.restrictions.called(&cx.from, &cx.to);
        }
        let rings = instructions.iter().any(|step| matches!(step, Instruction::Dial { .. }));
        if rings && !dialogue.history().forwarded && self.restrictions.recent().mark_forwarded(&cx.call) {
            self.restrictions.forwarded();
        }
    }
}

/// The more exact of the two times. Reported times have whole seconds, so an arrival shortly afterwards is more exact.
fn more_exact(reported: Timestamp, arrived: Timestamp) -> Timestamp {
    let transit = arrived.duration_since(reported);
    if (SignedDuration::ZERO..MAX_TRANSIT).contains(&transit) { arrived } else { reported }
}
