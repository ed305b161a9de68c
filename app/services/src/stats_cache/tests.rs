use adapters_memory::{ManualClock, MemoryLog, SeededIds};
use frontdesk_domain::call::Ending;
use frontdesk_domain::{CallEvent, CallerId, EventKind, LegId, Outcome, Parties};
use frontdesk_ports::LoggedEvent;

use super::*;

fn event(call: &str, at: &str, kind: EventKind) -> LoggedEvent {
    CallEvent { call: LegId::new("twilio", call).unwrap(), at: at.parse().unwrap(), kind, received_at: None }
        .into()
}

fn started(call: &str, at: &str) -> LoggedEvent {
    let from = CallerId::read("+33123456789");
    let parties = Parties { from, to: "+33199000000".into(), from_name: None, from_place: None };
    event(call, at, EventKind::Started(parties))
}

fn ended(call: &str, at: &str) -> LoggedEvent {
    let ending = Ending { seconds: Some(3), ..Ending::new("completed") };
    event(call, at, EventKind::Ended(ending))
}

/// A log with calls on some days, and the cache of its statistics.
async fn desk() -> (Arc<MemoryLog>, Arc<ManualClock>, StatsCache) {
    let clock = Arc::new(ManualClock::at("2026-11-25T12:00:00Z".parse().unwrap()));
    let log = Arc::new(MemoryLog::new(clock.clone(), Arc::new(SeededIds::default())));
    for (call, day) in [("a", 22), ("b", 23), ("c", 23), ("d", 24), ("e", 25)] {
        log.append(vec![started(call, &format!("2026-11-{day}T09:00:00Z"))]).await.unwrap();
    }
    let cache = StatsCache::new(log.clone(), log.clone(), log.clone(), clock.clone());
    (log, clock, cache)
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn cached_statistics_equal_counted_ones_for_every_span() {
    let (log, _, cache) = desk().await;
    // The carrier reported a wrong time once.
    log.append(vec![started("old", "1970-01-02T09:00:00Z")]).await.unwrap();
    for (since, until) in [
        ("", None),
        ("", Some("2026-11-24T09:00:00Z")),
        ("", Some("1970-01-02T10:00:00Z")),
        ("1970-01-02T08:00:00Z", None),
        ("2026-11-22T00:00:00Z", None),
        ("2026-11-21T23:00:00Z", Some("2026-11-25T23:00:00Z")),
        ("2026-11-23T09:00:00Z", Some("2026-11-24T09:00:00Z")),
        ("2026-11-23T00:00:00Z", Some("2026-11-24T00:00:00Z")),
        ("2026-11-25T10:00:00Z", Some("2026-11-25T11:00:00Z")),
        ("1000-01-01T00:00:00Z", Some("9000-01-01T00:00:00Z")),
    ] {
        let (since, until) = (Some(since).filter(|since| !since.is_empty()).map(time), until.map(time));
        for round in 0..2 {
            let counted = log.figures(since, until).await.unwrap();
            let counted = Figures::sum([&counted]);
            assert_eq!(cache.figures(since, until).await.unwrap(), counted, "{since:?} {until:?} {round}");
        }
    }
}

#[tokio::test]
async fn past_days_are_not_counted_again_after_a_restart() {
    let (log, clock, cache) = desk().await;
    let span = || (Some(time("2026-11-21T00:00:00Z")), None);
    cache.figures(span().0, span().1).await.unwrap();
    let day = |text: &str| time(text).as_millisecond().div_euclid(DAY_MS);
    let stored = async || {
        let all = log.stored_days(day("2026-11-01T00:00:00Z")..day("2026-12-01T00:00:00Z")).await.unwrap();
        all.into_keys().collect::<Vec<_>>()
    };
    let past = day("2026-11-22T00:00:00Z")..day("2026-11-23T00:00:00Z");
    assert_eq!(stored().await, [past.start], "the first day with a call; the 23rd may still change");
    // Stored figures are used: this one does not come from counting.
    let mut odd =
        log.figures(Some(time("2026-11-22T00:00:00Z")), Some(time("2026-11-23T00:00:00Z"))).await.unwrap();
    odd.waits.push((4200, 7));
    log.store_days(&[(past.end - 1, &odd)], log.latest_change().await.unwrap()).await.unwrap();
    let restarted = StatsCache::new(log.clone(), log.clone(), log.clone(), clock.clone());
    let figures = restarted.figures(span().0, span().1).await.unwrap();
    assert_eq!(figures.waits, [(4200, 7)]);
    log.append(vec![ended("a", "2026-11-25T11:59:00Z")]).await.unwrap();
    let figures = restarted.figures(span().0, span().1).await.unwrap();
    assert_eq!(figures.waits, [], "a call of that day has changed");
}

#[tokio::test]
async fn a_day_is_counted_again_after_a_change_and_after_a_while() {
    let (log, clock, cache) = desk().await;
    let ask = async || {
        let figures = cache.figures(Some(time("2026-11-22T00:00:00Z")), None).await.unwrap();
        let over = figures.quarters.iter().filter(|count| count.outcome == Some(Outcome::Abandoned));
        over.map(|count| count.calls).sum::<u32>()
    };
    assert_eq!(ask().await, 0);
    log.append(vec![ended("b", "2026-11-25T11:59:00Z")]).await.unwrap();
    assert_eq!(ask().await, 1, "a late event of an old day");
    let summed_at = || cache.cache.lock().sums.iter().map(|sum| sum.summed_at).collect::<Vec<_>>();
    let before = summed_at();
    ask().await;
    assert_eq!(summed_at(), before, "the cached sum is used");
    clock.advance(MAX_AGE);
    ask().await;
    assert!(summed_at()[0] > before[0], "the sum has expired");
}
