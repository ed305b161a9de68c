//! The call log.
use frontdesk_domain::Outcome;
use frontdesk_domain::call::{CallState, RecordingStatus, VoicemailStatus};

use super::{ended, event, leg, parties, recorded, started, time};
use crate::{CallLog, CallQuery, Change, TextMatch};

/// Checks every claim about the log.
pub async fn all(log: &dyn CallLog) {
    an_empty_log_has_no_calls(log).await;
    events_of_one_leg_make_one_call(log).await;
    a_repeated_event_counts_once(log).await;
    an_early_callback_makes_the_same_call(log).await;
    ids_sort_by_the_start_of_the_call_not_by_arrival(log).await;
    pages_follow_each_other_without_gap_or_repeat(log).await;
    filters_select_matching_calls(log).await;
    changes_are_read_in_order_and_once(log).await;
    a_waiting_reader_is_woken(log).await;
    two_calls_in_one_append_are_two_calls(log).await;
}

async fn an_empty_log_has_no_calls(log: &dyn CallLog) {
    let page = log.list(&CallQuery::newest(10)).await.unwrap();
    assert_eq!((page.calls.len(), page.next), (0, None), "an empty log has no calls");
    assert_eq!(log.latest_change().await.unwrap(), Change(0));
    log.append(Vec::new()).await.unwrap();
    log.ping().await.unwrap();
}

async fn events_of_one_leg_make_one_call(log: &dyn CallLog) {
    log.append(vec![started("one", "2026-11-22T09:00:00.123Z", "+33123456789")]).await.unwrap();
    log.append(vec![ended("one", "2026-11-22T09:00:42.000Z", 42)]).await.unwrap();
    let query = CallQuery { provider_id: Some("one".into()), ..CallQuery::newest(10) };
    let page = log.list(&query).await.unwrap();
    let [record] = page.calls.as_slice() else { panic!("one leg, one call: {page:?}") };
    assert_eq!(record.leg, leg("one"));
    assert_eq!((record.call.state, record.call.duration_seconds), (CallState::Ended, Some(42)));
    assert_eq!(
        record.call.started_at,
        Some(time("2026-11-22T09:00:00.123Z")),
        "times have a precision of one millisecond"
    );
    assert_eq!(record.call.parties.as_ref(), Some(&parties("+33123456789", "+15556667777")));
    assert_eq!(log.find(record.id).await.unwrap().as_ref(), Some(record), "a listed call is found by its id");
    let events = log.events(record.id).await.unwrap();
    let words: Vec<_> = events.iter().map(|e| e.event.kind.as_str()).collect();
    assert_eq!(words, ["started", "ended"]);
    assert!(
        events[0].raw.as_ref().is_some_and(|raw| raw.0.len() == 2),
        "raw parameters stay with their event"
    );
    assert!(events[1].raw.is_none());
}

async fn a_repeated_event_counts_once(log: &dyn CallLog) {
    let before = log.latest_change().await.unwrap();
    log.append(vec![started("one", "2026-11-22T09:00:05.000Z", "+33123456789")]).await.unwrap();
    log.append(vec![
        ended("one", "2026-11-22T09:00:43.000Z", 42),
        ended("one", "2026-11-22T09:00:44.000Z", 42),
    ])
    .await
    .unwrap();
    assert_eq!(log.latest_change().await.unwrap(), before, "a repeat changes nothing");
    let page =
        log.list(&CallQuery { provider_id: Some("one".into()), ..CallQuery::newest(10) }).await.unwrap();
    assert_eq!(page.calls.len(), 1);
    assert_eq!(log.events(page.calls[0].id).await.unwrap().len(), 2);
    assert_eq!(
        page.calls[0].call.started_at,
        Some(time("2026-11-22T09:00:00.123Z")),
        "the earlier time counts"
    );
}

async fn an_early_callback_makes_the_same_call(log: &dyn CallLog) {
    log.append(vec![ended("early", "2026-11-22T10:00:30Z", 30)]).await.unwrap();
    log.append(vec![started("early", "2026-11-22T10:00:00Z", "+33123456780")]).await.unwrap();
    let page =
        log.list(&CallQuery { provider_id: Some("early".into()), ..CallQuery::newest(10) }).await.unwrap();
    assert_eq!(page.calls.len(), 1, "a callback before the first request makes no second call");
    assert_eq!(page.calls[0].call.started_at, Some(time("2026-11-22T10:00:00Z")));
}

async fn ids_sort_by_the_start_of_the_call_not_by_arrival(log: &dyn CallLog) {
    log.append(vec![started("yesterday", "2026-11-21T09:00:00Z", "+33123456781")]).await.unwrap();
    let page = log.list(&CallQuery::newest(10)).await.unwrap();
    let legs: Vec<_> = page.calls.iter().map(|c| c.leg.id()).collect();
    assert_eq!(legs, ["early", "one", "yesterday"], "newest first, by the start of the call");
}

async fn pages_follow_each_other_without_gap_or_repeat(log: &dyn CallLog) {
    let first = log.list(&CallQuery::newest(2)).await.unwrap();
    assert_eq!(first.calls.len(), 2);
    let rest = log.list(&CallQuery { before: first.next, ..CallQuery::newest(2) }).await.unwrap();
    let legs: Vec<_> = first.calls.iter().chain(&rest.calls).map(|c| c.leg.id().to_owned()).collect();
    assert_eq!(legs, ["early", "one", "yesterday"]);
    assert_eq!(rest.next, None, "the last page has no next page");
}

async fn filters_select_matching_calls(log: &dyn CallLog) {
    let ids = |query: CallQuery| async move {
        let page = log.list(&query).await.unwrap();
        page.calls.iter().map(|c| c.leg.id().to_owned()).collect::<Vec<_>>()
    };
    let all = || CallQuery::newest(10);
    assert_eq!(ids(CallQuery { outcome: Some(Outcome::Abandoned), ..all() }).await, ["early", "one"]);
    assert_eq!(ids(CallQuery { outcome: Some(Outcome::Answered), ..all() }).await, Vec::<String>::new());
    assert_eq!(ids(CallQuery { state: Some(CallState::Ringing), ..all() }).await, ["yesterday"]);
    assert_eq!(ids(CallQuery { from: Some("+33123456789".into()), ..all() }).await, ["one"]);
    assert_eq!(ids(CallQuery { to: Some("+15556667777".into()), ..all() }).await.len(), 3);
    let since = Some(time("2026-11-22T09:00:00.123Z"));
    let until = Some(time("2026-11-22T10:00:00Z"));
    assert_eq!(ids(CallQuery { since, ..all() }).await, ["early", "one"], "since is inclusive");
    assert_eq!(ids(CallQuery { until, ..all() }).await, ["one", "yesterday"], "until is exclusive");
    let text = |text: &str| CallQuery { text: Some(TextMatch::of(text)), ..all() };
    assert_eq!(ids(text("123456781")).await, ["yesterday"]);
    assert_eq!(ids(text("pARIS")).await.len(), 3, "without regard to case");
    assert_eq!(ids(text("%")).await.len(), 0, "wildcards are ordinary characters");
    assert_eq!(ids(text("_")).await.len(), 0);
    assert_eq!(ids(text("' OR 1=1 --")).await.len(), 0);
}

async fn changes_are_read_in_order_and_once(log: &dyn CallLog) {
    let all = log.changed_since(Change(0), 100).await.unwrap();
    assert_eq!(all.len(), 3, "each call once, as it is now");
    assert!(all.windows(2).all(|pair| pair[0].change < pair[1].change), "in the order of their changes");
    let latest = log.latest_change().await.unwrap();
    assert_eq!(all.last().map(|record| record.change), Some(latest));
    assert_eq!(log.changed_since(latest, 100).await.unwrap(), []);
    let first = log.changed_since(Change(0), 1).await.unwrap();
    assert_eq!(log.changed_since(first[0].change, 100).await.unwrap().len(), 2);
}

async fn a_waiting_reader_is_woken(log: &dyn CallLog) {
    let latest = log.latest_change().await.unwrap();
    let waiting = async {
        while log.latest_change().await.unwrap() == latest {
            log.wait_for_change(latest).await;
        }
    };
    let change = async {
        log.append(vec![recorded("one", "2026-11-22T09:00:41Z", "RE1", RecordingStatus::Completed)])
            .await
            .unwrap();
    };
    both_at_once(waiting, change).await;
    let page =
        log.list(&CallQuery { outcome: Some(Outcome::Voicemail), ..CallQuery::newest(10) }).await.unwrap();
    let message = page.calls[0].call.voicemail.clone().expect("the late recording is a message");
    assert_eq!((message.status, message.duration_seconds), (VoicemailStatus::Pending, Some(5)));
}

/// Runs both futures concurrently without an async runtime, which this crate does not have.
async fn both_at_once(left: impl Future<Output = ()>, right: impl Future<Output = ()>) {
    let (mut left, mut right) = (Box::pin(left), Box::pin(right));
    let (mut left_done, mut right_done) = (false, false);
    std::future::poll_fn(|cx| {
        left_done = left_done || left.as_mut().poll(cx).is_ready();
        right_done = right_done || right.as_mut().poll(cx).is_ready();
        if left_done && right_done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

async fn two_calls_in_one_append_are_two_calls(log: &dyn CallLog) {
    log.append(vec![
        started("a", "2026-11-23T09:00:00Z", "anonymous"),
        started("b", "2026-11-23T09:00:00Z", "sip:bob@example.com"),
        ended("a", "2026-11-23T09:00:01Z", 1),
        event("b", "2026-11-23T09:00:02Z", frontdesk_domain::EventKind::CallerLeft { step: 1 }),
    ])
    .await
    .unwrap();
    let page = log.list(&CallQuery::newest(2)).await.unwrap();
    let mut legs: Vec<_> = page.calls.iter().map(|c| c.leg.id()).collect();
    legs.sort_unstable();
    assert_eq!(legs, ["a", "b"]);
    assert_ne!(page.calls[0].id, page.calls[1].id);
    let withheld = page.calls.iter().find(|c| c.leg.id() == "a").unwrap();
    assert_eq!(withheld.call.parties.as_ref().unwrap().from.as_text(), None);
}

/// Concurrent writers lose nothing. The caller provides the concurrency: it runs this on several tasks with
/// different `writer` numbers, then [`nothing_was_lost`].
pub async fn one_of_many_writers(log: &dyn CallLog, writer: u32, calls: u32) {
    for call in 0..calls {
        let id = format!("w{writer}-{call}");
        log.append(vec![started(&id, "2026-11-24T09:00:00Z", "+33123456789")]).await.unwrap();
        log.append(vec![ended(&id, "2026-11-24T09:00:10Z", 10)]).await.unwrap();
        // A call that all writers append to.
        log.append(vec![recorded(
            "shared",
            "2026-11-24T10:00:00Z",
            &format!("RE{writer}-{call}"),
            RecordingStatus::Completed,
        )])
        .await
        .unwrap();
    }
}

/// Runs after [`one_of_many_writers`]: every call exists once and has ended; the shared one has the events of all writers.
pub async fn nothing_was_lost(log: &dyn CallLog, writers: u32, calls: u32) {
    let since = Some(time("2026-11-24T00:00:00Z"));
    let page = log.list(&CallQuery { since, ..CallQuery::newest(5000) }).await.unwrap();
    let expected = usize::try_from(writers * calls).unwrap();
    assert_eq!(page.calls.len(), expected + 1);
    let shared = page.calls.iter().find(|c| c.leg.id() == "shared").unwrap();
    assert_eq!(log.events(shared.id).await.unwrap().len(), expected);
    let ended = page.calls.iter().filter(|c| c.call.state == CallState::Ended).count();
    assert_eq!(ended, expected);
    let changes = log.changed_since(Change(0), 10_000).await.unwrap();
    assert!(changes.windows(2).all(|pair| pair[0].change < pair[1].change));
}
