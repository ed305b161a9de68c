//! Makes the log agree with the carrier's own records: adds calls that never reached us, ends that were lost, and
//! voicemails that were not reported. Running it twice changes nothing.
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::call::{CallState, CarrierCall, RecordingStatus, VoicemailStatus};
use frontdesk_domain::{Call, CallEvent, EventKind, Facts, LegId, Timestamp, Voicemail};
use frontdesk_ports::{
    CallLog, CallQuery, CallRecord, Carrier, CarrierError, Clock, LoggedEvent, OperationsLog, Outage,
    OutageCause, StoreError, Watermark,
};

/// A call without an end is closed this long after the longest possible call would have ended.
const CLOSE_AFTER: Duration = Duration::from_secs(2 * 3600);
/// Added calls belong to the same unknown outage if they began within this time of it.
const SAME_OUTAGE: Duration = Duration::from_secs(600);
/// Tolerance for clocks that differ, and for calls that begin before their first request arrives here.
const MARGIN: Duration = Duration::from_secs(60);
/// The number of latest outages that a recovered call may belong to.
const OUTAGES: u16 = 200;
/// The number of calls that are read from the log at once.
const PAGE: u16 = 200;

/// The log could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReconcileError {
    /// The carrier did not answer.
    #[error("the carrier's records could not be read, nothing was changed: {0}")]
    Carrier(#[from] CarrierError),
    /// The log failed.
    #[error("the call log failed; completed repairs are kept, and it is safe to run it again: {0}")]
    Store(#[from] StoreError),
}

/// What was compared, and the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The start of the compared span …
    pub since: Timestamp,
    /// … and its end.
    pub until: Timestamp,
    /// Calls compared: those of our numbers in the carrier's records.
    pub compared: u32,
    /// Calls that were missing here.
    pub added: u32,
    /// Calls that were incomplete here.
    pub repaired: u32,
    /// Voicemails that were not reported, or are downloaded again.
    pub messages: u32,
    /// Calls closed without a report of their end.
    pub closed: u32,
    /// The outages that these calls belong to.
    pub outages: Vec<Outage>,
}

impl Report {
    /// This report and that of another carrier as one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.since = self.since.min(other.since);
        self.until = self.until.max(other.until);
        self.compared += other.compared;
        self.added += other.added;
        self.repaired += other.repaired;
        self.messages += other.messages;
        self.closed += other.closed;
        self.outages.extend(other.outages);
        self
    }

    /// Whether the log and the records agreed before.
    pub fn found_nothing(&self) -> bool {
        (self.added, self.repaired, self.messages, self.closed) == (0, 0, 0, 0)
    }
}

/// `1 call`, `2 calls`.
pub fn counted<N: fmt::Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    if count == N::from(1) { format!("1 {what}") } else { format!("{count} {what}s") }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compared = counted(self.compared, "call");
        writeln!(
            f,
            "{:.0} to {:.0}: {compared} compared with the carrier's records",
            self.since, self.until
        )?;
        for outage in &self.outages {
            let cause = match outage.cause {
                OutageCause::NotRunning => "not running",
                OutageCause::DatabaseUnavailable => "database unavailable",
                OutageCause::EventsLost => "events lost",
                OutageCause::SpoolDamaged => "buffered events damaged",
                OutageCause::Unreached => "not reached by the carrier",
            };
            let recovered = [
                (outage.added, "call", "added"),
                (outage.repaired, "call", "repaired"),
                (outage.messages, "message", "recovered"),
            ];
            let recovered: Vec<String> = recovered
                .into_iter()
                .filter(|(count, ..)| *count > 0)
                .map(|(count, what, done)| format!("{} {done}", counted(count, what)))
                .collect();
            writeln!(
                f,
                "  {:.0} to {:.0} {cause}: {}",
                outage.began_at,
                outage.ended_at,
                recovered.join(", ")
            )?;
        }
        if self.found_nothing() {
            return write!(f, "the log agrees with them");
        }
        write!(
            f,
            "{} added, {} repaired, {}, {} closed without any word of the end",
            counted(self.added, "call"),
            self.repaired,
            counted(self.messages, "message"),
            self.closed
        )
    }
}

/// The repairs of one call.
struct CallRepair {
    at: Timestamp,
    added: bool,
    repaired: bool,
    messages: u32,
}

/// Compares the log with the carrier's records.
pub struct Reconciliation {
    /// The calls to repair.
    pub log: Arc<dyn CallLog>,
    /// The carrier.
    pub carrier: Arc<dyn Carrier>,
    /// Stores outages and the watermark.
    pub operations_log: Arc<dyn OperationsLog>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The longest a call can last.
    pub longest_call: Arc<dyn Fn() -> Duration + Send + Sync>,
    /// Whether a call came through this carrier.
    pub is_own: fn(&LegId) -> bool,
    /// The watermark that is set after a comparison, if any.
    pub watermark: Option<Watermark>,
}

impl Reconciliation {
    /// Compares calls that began at `since` or later, and repairs differences.
    pub async fn run(&self, since: Timestamp) -> Result<Report, ReconcileError> {
        let until = self.clock.now();
        let numbers = self.numbers().await?;
        // The carrier's clock may be slightly ahead of ours.
        let calls = self.carrier.calls(since, until + MARGIN).await?;
        let mut report = Report {
            since,
            until,
            compared: 0,
            added: 0,
            repaired: 0,
            messages: 0,
            closed: 0,
            outages: Vec::new(),
        };
        let mut repairs = Vec::new();
        for call in
            calls.iter().filter(|call| numbers.is_empty() || numbers.contains(&call.record.parties.to))
        {
            report.compared += 1;
            repairs.extend(self.repair(call).await?);
        }
        for CallRepair { added, repaired, messages, .. } in &repairs {
            report.added += u32::from(*added);
            report.repaired += u32::from(*repaired);
            report.messages += messages;
        }
        report.closed = self.close_overdue_calls(until).await?;
        report.outages = self.record_outages(&repairs).await?;
        if let Some(watermark) = self.watermark {
            self.operations_log.mark(watermark, until).await?;
        }
        Ok(report)
    }

    /// The numbers that frontdesk answers: those whose webhook points here, and those of recent calls. If neither is known, every
    /// number counts.
    async fn numbers(&self) -> Result<BTreeSet<String>, ReconcileError> {
        let mut numbers: BTreeSet<String> = self.carrier.our_numbers().await?.into_iter().collect();
        let recent = self.log.list(&CallQuery::newest(PAGE)).await?;
        let recent = recent.calls.into_iter().filter(|record| (self.is_own)(&record.leg));
        numbers.extend(recent.filter_map(|record| Some(record.call.parties?.to)));
        Ok(numbers)
    }

    async fn known(&self, leg: &LegId) -> Result<Option<CallRecord>, StoreError> {
        let query = CallQuery { provider_id: Some(leg.id().to_owned()), ..CallQuery::newest(10) };
        Ok(self.log.list(&query).await?.calls.into_iter().find(|record| record.leg == *leg))
    }

    async fn repair(&self, carrier_call: &CarrierCall) -> Result<Option<CallRepair>, StoreError> {
        let known = self.known(&carrier_call.call).await?;
        let facts = match &known {
            Some(record) => Facts::of(self.log.events(record.id).await?.iter().map(|logged| &logged.event)),
            None => Facts::default(),
        };
        let mut events = carrier_call.repairs(&facts);
        events.extend(retry_voicemails(carrier_call, &facts, self.clock.now()));
        if events.is_empty() {
            return Ok(None);
        }
        let recovered = events.iter().any(|event| matches!(event.kind, EventKind::Recovered(_)));
        let messages = events.len() - usize::from(recovered);
        let at = carrier_call.record.started_at.unwrap_or_else(|| self.clock.now());
        self.log.append(events.into_iter().map(LoggedEvent::from).collect()).await?;
        // A call that was deleted on purpose stays deleted.
        Ok(self.known(&carrier_call.call).await?.map(|_| CallRepair {
            at,
            added: known.is_none(),
            repaired: known.is_some() && recovered,
            messages: u32::try_from(messages).unwrap_or(u32::MAX),
        }))
    }

    /// Closes calls that exceed the longest possible call and that the carrier has no record of.
    async fn close_overdue_calls(&self, now: Timestamp) -> Result<u32, StoreError> {
        let mut closed = 0;
        for state in [CallState::Ringing, CallState::InProgress] {
            let until = Some(now - (self.longest_call)() - CLOSE_AFTER);
            let mut query = CallQuery { state: Some(state), until, ..CallQuery::newest(PAGE) };
            loop {
                let page = self.log.list(&query).await?;
                let overdue = page.calls.into_iter().filter(|record| (self.is_own)(&record.leg));
                let events: Vec<LoggedEvent> =
                    overdue.map(|record| CallEvent::new(record.leg, now, EventKind::Closed).into()).collect();
                closed += u32::try_from(events.len()).unwrap_or(u32::MAX);
                self.log.append(events).await?;
                query.before = page.next;
                if query.before.is_none() {
                    break;
                }
            }
        }
        Ok(closed)
    }

    /// Adds the repairs to the outages they belong to. Calls outside every known outage start a new one.
    async fn record_outages(&self, repairs: &[CallRepair]) -> Result<Vec<Outage>, StoreError> {
        let mut known = self.operations_log.outages(OUTAGES).await?;
        let mut touched = BTreeSet::new();
        for CallRepair { at, added, repaired, messages } in repairs {
            let within = |outage: &Outage| outage.began_at - MARGIN <= *at && *at <= outage.ended_at + MARGIN;
            let nearby = |outage: &Outage| {
                outage.cause == OutageCause::Unreached
                    && outage.began_at - SAME_OUTAGE <= *at
                    && *at <= outage.ended_at + SAME_OUTAGE
            };
            let place = known.iter().position(within).or_else(|| known.iter().position(nearby));
            let place = match place {
                Some(place) => place,
                None if *added => {
                    let (cause, none) = (OutageCause::Unreached, 0);
                    let (calls, repaired, messages) = (none, none, none);
                    known.push(Outage {
                        cause,
                        began_at: *at,
                        ended_at: *at,
                        calls,
                        added: none,
                        repaired,
                        messages,
                    });
                    known.len() - 1
                }
                None => continue,
            };
            let outage = &mut known[place];
            if outage.cause == OutageCause::Unreached {
                outage.ended_at = outage.ended_at.max(*at);
            }
            outage.calls += u32::from(*added);
            outage.added += u32::from(*added);
            outage.repaired += u32::from(*repaired);
            outage.messages += messages;
            touched.insert(place);
        }
        let outages: Vec<Outage> = touched.into_iter().map(|place| known[place].clone()).collect();
        for outage in &outages {
            self.operations_log.note_outage(outage).await?;
        }
        Ok(outages)
    }
}

/// Retries the downloads of failed voicemails that the carrier still has.
fn retry_voicemails(carrier_call: &CarrierCall, facts: &Facts, now: Timestamp) -> Vec<CallEvent> {
    let still_there = |voicemail: &Voicemail| {
        carrier_call.messages.iter().any(|message| {
            message.recording == voicemail.recording && message.status == RecordingStatus::Completed
        })
    };
    let failed = Call::of(facts).voicemails.into_iter().filter(|v| v.status == VoicemailStatus::Failed);
    let retried = failed.filter(still_there).map(|voicemail| {
        let kind = EventKind::VoicemailRetried { recording: voicemail.recording, round: voicemail.round + 1 };
        CallEvent { call: carrier_call.call.clone(), at: now, kind, received_at: None }
    });
    retried.collect()
}

#[cfg(test)]
mod tests;
