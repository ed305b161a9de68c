//! The outbox.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    CallLog, Change, Delivery, DeliveryReport, DeliveryStatus, LeasedDelivery, Outbox, StoreError, Tried,
};

use crate::MemoryLog;

/// Deliveries that are forgotten, of the calls of a log.
pub struct MemoryOutbox {
    log: Arc<MemoryLog>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    looked_at: Option<Change>,
    recipients: BTreeMap<String, Timestamp>,
    rows: BTreeMap<String, Row>,
}

struct Row {
    delivery: Delivery,
    queued_at: Timestamp,
    /// `None` once it is delivered or has failed.
    due: Option<Timestamp>,
    leased: bool,
    failed: bool,
    attempt: u32,
    last_error: Option<String>,
}

impl MemoryOutbox {
    /// An empty outbox.
    pub fn new(log: Arc<MemoryLog>) -> Self {
        Self { log, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Outbox for MemoryOutbox {
    async fn looked_at(&self) -> Result<Option<Change>, StoreError> {
        Ok(self.state().looked_at)
    }

    async fn recipients(
        &self,
        names: &[String],
        now: Timestamp,
    ) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        let mut state = self.state();
        let since =
            names.iter().map(|name| (name.clone(), *state.recipients.entry(name.clone()).or_insert(now)));
        Ok(since.collect())
    }

    async fn queue(&self, deliveries: &[Delivery], up_to: Change, now: Timestamp) -> Result<(), StoreError> {
        let mut known = Vec::new();
        for delivery in deliveries {
            if self.log.find(delivery.call).await?.is_some() {
                known.push(delivery.clone());
            }
        }
        let mut state = self.state();
        for delivery in known {
            let (queued_at, due) = (now, Some(now));
            let (leased, failed, attempt, last_error) = (false, false, 0, None);
            let key = delivery.key();
            state.rows.entry(key).or_insert(Row {
                delivery,
                queued_at,
                due,
                leased,
                failed,
                attempt,
                last_error,
            });
        }
        state.looked_at = state.looked_at.max(Some(up_to));
        Ok(())
    }

    async fn take_deliveries(
        &self,
        recipients: &[String],
        now: Timestamp,
        lease: Duration,
        limit: u16,
    ) -> Result<Vec<LeasedDelivery>, StoreError> {
        let mut state = self.state();
        let due = state.rows.values_mut().filter(|row| {
            row.due.is_some_and(|due| due <= now) && recipients.contains(&row.delivery.recipient)
        });
        let taken = due.take(usize::from(limit)).map(|row| {
            row.attempt += 1;
            row.leased = true;
            row.due = Some(now + lease);
            LeasedDelivery { delivery: row.delivery.clone(), attempt: row.attempt, queued_at: row.queued_at }
        });
        Ok(taken.collect())
    }

    async fn finish_delivery(&self, leased: &LeasedDelivery, tried: &Tried) -> Result<bool, StoreError> {
        let mut state = self.state();
        let row = state.rows.get_mut(&leased.delivery.key());
        let Some(row) = row.filter(|row| row.leased && row.attempt == leased.attempt) else {
            return Ok(false);
        };
        row.leased = false;
        (row.due, row.failed, row.last_error) = match tried {
            Tried::Delivered => (None, false, None),
            Tried::Again(due, why) => (Some(*due), false, Some(why.clone())),
            Tried::Failed(why) => (None, true, Some(why.clone())),
        };
        Ok(true)
    }

    async fn next_delivery(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state().rows.values().filter_map(|row| row.due).min())
    }

    async fn deliveries(&self, limit: u16) -> Result<Vec<DeliveryReport>, StoreError> {
        let state = self.state();
        let mut rows: Vec<&Row> = state.rows.values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.queued_at, row.delivery.key())));
        let reports = rows.into_iter().take(usize::from(limit)).map(|row| DeliveryReport {
            delivery: row.delivery.clone(),
            queued_at: row.queued_at,
            attempts: row.attempt,
            status: match (row.due, row.failed) {
                (Some(_), _) => DeliveryStatus::Waiting,
                (None, true) => DeliveryStatus::Failed,
                (None, false) => DeliveryStatus::Delivered,
            },
            last_error: row.last_error.clone(),
        });
        Ok(reports.collect())
    }

    async fn redeliver(
        &self,
        since: Timestamp,
        only_failed: bool,
        recipient: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut redelivered = 0;
        for row in self.state().rows.values_mut() {
            let meant = recipient.is_none_or(|recipient| row.delivery.recipient == recipient);
            let finished = row.due.is_none() && (row.failed || !only_failed);
            if meant && finished && row.queued_at >= since {
                (row.due, row.queued_at, row.attempt, row.failed) = (Some(now), now, 0, false);
                redelivered += 1;
            }
        }
        Ok(redelivered)
    }
}
