//! Answers the requests and callbacks of a carrier.
use async_trait::async_trait;
use frontdesk_domain::{
    Attestation, CallerId, Dialogue, Instruction, LegId, Notice, PhoneNumber, Signal, Timestamp,
};

use crate::{RawParameters, StoreError};

/// A request with a human waiting for the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRequest {
    /// Where the conversation is, from the request's own address.
    pub at: Dialogue,
    /// What happened.
    pub signal: Signal,
    /// The caller's leg, which names the call.
    pub call: LegId,
    /// The leg the request is about.
    pub leg: LegId,
    /// Who calls, as this leg shows it.
    pub from: CallerId,
    /// The caller's name, if the network sent one.
    pub from_name: Option<String>,
    /// The place of the caller's number, if the network sent one.
    pub from_place: Option<String>,
    /// The number that was dialled.
    pub to: String,
    /// The number that diverted the call to us, if it was diverted.
    pub diverted_from: Option<PhoneNumber>,
    /// What the network says about the caller's number.
    pub attestation: Attestation,
    /// Whether the caller has hung up already.
    pub caller_gone: bool,
    /// When it happened, if the carrier says.
    pub reported_at: Option<Timestamp>,
    /// The request in the carrier's own words.
    pub raw: RawParameters,
}

/// A carrier's report that needs no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierCallback {
    /// The caller's leg, which names the call.
    pub call: LegId,
    /// The news.
    pub notice: Notice,
    /// When it happened, if the carrier says.
    pub at: Option<Timestamp>,
    /// The request in the carrier's own words.
    pub raw: RawParameters,
}

/// Answers a carrier.
#[async_trait]
pub trait AnswerCalls: Send + Sync {
    /// Answers a caller who waits. Always returns within a bounded time, regardless of the state of the stores: an event
    /// that cannot be stored is a lesser evil than a caller who hears nothing.
    async fn answer(&self, asked: StepRequest) -> Vec<Instruction>;

    /// Remembers the answer to a step as it was sent, for developers who look at the call. It may be forgotten.
    fn remember_response(&self, call: &LegId, at: &Dialogue, response: &str);

    /// Ingests a callback. `Ok` only once its event is durable; otherwise the carrier has to repeat it.
    async fn ingest(&self, callback: CarrierCallback) -> Result<(), StoreError>;
}
