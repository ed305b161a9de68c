//! Follows the log and queues the deliveries that its changes require.
use std::collections::BTreeMap;
use std::time::Duration;

use frontdesk_domain::call::NotificationKind;
use frontdesk_domain::{CallFlow, CallId, Timestamp};
use frontdesk_ports::{CallQuery, CallRecord, Change, Delivery, RecipientSince, StoreError};

use super::selection::{happened_at, last_report, reported_state, settling, wants, work_version};
use super::{NotificationTarget, Notifications};

/// The number of calls processed at once.
const BATCH: u16 = 200;
/// Events older than this are no longer reported, even if the call changes.
const MAX_AGE: Duration = Duration::from_secs(3 * 86_400);
/// The same for the end of a call with a voicemail, whose download is retried for seven days, and again on request.
const MESSAGE_MAX_AGE: Duration = Duration::from_secs(30 * 86_400);

/// The maximum age at which an event is reported.
fn max_age(kind: NotificationKind, record: &CallRecord) -> Duration {
    let is_about_message = matches!(kind, NotificationKind::Ended | NotificationKind::VoicemailStored)
        && !record.call.voicemails.is_empty();
    if is_about_message { MESSAGE_MAX_AGE } else { MAX_AGE }
}

impl Notifications {
    /// Queues notifications about changes since the last call of this function, and returns the last change that was
    /// processed. The very first call queues nothing: what happened before notifications were set up is not reported.
    pub async fn follow(&self) -> Result<Change, StoreError> {
        let latest = self.log.latest_change().await?;
        let now = RecipientSince { change: latest, at: self.clock.now() };
        let since = self.outbox.recipients(&self.names(), now).await?;
        let Some(mut seen) = self.outbox.looked_at().await? else {
            self.outbox.queue(&[], latest, self.clock.now()).await?;
            return Ok(latest);
        };
        loop {
            let changed = self.log.changed_since(seen, BATCH).await?;
            let Some(last) = changed.last().map(|record| record.change) else { return Ok(seen) };
            let flow = self.flow.current();
            let calls: Vec<CallId> = changed.iter().map(|record| record.id).collect();
            let delivered = self.outbox.delivered(&calls).await?;
            let present = self.present().await?;
            let deliveries: Vec<(Delivery, Timestamp)> = changed
                .iter()
                .flat_map(|record| {
                    let mut deliveries = self.deliveries(record, &flow, &since, present);
                    deliveries.extend(self.corrections(record, &delivered));
                    deliveries.extend(self.changes_of_work(record, &flow, &since, seen));
                    deliveries
                })
                .map(|delivery| {
                    let due = self.clock.now() + settling(delivery.kind);
                    (delivery, due)
                })
                .collect();
            self.outbox.queue(&deliveries, last, self.clock.now()).await?;
            seen = last;
        }
    }

    /// The time of the latest call or our time, whichever is earlier: a clock that is ahead makes no call too old.
    async fn present(&self) -> Result<Timestamp, StoreError> {
        let latest = self.log.list(&CallQuery::newest(1)).await?.calls;
        let called = latest.first().and_then(|record| record.call.ended_at.or(record.call.started_at));
        let now = self.clock.now();
        Ok(called.map_or(now, |called| called.min(now)))
    }

    /// The deliveries that a call requires: one for each recent event and each recipient that was set up before it.
    fn deliveries(
        &self,
        record: &CallRecord,
        flow: &CallFlow,
        since: &BTreeMap<String, RecipientSince>,
        present: Timestamp,
    ) -> Vec<Delivery> {
        let kinds = record.call.kinds();
        let mut deliveries = Vec::new();
        for (name, target) in &self.recipients {
            let is_older = |since: &&RecipientSince| record.first_change <= since.change;
            let since = since.get(name).filter(is_older).map(|since| since.at);
            let wanted = kinds.iter().filter(|kind| {
                let from = since.max(Some(present - max_age(**kind, record)));
                happened_at(**kind, record).is_none_or(|at| Some(at) >= from)
                    && wants(target, **kind, record, flow)
            });
            deliveries.extend(wanted.map(|kind| Delivery {
                call: record.id,
                kind: *kind,
                recipient: name.clone(),
                revision: 0,
            }));
        }
        deliveries
    }

    /// Corrections for recipients to whom another state of the ended call was reported.
    fn corrections(&self, record: &CallRecord, delivered: &[(Delivery, String)]) -> Vec<Delivery> {
        let wants_corrections = |(_, target): &(&String, &NotificationTarget)| {
            target.rule.kinds.contains(&NotificationKind::Updated)
        };
        let corrected = self.recipients.iter().filter(wants_corrections).filter_map(|(name, _)| {
            let (revision, reported) = last_report(delivered, record.id, name)?;
            let (call, kind, recipient) = (record.id, NotificationKind::Updated, name.clone());
            let delivery = Delivery { call, kind, recipient, revision: revision + 1 };
            (reported != reported_state(&record.call)).then_some(delivery)
        });
        corrected.collect()
    }

    /// Notifications of the current follow-up, if it has changed after `seen`, to recipients that were set up before the change.
    fn changes_of_work(
        &self,
        record: &CallRecord,
        flow: &CallFlow,
        since: &BTreeMap<String, RecipientSince>,
        seen: Change,
    ) -> Vec<Delivery> {
        if record.work_change <= seen {
            return Vec::new();
        }
        let (call, kind, version) = (record.id, NotificationKind::WorkChanged, work_version(record));
        let informed = self.recipients.iter().filter(|(name, target)| {
            let is_new = since.get(*name).is_none_or(|since| record.work_change > since.change);
            is_new && wants(target, kind, record, flow)
        });
        informed
            .map(|(name, _)| Delivery { call, kind, recipient: name.clone(), revision: version })
            .collect()
    }
}
