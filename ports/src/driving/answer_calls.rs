//! Answers the requests and callbacks of a carrier.
use async_trait::async_trait;
use frontdesk_domain::flow::Attestation;
use frontdesk_domain::{CallerId, Dialogue, Instruction, LegId, Notice, PhoneNumber, Signal, Timestamp};

use crate::{RawParameters, StoreError};

/// A request for an answer that a caller or callee is waiting for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRequest {
    /// The position in the dialogue, taken from the request's own address.
    pub dialogue: Dialogue,
    /// What happened.
    pub signal: Signal,
    /// The caller's leg, which names the call.
    pub call: LegId,
    /// The leg the request is about.
    pub leg: LegId,
    /// The caller, as shown on this leg.
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
    /// When it happened, if the carrier reports it.
    pub reported_at: Option<Timestamp>,
    /// The raw parameters of the request.
    pub raw: RawParameters,
}

impl StepRequest {
    /// A request on the caller's own leg, from a withheld number. Other fields are set before the `..`:
    ///
    /// ```
    /// use frontdesk_domain::{Dialogue, Signal};
    /// use frontdesk_ports::StepRequest;
    /// let arrived = StepRequest {
    ///     to: "+15556667777".into(),
    ///     ..StepRequest::new("demo:leg-1".parse()?, Dialogue::Start, Signal::Arrived)
    /// };
    /// assert_eq!(arrived.leg, arrived.call);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(call: LegId, dialogue: Dialogue, signal: Signal) -> Self {
        Self {
            dialogue,
            signal,
            leg: call.clone(),
            call,
            from: CallerId::Withheld,
            from_name: None,
            from_place: None,
            to: String::new(),
            diverted_from: None,
            attestation: Attestation::Unknown,
            caller_gone: false,
            reported_at: None,
            raw: RawParameters::default(),
        }
    }
}

/// A carrier's report that needs no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierCallback {
    /// The caller's leg, which names the call.
    pub call: LegId,
    /// What is reported.
    pub notice: Notice,
    /// When it happened, if the carrier reports it.
    pub reported_at: Option<Timestamp>,
    /// The raw parameters of the request.
    pub raw: RawParameters,
}

/// Answers a carrier.
#[async_trait]
pub trait AnswerCalls: Send + Sync {
    /// Answers a request. Always returns within a bounded time, regardless of the state of the stores: losing an
    /// event is better than leaving the caller in silence.
    async fn answer(&self, asked: StepRequest) -> Vec<Instruction>;

    /// Remembers the answer to a step as it was sent, for developers who inspect the call. It is not stored permanently.
    fn remember_response(&self, call: &LegId, dialogue: &Dialogue, response: &str);

    /// Ingests a callback. `Ok` only once its event is durable; otherwise the carrier has to repeat it.
    async fn ingest(&self, callback: CarrierCallback) -> Result<(), StoreError>;
}
