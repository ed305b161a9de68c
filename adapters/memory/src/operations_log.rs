//! Outages, watermarks and the audit trail.
use std::collections::BTreeMap;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    AuditEntry, AuditPage, AuditQuery, AuditTrail, DiagnosticReport, OperationsLog, Outage, OutageCause,
    Share, StoreError, Watermark,
};
use parking_lot::{Mutex, MutexGuard};

/// An operations log that is lost with the process.
#[derive(Default)]
pub struct MemoryOperationsLog(Mutex<State>);

#[derive(Default)]
struct State {
    outages: BTreeMap<(Timestamp, OutageCause), Outage>,
    marks: BTreeMap<Watermark, Timestamp>,
    trail: Vec<AuditEntry>,
    diagnostic_report: Option<DiagnosticReport>,
}

impl MemoryOperationsLog {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

#[async_trait]
impl OperationsLog for MemoryOperationsLog {
    async fn note_outage(&self, outage: &Outage) -> Result<(), StoreError> {
        self.state().outages.insert((outage.began_at, outage.cause), outage.clone());
        Ok(())
    }

    async fn outages(&self, limit: u16) -> Result<Vec<Outage>, StoreError> {
        Ok(self.state().outages.values().rev().take(usize::from(limit)).cloned().collect())
    }

    async fn store_diagnostic_report(&self, diagnostic_report: &DiagnosticReport) -> Result<(), StoreError> {
        self.state().diagnostic_report = Some(diagnostic_report.clone());
        Ok(())
    }

    async fn diagnostic_report(&self) -> Result<Option<DiagnosticReport>, StoreError> {
        Ok(self.state().diagnostic_report.clone())
    }

    async fn mark(&self, mark: Watermark, at: Timestamp) -> Result<(), StoreError> {
        self.state().marks.insert(mark, at);
        Ok(())
    }

    async fn marked(&self, mark: Watermark) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state().marks.get(&mark).copied())
    }
}

#[async_trait]
impl AuditTrail for MemoryOperationsLog {
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.state().trail.push(entry);
        Ok(())
    }

    async fn entries(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        let AuditQuery { actor, action, before, limit } = query;
        let state = self.state();
        let numbered = state.trail.iter().enumerate().map(|(place, entry)| (place as u64, entry));
        let wanted = numbered.rev().filter(|(number, entry)| {
            actor.as_ref().is_none_or(|actor| entry.actor == *actor)
                && action.is_none_or(|action| entry.action == action)
                && before.is_none_or(|before| *number < before)
        });
        let found: Vec<_> = wanted.take(usize::from(*limit)).collect();
        let next = found.last().map(|(number, _)| *number).filter(|_| found.len() == usize::from(*limit));
        Ok(AuditPage { entries: found.into_iter().map(|(_, entry)| entry.clone()).collect(), next })
    }

    async fn delete_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError> {
        let mut state = self.state();
        let all = state.trail.len();
        let mut left = most.map_or(u64::MAX, |share| share.of(all as u64));
        state.trail.retain(|entry| {
            let is_kept = entry.at >= before || left == 0;
            left -= u64::from(!is_kept);
            is_kept
        });
        Ok((all - state.trail.len()) as u64)
    }
}
