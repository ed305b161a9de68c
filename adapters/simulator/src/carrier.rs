//! The simulated carrier: how it reaches the front desk, and how it places a call.
use std::sync::Arc;

use frontdesk_ports::Ids;

use crate::engine::Line;
use crate::line_event::LineEvent;
use crate::network::{Network, PerfectNetwork};
use crate::people::People;
use crate::records::CarrierRecords;
use crate::time::{LineTime, rfc2822};
use crate::wire::Wire;

/// A call to place.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// The caller, in any form a carrier may send.
    pub from: String,
    /// The main number.
    pub to: String,
    /// The caller's name, if the carrier knows it.
    pub from_name: Option<String>,
}

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallReport {
    /// The SID of the call.
    pub call: String,
    /// The final status.
    pub status: String,
    /// Whole seconds, as it would be billed.
    pub seconds: u64,
    /// Whether a message was recorded.
    pub recorded: bool,
    /// What the front desk did wrong.
    pub problems: Vec<String>,
}

/// Where the carrier's records are: in this process, or behind a REST API with this base URL.
#[derive(Debug, Clone)]
pub(crate) enum RecordsLocation {
    Here(Arc<CarrierRecords>),
    At(String),
}

/// A test of the caller ID that a phone would be shown.
type CallerIdTest = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The carrier.
#[derive(Clone)]
pub struct SimulatedCarrier {
    pub(crate) wire: Wire,
    pub(crate) base: String,
    pub(crate) time: Arc<dyn LineTime>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) records: RecordsLocation,
    pub(crate) listener: Arc<dyn Fn(LineEvent) + Send + Sync>,
    pub(crate) network: Arc<dyn Network>,
    pub(crate) accepts_caller_id: CallerIdTest,
}

impl SimulatedCarrier {
    /// A carrier that calls the front desk at `base` and has its records in this process.
    pub fn new(
        wire: Wire,
        base: &str,
        time: Arc<dyn LineTime>,
        ids: Arc<dyn Ids>,
        records: Arc<CarrierRecords>,
    ) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self {
            wire,
            base,
            time,
            ids,
            records: RecordsLocation::Here(records),
            listener: Arc::new(|_| ()),
            network: Arc::new(PerfectNetwork),
            accepts_caller_id: Arc::new(|_| true),
        }
    }

    /// For a server whose public URL differs from the URL that it is reached at from here: requests are sent to the latter and
    /// signed for the former, as behind a proxy.
    #[must_use]
    pub fn signing_for(mut self, public: &str) -> Self {
        self.wire = self.wire.through(public, &self.base);
        public.trim_end_matches('/').clone_into(&mut self.base);
        self
    }

    /// For records stored by the simulated carrier whose REST base is `api_url`.
    #[must_use]
    pub fn storing_at(mut self, api_url: &str) -> Self {
        self.records = RecordsLocation::At(api_url.to_owned());
        self
    }

    /// With a network that delays, repeats or loses requests.
    #[must_use]
    pub fn over(mut self, network: Arc<dyn Network>) -> Self {
        self.network = network;
        self
    }

    /// With networks that refuse calls with a caller ID that fails this test: such legs fail before they ring.
    #[must_use]
    pub fn accepting_caller_ids(mut self, accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.accepts_caller_id = Arc::new(accepts);
        self
    }

    /// With a listener for the events on the line.
    #[must_use]
    pub fn listened_by(mut self, listener: impl Fn(LineEvent) + Send + Sync + 'static) -> Self {
        self.listener = Arc::new(listener);
        self
    }

    /// Places a call and runs it until its last callback.
    pub async fn place(&self, call: NewCall, people: &mut dyn People) -> CallReport {
        let sid = self.sid("CA");
        self.report(LineEvent::Placed { call: sid.clone(), from: call.from.clone(), to: call.to.clone() });
        let mut line = Line::new(self, people, sid, call);
        line.run().await;
        line.finish().await
    }

    pub(crate) fn sid(&self, kind: &str) -> String {
        format!("{kind}{}", hex::encode(&self.ids.random()[16..]))
    }

    pub(crate) fn report(&self, event: LineEvent) {
        (self.listener)(event);
    }

    /// The `Timestamp` field for requests in which Twilio omits it: a call that runs faster than real time has a clock of its
    /// own.
    pub(crate) fn callback_time(&self) -> Option<(&'static str, String)> {
        self.time.reports_time().then(|| ("Timestamp", self.stamp()))
    }

    pub(crate) fn stamp(&self) -> String {
        rfc2822(self.time.now())
    }
}
