//! Answering a carrier: one step of the domain, its events made durable, its instructions handed back.

use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_domain::{Context, Instruction, advance};
use frontdesk_ports::{AnswerCalls, Asked, Clock, LoggedEvent, StoreError, Told};
use tracing::Instrument;

use super::flow_in_force::FlowInForce;
use super::keeping::Keeping;
use super::recent::RecentCallers;
use super::standings::Standings;
use crate::traces;

/// Answers by the flow in force, and keeps what happens.
pub struct Answering {
    flow: Arc<FlowInForce>,
    standings: Arc<Standings>,
    keeping: Arc<Keeping>,
    clock: Arc<dyn Clock>,
    recent: RecentCallers,
}

impl Answering {
    /// Answers by `flow`, and by what holds beside it.
    pub fn new(
        flow: Arc<FlowInForce>,
        standings: Arc<Standings>,
        keeping: Arc<Keeping>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { flow, standings, keeping, clock, recent: RecentCallers::default() }
    }
}

#[async_trait]
impl AnswerCalls for Answering {
    async fn answer(&self, asked: Asked) -> Vec<Instruction> {
        let span =
            tracing::info_span!(target: traces::TARGET, "answer", call.id = %asked.call, at = %asked.at);
        traces::joins(&span, &asked.call);
        self.step(asked).instrument(span).await
    }

    async fn note(&self, told: Told) -> Result<(), StoreError> {
        let Told { call, notice, at, raw } = told;
        let at = at.unwrap_or_else(|| self.clock.now());
        let event = notice.into_event(call, at);
        let span = tracing::info_span!(target: traces::TARGET, "note", call.id = %event.call, kind = event.kind.word());
        traces::joins(&span, &event.call);
        self.keeping.keep(vec![LoggedEvent { event, raw: Some(raw) }]).instrument(span).await
    }
}

impl Answering {
    async fn step(&self, asked: Asked) -> Vec<Instruction> {
        let Asked { at, signal, call, leg, from, from_name, from_place, to, .. } = asked;
        let (attestation, caller_gone, raw) = (asked.attestation, asked.caller_gone, asked.raw);
        let now = asked.told_at.unwrap_or_else(|| self.clock.now());
        let on_callers_leg = call == leg;
        let known = self.recent.caller(&call);
        let mut standing = self.standings.of(&from);
        // A call that has been admitted stays so, should the carrier ask for its beginning again.
        standing.calls_too_often &= known.is_none();
        let caller = known.filter(|_| !on_callers_leg);
        let cx = Context {
            now,
            call,
            leg,
            from,
            from_name,
            from_place,
            caller,
            to,
            diverted_from: asked.diverted_from,
            attestation,
            standing,
            caller_gone,
        };
        let turn = advance(&self.flow.for_call(&at), &at, &signal, &cx);
        let refused = turn.instructions.contains(&Instruction::Reject);
        if on_callers_leg && !refused && self.recent.remember(&cx.call, &cx.from) {
            self.standings.called(&cx.from);
        }
        let rings =
            turn.instructions.iter().any(|instruction| matches!(instruction, Instruction::Dial { .. }));
        if rings && !at.way().forwarded {
            self.standings.forwarded();
        }
        let mut events: Vec<LoggedEvent> = turn.events.into_iter().map(LoggedEvent::from).collect();
        // The request stands beside what only it told; that somebody calls, every request repeats.
        let own = events.iter().position(|logged| logged.event.kind.word() != "started").unwrap_or(0);
        if let Some(own) = events.get_mut(own) {
            own.raw = Some(raw);
        }
        if self.keeping.keep(events).await.is_err() {
            tracing::error!(call.id = %cx.call, "a step of a call could not be kept; the caller was answered");
        }
        turn.instructions
    }
}
