//! Answers a carrier's request: runs one step of the domain, makes its events durable, and returns its instructions.

pub mod recent_callers;
pub mod recent_responses;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use frontdesk_domain::{
    CallEvent, CallerId, Context, Dialogue, Instruction, LegId, PhoneNumber, Timestamp, advance,
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

use recent_callers::RecentCallers;
use recent_responses::RecentResponses;

/// A request that took longer is stamped with the time that it reports.
const MAX_TRANSIT: SignedDuration = SignedDuration::from_secs(2);

/// Answers by the flow in force, and keeps what happens.
pub struct CallHandler {
    flow: Arc<FlowVersions>,
    restrictions: Arc<Restrictions>,
    contacts: Arc<dyn ManageContacts>,
    intake: Arc<EventIntake>,
    clock: Arc<dyn Clock>,
    recent: RecentCallers,
    responses: Arc<RecentResponses>,
    /// A number of the company's own, for calls that do not name the number they came to.
    own_number: OnceLock<PhoneNumber>,
}

impl CallHandler {
    /// Answers calls by `flow`, subject to `restrictions`; callees hear the names of `contacts`.
    pub fn new(
        flow: Arc<FlowVersions>,
        restrictions: Arc<Restrictions>,
        contacts: Arc<dyn ManageContacts>,
        intake: Arc<EventIntake>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (recent, own_number) = (RecentCallers::default(), OnceLock::new());
        let responses = Arc::default();
        Self { flow, restrictions, contacts, intake, clock, recent, responses, own_number }
    }

    /// What the carrier was answered lately.
    pub fn responses(&self) -> Arc<RecentResponses> {
        self.responses.clone()
    }

    /// Sets a number of the company's own, as the carrier lists it.
    pub fn set_own_number(&self, number: PhoneNumber) {
        self.own_number.get_or_init(|| number);
    }
}

#[async_trait]
impl AnswerCalls for CallHandler {
    async fn answer(&self, request: StepRequest) -> Vec<Instruction> {
        let span = tracing::info_span!(target: tracing_context::TARGET, "answer", otel.kind = "server", call.id = %request.call, at = %request.at);
        tracing_context::join_call(&span, &request.call);
        let instructions = self.step(request).instrument(span.clone()).await;
        // A caller always gets an answer.
        tracing_context::end(&span, true);
        instructions
    }

    fn answered(&self, call: &LegId, at: &Dialogue, response: &str) {
        self.responses.answered(call, &at.to_string(), response);
    }

    async fn ingest(&self, callback: CarrierCallback) -> Result<(), StoreError> {
        let CarrierCallback { call, notice, at, raw } = callback;
        let now = self.clock.now();
        let event = notice.into_event(call, at.unwrap_or(now));
        let event = CallEvent { received_at: at.map(|_| now), ..event };
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

    async fn step(&self, request: StepRequest) -> Vec<Instruction> {
        let StepRequest { at, signal, call, leg, from, from_name, from_place, to, .. } = request;
        let (attestation, caller_gone, raw) = (request.attestation, request.caller_gone, request.raw);
        let arrived = self.clock.now();
        let received_at = request.reported_at.map(|_| arrived);
        let now = request.reported_at.map_or(arrived, |reported| most_exact(reported, arrived));
        let on_callers_leg = call == leg;
        let known = self.recent.get(&call);
        let mut restrictions = self.restrictions.of(&from, &to);
        // An admitted call stays admitted if the carrier repeats its first request.
        restrictions.calls_too_often &= known.is_none();
        // So does a forward: the answer to a step is the same however often it is requested.
        restrictions.may_not_forward &= !known.as_ref().is_some_and(|call| call.was_forwarded);
        let rotation = Some(self.recent.rotation(&call));
        let caller = known.map(|call| call.from).filter(|_| !on_callers_leg);
        if let Some(called) = PhoneNumber::read_called(&to) {
            self.own_number.get_or_init(|| called);
        }
        // Names are spoken to callees only.
        let named = Some(caller.as_ref().unwrap_or(&from)).filter(|_| !on_callers_leg);
        let caller_name = named.and_then(|caller| self.name_of(caller, &to));
        let cx = Context {
            now,
            call,
            leg,
            from,
            from_name,
            from_place,
            caller,
            caller_name,
            to,
            own_number: self.own_number.get().cloned(),
            diverted_from: request.diverted_from,
            rotation,
            attestation,
            restrictions,
            caller_gone,
        };
        let turn = advance(&self.flow.for_call(&at), &at, &signal, &cx);
        let refused = turn.instructions.iter().any(|step| matches!(step, Instruction::Reject { .. }));
        if on_callers_leg && !refused && self.recent.remember(&cx.call, &cx.from) {
            self.restrictions.called(&cx.from, &cx.to);
        }
        let rings =
            turn.instructions.iter().any(|instruction| matches!(instruction, Instruction::Dial { .. }));
        if rings && !at.history().forwarded && self.recent.forward(&cx.call) {
            self.restrictions.forwarded();
        }
        let events = turn.events.into_iter().map(|event| CallEvent { received_at, ..event });
        let mut events: Vec<LoggedEvent> = events.map(LoggedEvent::from).collect();
        // The raw request is stored with the event that only this request reported; every request repeats `started`.
        let own = events.iter().position(|logged| logged.event.kind.as_str() != "started").unwrap_or(0);
        if let Some(own) = events.get_mut(own) {
            self.responses.reported(&cx.call, &at.to_string(), own.event.identity());
            own.raw = Some(raw);
        }
        if self.intake.store(events).await.is_err() {
            tracing::error!(call.id = %cx.call, "events of a step could not be stored; the caller was answered");
        }
        turn.instructions
    }
}

/// Reported times have whole seconds. If a request arrived at about that time, its arrival is more exact.
fn most_exact(reported: Timestamp, arrived: Timestamp) -> Timestamp {
    let transit = arrived.duration_since(reported);
    if (SignedDuration::ZERO..MAX_TRANSIT).contains(&transit) { arrived } else { reported }
}
