//! The stores in memory behave like every other store.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]
use std::sync::Arc;

use adapters_memory::{
    ManualClock, MemoryAccess, MemoryContacts, MemoryLog, MemoryOperationsLog, MemoryOverrides,
    MemoryRecordings, MemorySpool,
};
use frontdesk_ports::conformance::{self, CountingIds};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()))
}

#[tokio::test]
async fn call_log() {
    conformance::call_log::all(&MemoryLog::new(clock(), Arc::new(CountingIds::default()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers() {
    let log = Arc::new(MemoryLog::new(clock(), Arc::new(CountingIds::default())));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let log = log.clone();
            tokio::spawn(async move { conformance::call_log::one_of_many_writers(&*log, writer, 5).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    conformance::call_log::nothing_was_lost(&*log, 4, 5).await;
}

#[tokio::test]
async fn work_and_figures() {
    conformance::work::all(&MemoryLog::new(clock(), Arc::new(CountingIds::default()))).await;
}

#[tokio::test]
async fn job_queue() {
    let clock = clock();
    let log = MemoryLog::new(clock.clone(), Arc::new(CountingIds::default()));
    conformance::job_queue::all(&log, &log, &|now| clock.set(now)).await;
}

#[tokio::test]
async fn access_store() {
    conformance::access_store::all(&MemoryAccess::default()).await;
}

#[tokio::test]
async fn recording_store() {
    conformance::recording_store::all(&MemoryRecordings::new(200), 200).await;
}

#[tokio::test]
async fn outbox() {
    let log = MemoryLog::new(clock(), Arc::new(CountingIds::default()));
    conformance::outbox::all(&log, &log).await;
    conformance::done_links::all(&log, &log).await;
    conformance::daily_figures::all(&log, &log).await;
}

#[tokio::test]
async fn restrictions() {
    conformance::override_store::all(&MemoryOverrides::default()).await;
}

#[tokio::test]
async fn contacts() {
    conformance::contact_store::all(&MemoryContacts::default()).await;
}

#[tokio::test]
async fn spool() {
    conformance::spool::all(&MemorySpool::default()).await;
}

#[tokio::test]
async fn ledger_and_retention() {
    let operations_log = MemoryOperationsLog::default();
    conformance::operations_log::outages_and_watermarks(&operations_log).await;
    conformance::operations_log::audit(&operations_log).await;
    let log = MemoryLog::new(clock(), Arc::new(CountingIds::default()));
    conformance::retention::all(&log, &log, &log).await;
}
