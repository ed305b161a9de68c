//! Where events are stored while stores fail.
use std::sync::atomic::{AtomicBool, Ordering};

use adapters_memory::{ManualClock, MemoryLog, MemoryOperationsLog, MemorySpool, SeededIds};
use async_trait::async_trait;
use frontdesk_domain::{CallEvent, CallId, EventKind};
use frontdesk_ports::{CallPage, CallQuery, CallRecord, Change, EventBatch, OutageCause};

use super::*;

/// A log that can be unavailable, or refuse every event.
struct Fickle {
    log: MemoryLog,
    away: AtomicBool,
    refuses: AtomicBool,
    /// Made unreadable on append while `breaks_spool` is set.
    spool: Arc<MemorySpool>,
    breaks_spool: AtomicBool,
}

#[async_trait]
impl CallLog for Fickle {
    async fn append(&self, events: Vec<LoggedEvent>) -> Result<(), StoreError> {
        self.ping().await?;
        self.spool.be_unreadable(self.breaks_spool.load(Ordering::Relaxed));
        if self.refuses.load(Ordering::Relaxed) {
            return Err(StoreError::Refused("it does not fit".into()));
        }
        self.log.append(events).await
    }
    async fn find(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        self.log.find(id).await
    }
    async fn events(&self, id: CallId) -> Result<Vec<LoggedEvent>, StoreError> {
        self.log.events(id).await
    }
    async fn list(&self, query: &CallQuery) -> Result<CallPage, StoreError> {
        self.log.list(query).await
    }
    async fn latest_change(&self) -> Result<Change, StoreError> {
        self.log.latest_change().await
    }
    async fn changed_since(&self, after: Change, limit: u16) -> Result<Vec<CallRecord>, StoreError> {
        self.log.changed_since(after, limit).await
    }
    async fn wait_for_change(&self, after: Change) {
        self.log.wait_for_change(after).await;
    }
    async fn ping(&self) -> Result<(), StoreError> {
        if self.away.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("set unavailable by the test".into()));
        }
        Ok(())
    }
}

/// An inbox on the log's server: unavailable whenever the log is.
struct Inbox {
    rows: MemorySpool,
    log: Arc<Fickle>,
}

#[async_trait]
impl EventBuffer for Inbox {
    async fn store(&self, events: Arc<Vec<LoggedEvent>>) -> Result<(), StoreError> {
        self.log.ping().await?;
        self.rows.store(events).await
    }
    async fn oldest(&self) -> Result<Option<EventBatch>, StoreError> {
        self.log.ping().await?;
        self.rows.oldest().await
    }
    async fn forget(&self, number: u64) -> Result<(), StoreError> {
        self.rows.forget(number).await
    }
    fn waiting(&self) -> u64 {
        self.rows.waiting()
    }
}

struct Desk {
    log: Arc<Fickle>,
    spool: Arc<MemorySpool>,
    operations_log: Arc<MemoryOperationsLog>,
    clock: Arc<ManualClock>,
    intake: EventIntake,
}

impl Desk {
    fn new() -> Self {
        Self::with(|_| PrimaryBuffer::Spool)
    }

    fn with_inbox() -> Self {
        Self::with(|log| PrimaryBuffer::Inbox(Arc::new(Inbox { rows: MemorySpool::default(), log })))
    }

    fn with(first: impl FnOnce(Arc<Fickle>) -> PrimaryBuffer) -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-24T09:00:00Z".parse().unwrap()));
        let log = MemoryLog::new(clock.clone(), Arc::new(SeededIds::default()));
        let (spool, operations_log) =
            (Arc::new(MemorySpool::default()), Arc::new(MemoryOperationsLog::default()));
        let (away, refuses, breaks_spool) = Default::default();
        let log = Arc::new(Fickle { log, away, refuses, spool: spool.clone(), breaks_spool });
        let first = first(log.clone());
        let intake =
            EventIntake::new(first, log.clone(), spool.clone(), operations_log.clone(), clock.clone());
        Self { log, spool, operations_log, clock, intake }
    }

    async fn step(&self, call: &str, step: u16) -> Result<(), StoreError> {
        let kind = EventKind::Menu { menu: "main".parse().unwrap(), step };
        let call = format!("twilio:{call}").parse().unwrap();
        self.intake
            .store(vec![CallEvent { call, at: self.clock.now(), kind, received_at: None }.into()])
            .await
    }

    async fn logged(&self) -> usize {
        let mut events = 0;
        for record in self.log.list(&CallQuery::newest(100)).await.unwrap().calls {
            events += self.log.events(record.id).await.unwrap().len();
        }
        events
    }
}

#[tokio::test]
async fn events_are_buffered_while_the_database_is_unavailable_and_the_outage_is_recorded() {
    let desk = Desk::with_inbox();
    desk.step("CA1", 1).await.unwrap();
    assert_eq!((desk.intake.health(), desk.logged().await), (IntakeHealth::Healthy, 0), "logged later");
    assert_eq!(desk.spool.waiting(), 0, "the spool is not used");
    desk.intake.drain().await;
    assert_eq!(desk.logged().await, 1);
    desk.log.away.store(true, Ordering::Relaxed);
    desk.step("CA1", 2).await.unwrap();
    desk.step("CA2", 1).await.unwrap();
    assert_eq!(desk.intake.health(), IntakeHealth::Buffering { waiting: 2, unavailable: true });
    assert_eq!(desk.intake.probe().await, IntakeHealth::Buffering { waiting: 2, unavailable: true });
    assert_eq!(desk.intake.drain_once().await, Drained::Blocked);
    desk.clock.advance(Duration::from_secs(60));
    desk.log.away.store(false, Ordering::Relaxed);
    desk.intake.drain().await;
    assert_eq!((desk.logged().await, desk.intake.health()), (3, IntakeHealth::Healthy));
    let [outage] = desk.operations_log.outages(10).await.unwrap().try_into().unwrap();
    assert_eq!((outage.cause, outage.calls), (OutageCause::DatabaseUnavailable, 2));
    assert_eq!(outage.ended_at.duration_since(outage.began_at).as_secs(), 60);
}

#[tokio::test]
async fn storing_fails_while_database_and_spool_are_unavailable() {
    let desk = Desk::with_inbox();
    desk.log.away.store(true, Ordering::Relaxed);
    desk.spool.break_down(true);
    assert!(desk.step("CA1", 1).await.is_err());
    assert_eq!(desk.intake.health(), IntakeHealth::Failing);
    assert_eq!(desk.intake.probe().await, IntakeHealth::Failing);
    desk.spool.break_down(false);
    desk.step("CA1", 1).await.unwrap();
    assert_eq!(desk.intake.health(), IntakeHealth::Buffering { waiting: 1, unavailable: true });
    desk.log.away.store(false, Ordering::Relaxed);
    desk.intake.drain().await;
    assert_eq!((desk.logged().await, desk.intake.health()), (1, IntakeHealth::Healthy));
    let causes: Vec<OutageCause> =
        desk.operations_log.outages(10).await.unwrap().iter().map(|outage| outage.cause).collect();
    assert!(
        causes.contains(&OutageCause::EventsLost) && causes.contains(&OutageCause::DatabaseUnavailable),
        "{causes:?}"
    );
}

#[tokio::test]
async fn permanently_refused_events_are_set_aside() {
    let desk = Desk::with_inbox();
    desk.log.refuses.store(true, Ordering::Relaxed);
    desk.step("CA1", 1).await.unwrap();
    desk.intake.drain().await;
    assert_eq!((desk.spool.aside().len(), desk.intake.health()), (1, IntakeHealth::Healthy));
    desk.log.away.store(true, Ordering::Relaxed);
    desk.step("CA1", 2).await.unwrap();
    desk.log.away.store(false, Ordering::Relaxed);
    desk.intake.drain().await;
    assert_eq!((desk.spool.aside().len(), desk.spool.waiting()), (2, 0));
    desk.log.refuses.store(false, Ordering::Relaxed);
    desk.step("CA1", 3).await.unwrap();
    desk.intake.drain().await;
    assert_eq!(desk.logged().await, 1);
}

#[tokio::test]
async fn readers_wait_for_spooled_events() {
    let desk = Desk::new();
    desk.step("CA1", 1).await.unwrap();
    assert_eq!((desk.spool.waiting(), desk.logged().await), (1, 0), "stored, but not in the log yet");
    assert_eq!(desk.intake.health(), IntakeHealth::Healthy);
    tokio::join!(desk.intake.caught_up(), desk.intake.drain());
    assert_eq!((desk.spool.waiting(), desk.logged().await), (0, 1));
}

#[tokio::test]
async fn an_unavailable_database_is_noticed_when_the_spool_drains() {
    let desk = Desk::new();
    desk.log.away.store(true, Ordering::Relaxed);
    desk.step("CA1", 1).await.unwrap();
    assert_eq!(desk.intake.drain_once().await, Drained::Blocked);
    desk.step("CA2", 1).await.unwrap();
    assert_eq!(desk.intake.health(), IntakeHealth::Buffering { waiting: 2, unavailable: true });
    desk.clock.advance(Duration::from_secs(60));
    desk.log.away.store(false, Ordering::Relaxed);
    desk.intake.drain().await;
    assert_eq!((desk.logged().await, desk.intake.health()), (2, IntakeHealth::Healthy));
    let [outage] = desk.operations_log.outages(10).await.unwrap().try_into().unwrap();
    assert_eq!((outage.cause, outage.calls), (OutageCause::DatabaseUnavailable, 2));
}

#[tokio::test]
async fn a_broken_spool_is_bypassed() {
    let desk = Desk::new();
    desk.spool.break_down(true);
    desk.step("CA1", 1).await.unwrap();
    assert_eq!((desk.logged().await, desk.intake.health()), (1, IntakeHealth::Healthy));
    desk.log.away.store(true, Ordering::Relaxed);
    assert!(desk.step("CA1", 2).await.is_err());
    assert_eq!(desk.intake.health(), IntakeHealth::Failing);
}

#[tokio::test]
async fn refused_events_stay_spooled_while_the_spool_is_unreadable() {
    let desk = Desk::new();
    desk.step("CA1", 1).await.unwrap();
    desk.log.refuses.store(true, Ordering::Relaxed);
    desk.log.breaks_spool.store(true, Ordering::Relaxed);
    assert_eq!(desk.intake.drain_once().await, Drained::Blocked);
    assert_eq!((desk.spool.waiting(), desk.spool.aside().len()), (1, 0), "it still waits");
    desk.log.refuses.store(false, Ordering::Relaxed);
    desk.log.breaks_spool.store(false, Ordering::Relaxed);
    desk.spool.be_unreadable(false);
    desk.intake.drain().await;
    assert_eq!((desk.spool.waiting(), desk.logged().await), (0, 1));
}
