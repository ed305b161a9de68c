//! What maintenance does, and when.
use adapters_memory::{ManualClock, MemoryLog, MemoryOperationsLog, MemoryRecordings, SeededIds};
use frontdesk_domain::call::Ending;
use frontdesk_domain::{CallEvent, CallerId, EventKind, LegId, Parties};
use frontdesk_ports::{LoggedEvent, MockCarrier, RawParameters};

use super::comparison::UNREPORTED_WINDOW;
use super::*;

const DAY: Duration = Duration::from_secs(86_400);

struct Desk {
    clock: Arc<ManualClock>,
    log: Arc<MemoryLog>,
    operations_log: Arc<MemoryOperationsLog>,
    maintenance: Maintenance,
}

/// Services with this retention time for calls, whose carrier expects this number of comparisons.
fn desk(calls: Option<Duration>, comparisons: usize) -> Desk {
    let clock = Arc::new(ManualClock::at("2026-11-24T09:00:00Z".parse().unwrap()));
    let log = Arc::new(MemoryLog::new(clock.clone(), Arc::new(SeededIds::default())));
    let operations_log = Arc::new(MemoryOperationsLog::default());
    let mut carrier = MockCarrier::new();
    carrier.expect_our_numbers().times(comparisons).returning(|| Ok(vec![]));
    carrier.expect_calls().times(comparisons).returning(|_, _| Ok(vec![]));
    let carrier = Arc::new(carrier);
    let maintenance = Maintenance {
        queue: log.clone(),
        log: log.clone(),
        operations_log: operations_log.clone(),
        reconciliation: Reconciliation {
            log: log.clone(),
            carrier: carrier.clone(),
            operations_log: operations_log.clone(),
            clock: clock.clone(),
            longest_call: Arc::new(|| Duration::from_secs(3600)),
            is_own: |_| true,
            watermark: Some(Watermark::Reconciled),
        },
        line: None,
        retention: Arc::new(Retention {
            log: log.clone(),
            retention: log.clone(),
            recordings: Arc::new(MemoryRecordings::new(1000)),
            carrier,
            trail: operations_log.clone(),
            held_back: Arc::default(),
            clock: clock.clone(),
        }),
        policy: RetentionPolicy { calls, ..RetentionPolicy::default() },
        clock: clock.clone(),
    };
    Desk { clock, log, operations_log, maintenance }
}

impl Desk {
    async fn call(&self, number: u32, ago: Duration) {
        let call = format!("twilio:CA{number}").parse().unwrap();
        self.ends(call, self.clock.now() - ago).await;
    }

    /// Logs a call that ended this long ago by the carrier's clock.
    async fn ended(&self, call: &str, ago: Duration) {
        self.ends(format!("twilio:{call}").parse().unwrap(), self.clock.now() - ago).await;
    }

    async fn ends(&self, call: LegId, at: Timestamp) {
        let ending = Ending { seconds: Some(1), ..Ending::new("completed") };
        let event = CallEvent { call, at, kind: EventKind::Ended(ending), received_at: Some(at) };
        self.log.append(vec![event.into()]).await.unwrap();
    }

    fn held_back(&self) -> u64 {
        self.maintenance.retention.held_back.load(Ordering::Relaxed)
    }

    async fn calls(&self) -> usize {
        self.log.list(&CallQuery::newest(1000)).await.unwrap().calls.len()
    }
}

#[tokio::test]
async fn a_heartbeat_gap_is_recorded_as_an_outage() {
    let desk = desk(None, 1);
    desk.maintenance.round().await.unwrap();
    desk.clock.advance(ROUND_INTERVAL);
    desk.maintenance.round().await.unwrap();
    assert_eq!(desk.operations_log.outages(10).await.unwrap(), []);
    desk.clock.advance(Duration::from_secs(3600));
    desk.maintenance.round().await.unwrap();
    let [outage] = desk.operations_log.outages(10).await.unwrap().try_into().unwrap();
    assert_eq!(outage.cause, OutageCause::NotRunning);
    assert_eq!(outage.ended_at.duration_since(outage.began_at).as_secs(), 3600);
}

#[tokio::test]
async fn the_carrier_is_asked_every_five_minutes_and_not_at_the_first_start() {
    let desk = desk(None, 2);
    for _ in 0..11 {
        desk.maintenance.round().await.unwrap();
        desk.clock.advance(ROUND_INTERVAL);
    }
}

/// Runs rounds until a day has passed.
async fn a_day_passes(desk: &Desk) {
    for _ in 0..3 {
        desk.clock.advance(DAY / 3);
        desk.maintenance.round().await.unwrap();
    }
}

#[tokio::test]
async fn expired_calls_are_deleted_the_day_after_they_are_announced() {
    let desk = desk(Some(90 * DAY), 3);
    for number in 0..200 {
        desk.call(number, if number < 10 { 100 * DAY } else { DAY }).await;
    }
    desk.maintenance.round().await.unwrap();
    assert_eq!(desk.calls().await, 200, "only announced");
    a_day_passes(&desk).await;
    assert_eq!((desk.calls().await, desk.held_back()), (190, 0));
}

#[tokio::test]
async fn nothing_is_deleted_while_the_clock_is_ahead() {
    let desk = desk(Some(90 * DAY), 10);
    for number in 0..200 {
        desk.call(number, DAY).await;
    }
    desk.maintenance.round().await.unwrap();
    a_day_passes(&desk).await;
    desk.clock.advance(1000 * DAY);
    desk.maintenance.round().await.unwrap();
    desk.clock.advance(ROUND_INTERVAL);
    desk.maintenance.round().await.unwrap();
    assert_eq!((desk.calls().await, desk.held_back()), (200, 200), "all are held back");
    // A call that is dated by our own clock only confirms nothing.
    let call = "twilio:CA-now".parse().unwrap();
    let started = EventKind::CallerLeft { step: 1 };
    let event = CallEvent { call, at: desk.clock.now(), kind: started, received_at: None };
    desk.log.append(vec![event.into()]).await.unwrap();
    a_day_passes(&desk).await;
    assert_eq!(desk.calls().await, 201);
    // Nor does the end of a call while our clock is still wrong: the carrier's time differs.
    desk.ended("CA-end", Duration::from_secs(1000 * 86_400)).await;
    a_day_passes(&desk).await;
    assert_eq!(desk.calls().await, 202);
}

#[tokio::test]
async fn many_expired_calls_are_deleted_in_steps() {
    let desk = desk(Some(90 * DAY), 6);
    for number in 0..200 {
        desk.call(number, if number < 100 { 100 * DAY } else { DAY }).await;
    }
    desk.maintenance.round().await.unwrap();
    a_day_passes(&desk).await;
    assert_eq!((desk.calls().await, desk.held_back()), (160, 60), "a fifth of all calls");
    desk.ended("CA-later", Duration::ZERO).await;
    a_day_passes(&desk).await;
    assert_eq!((desk.calls().await, desk.held_back()), (129, 28));
}

#[tokio::test]
async fn raw_parameters_are_deleted_in_steps_and_only_with_a_confirmed_clock() {
    let mut desk = desk(None, 7);
    desk.maintenance.policy = RetentionPolicy { raw: Some(30 * DAY), ..RetentionPolicy::default() };
    for number in 0..200 {
        let ago = if number < 150 { 40 * DAY } else { DAY };
        let at = desk.clock.now() - ago + Duration::from_secs(number);
        let ending = Ending { seconds: Some(1), ..Ending::new("completed") };
        let call = format!("twilio:CA{number}").parse().unwrap();
        let event = CallEvent { call, at, kind: EventKind::Ended(ending), received_at: Some(at) };
        let raw = RawParameters([("CallStatus".into(), "completed".into())].into());
        desk.log.append(vec![LoggedEvent { event, raw: Some(raw) }]).await.unwrap();
    }
    let calls = desk.log.list(&CallQuery::newest(1000)).await.unwrap().calls;
    let with_raw = async || {
        let mut count = 0;
        for record in &calls {
            let events = desk.log.events(record.id).await.unwrap();
            count += events.iter().filter(|logged| logged.raw.is_some()).count();
        }
        count
    };
    desk.maintenance.round().await.unwrap();
    assert_eq!(with_raw().await, 200, "only announced");
    a_day_passes(&desk).await;
    assert_eq!((with_raw().await, desk.held_back()), (160, 0), "a fifth");
    desk.clock.advance(100 * DAY);
    desk.maintenance.round().await.unwrap();
    a_day_passes(&desk).await;
    assert_eq!(
        (with_raw().await, desk.held_back()),
        (160, 200),
        "nothing confirms the clock, so all are held back"
    );
}

#[tokio::test]
async fn a_watermark_in_the_future_is_ignored() {
    let desk = desk(None, 1);
    let month_ahead = desk.clock.now() + 30 * DAY;
    for mark in [Watermark::Reconciled, Watermark::ReconciledFar] {
        desk.operations_log.mark(mark, month_ahead).await.unwrap();
    }
    desk.maintenance.round().await.unwrap();
    let far = desk.operations_log.marked(Watermark::ReconciledFar).await.unwrap();
    assert_eq!(far, Some(desk.clock.now()));
}

#[tokio::test]
async fn the_report_of_the_end_of_a_long_call_is_asked_for_within_the_hour() {
    let desk = desk(None, 0);
    let now = desk.clock.now();
    let began_at = now - Duration::from_secs(2 * 3600);
    let call: LegId = "twilio:CAlong".parse().unwrap();
    let parties =
        Parties { from: CallerId::Withheld, to: "+15556667777".into(), from_name: None, from_place: None };
    let left = EventKind::CallerLeft { step: 2 };
    for (at, kind) in [(began_at, EventKind::Started(parties)), (now - ROUND_INTERVAL, left)] {
        let event = CallEvent { call: call.clone(), at, kind, received_at: None };
        desk.log.append(vec![event.into()]).await.unwrap();
    }
    assert_eq!(desk.maintenance.oldest_unreported(now).await.unwrap(), Some(began_at));
    assert_eq!(
        desk.maintenance.oldest_unreported(now + UNREPORTED_WINDOW).await.unwrap(),
        None,
        "from here on only the daily comparison looks for it"
    );
    desk.ends(call, now).await;
    assert_eq!(desk.maintenance.oldest_unreported(now).await.unwrap(), None);
}
