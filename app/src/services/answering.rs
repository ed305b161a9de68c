//! Answering a carrier: one step of the domain, its events made durable, its instructions handed back.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::{CallFlow, Context, Instruction, advance};
use frontdesk_ports::{AnswerCalls, Asked, CallLog, Clock, LoggedEvent, StoreError, Told};

/// How long a caller is kept waiting for the log. Then they are answered all the same.
const CALLER_PATIENCE: Duration = Duration::from_secs(1);
/// How long a callback is kept waiting for the log.
const CALLBACK_PATIENCE: Duration = Duration::from_secs(3);

/// Answers by a flow, and keeps what happens in a log.
pub struct Answering {
    flow: CallFlow,
    log: Arc<dyn CallLog>,
    clock: Arc<dyn Clock>,
}

impl Answering {
    /// Answers by `flow`.
    pub fn new(flow: CallFlow, log: Arc<dyn CallLog>, clock: Arc<dyn Clock>) -> Self {
        Self { flow, log, clock }
    }

    async fn keep(&self, events: Vec<LoggedEvent>, patience: Duration) -> Result<(), StoreError> {
        // Giving up waiting does not undo what the log has begun.
        let late = |_| StoreError::Unavailable(format!("no answer within {patience:?}"));
        tokio::time::timeout(patience, self.log.append(events)).await.map_err(late)?
    }
}

#[async_trait]
impl AnswerCalls for Answering {
    async fn answer(&self, asked: Asked) -> Vec<Instruction> {
        let Asked { at, signal, call, leg, from, from_name, from_place, to, caller_gone, told_at, raw } =
            asked;
        let now = told_at.unwrap_or_else(|| self.clock.now());
        let cx = Context { now, call, leg, from, from_name, from_place, to, caller_gone };
        let turn = advance(&self.flow, &at, &signal, &cx);
        let mut events: Vec<LoggedEvent> = turn.events.into_iter().map(LoggedEvent::from).collect();
        // The request stands beside what only it told; that somebody calls, every request repeats.
        let own = events.iter().position(|logged| logged.event.kind.word() != "started").unwrap_or(0);
        if let Some(own) = events.get_mut(own) {
            own.raw = Some(raw);
        }
        if let Err(error) = self.keep(events, CALLER_PATIENCE).await {
            metrics::counter!("frontdesk_events_unrecorded_total").increment(1);
            tracing::error!(call.id = %cx.call, "a step of a call could not be kept, the caller was answered: {error}");
        }
        turn.instructions
    }

    async fn note(&self, told: Told) -> Result<(), StoreError> {
        let Told { call, notice, at, raw } = told;
        let at = at.unwrap_or_else(|| self.clock.now());
        let event = notice.into_event(call, at);
        self.keep(vec![LoggedEvent { event, raw: Some(raw) }], CALLBACK_PATIENCE).await
    }
}
