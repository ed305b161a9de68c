//! Stores the reports of a call in order and in the background: neither audio nor signalling waits for the stores.
use std::collections::BTreeSet;

use frontdesk_domain::{LegId, Notice, RecordingId, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::desk::Services;

/// The queue of a call's reports.
pub(super) struct Reports {
    queue: mpsc::UnboundedSender<(Notice, Timestamp)>,
    done: JoinHandle<BTreeSet<RecordingId>>,
}

impl Reports {
    pub(super) fn start(services: Services, call: LegId) -> Self {
        let (queue, mut waiting) = mpsc::unbounded_channel();
        let done = tokio::spawn(async move {
            let mut stored = BTreeSet::new();
            while let Some((notice, at)) = waiting.recv().await {
                let recording = match &notice {
                    Notice::Stored { recording, .. } => Some(recording.clone()),
                    _ => None,
                };
                if services.report(&call, notice, Some(at)).await {
                    stored.extend(recording);
                }
            }
            stored
        });
        Self { queue, done }
    }

    /// Queues a report of something that happened at that time.
    pub(super) fn add(&self, notice: Notice, at: Timestamp) {
        // Cannot fail: the task ends after the queue.
        let _ = self.queue.send((notice, at));
    }

    /// Waits until every report is durable or lost. Returns the recordings that are known to be stored.
    pub(super) async fn finish(self) -> BTreeSet<RecordingId> {
        drop(self.queue);
        self.done.await.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use adapters_memory::ManualClock;
    use async_trait::async_trait;
    use frontdesk_domain::call::{Ending, StoredAudio};
    use frontdesk_domain::{Dialogue, Instruction};
    use frontdesk_ports::{AnswerCalls, CarrierCallback, StepRequest, StoreError};
    use parking_lot::Mutex;

    use super::*;
    use crate::desk::testing::services;

    /// Refuses the first reports, and accepts the others.
    #[derive(Default)]
    struct Stores {
        refuse: AtomicU32,
        taken: Mutex<Vec<Notice>>,
    }

    #[async_trait]
    impl AnswerCalls for Stores {
        async fn answer(&self, _: StepRequest) -> Vec<Instruction> {
            Vec::new()
        }

        fn remember_response(&self, _: &LegId, _: &Dialogue, _: &str) {}

        async fn ingest(&self, callback: CarrierCallback) -> Result<(), StoreError> {
            let refuses = |left: u32| left.checked_sub(1);
            if self.refuse.fetch_update(Ordering::SeqCst, Ordering::SeqCst, refuses).is_ok() {
                return Err(StoreError::Unavailable("the disk is full".into()));
            }
            self.taken.lock().push(callback.notice);
            Ok(())
        }
    }

    fn stored(recording: &str) -> Notice {
        let audio = StoredAudio { bytes: 1, sha256: "00".into(), media_type: "audio/wav".into() };
        Notice::Stored { recording: recording.parse().unwrap(), audio }
    }

    #[tokio::test(start_paused = true)]
    async fn reports_are_stored_in_order_and_lost_ones_are_not_counted() {
        let stores = Arc::new(Stores::default());
        // More refusals than attempts for the first report, so that the second is retried as well.
        stores.refuse.store(12, Ordering::SeqCst);
        let clock = ManualClock::at("2026-11-28T09:00:00Z".parse().unwrap());
        let services = services(stores.clone(), Arc::new(clock));
        let reports = Reports::start(services, LegId::new("sip", "a").unwrap());
        let notices = [stored("RE1"), stored("RE2"), Notice::CallEnded(Ending::new("completed"))];
        for notice in &notices {
            reports.add(notice.clone(), "2026-11-28T09:00:01Z".parse().unwrap());
        }
        let known = reports.finish().await;
        assert_eq!(known.into_iter().collect::<Vec<_>>(), ["RE2".parse().unwrap()]);
        assert_eq!(*stores.taken.lock(), notices[1..]);
    }
}
