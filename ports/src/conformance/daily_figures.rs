//! Stored daily figures.
use super::{ended, started, time};
use crate::{CallFigures, CallLog, CallQuery, DAY_MS, DailyFigures, RetentionStore};

/// Checks every claim about stored figures, on a log without calls on these days.
pub async fn all(log: &(impl CallLog + CallFigures + RetentionStore), store: &impl DailyFigures) {
    let day = |text: &str| time(text).as_millisecond().div_euclid(DAY_MS);
    let (first, second) = (day("2026-08-03T12:00:00Z"), day("2026-08-10T12:00:00Z"));
    log.append(vec![
        started("day-a", "2026-08-03T13:00:00Z", "+33123456789"),
        ended("day-a", "2026-08-03T13:01:00Z", 60),
        started("day-b", "2026-08-10T13:00:00Z", "+33123456789"),
    ])
    .await
    .unwrap();
    let counted = async |from: &str, to: &str| log.figures(Some(time(from)), Some(time(to))).await.unwrap();
    let as_of = log.latest_change().await.unwrap();
    let one = counted("2026-08-03T00:00:00Z", "2026-08-04T00:00:00Z").await;
    let other = counted("2026-08-10T00:00:00Z", "2026-08-11T00:00:00Z").await;
    assert!(store.stored_days(first..second + 1).await.unwrap().is_empty());
    store.store_days(&[(first, &one), (second, &other)], as_of).await.unwrap();
    let stored = store.stored_days(first..second + 1).await.unwrap();
    assert_eq!(stored, [(first, one.clone()), (second, other.clone())].into());
    assert_eq!(store.stored_days(second..second + 1).await.unwrap().len(), 1);

    // A call has changed: the figures of its day and of the days around it, on which it may have begun, are dropped.
    log.append(vec![ended("day-b", "2026-08-10T13:02:00Z", 120)]).await.unwrap();
    let stored = store.stored_days(first..second + 1).await.unwrap();
    assert_eq!(stored.keys().collect::<Vec<_>>(), [&first]);
    // Counted before that change, and stored after the change was processed.
    store.store_days(&[(second, &other)], as_of).await.unwrap();
    assert_eq!(store.stored_days(second..second + 1).await.unwrap().len(), 0);

    let before = log.latest_change().await.unwrap();
    let query = CallQuery { provider_id: Some("day-a".into()), ..CallQuery::newest(1) };
    let calls = log.list(&query).await.unwrap().calls;
    log.delete_calls(&calls).await.unwrap();
    assert!(store.stored_days(first..second + 1).await.unwrap().is_empty(), "a deleted call is not counted");
    store.store_days(&[(first, &one)], before).await.unwrap();
    assert!(
        store.stored_days(first..second + 1).await.unwrap().is_empty(),
        "figures that were counted before the deletion are not stored"
    );
}
