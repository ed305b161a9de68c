//! The feed is read from a standby if it is up to date, and from the primary otherwise. Another schema stands in for the
//! standby, so that the tests can tell which of the two was read.
use adapters_persistence::PagesFromStandby;
use frontdesk_domain::{CallEvent, EventKind};
use frontdesk_ports::{CallLog, CallQuery};

use crate::{clock, log, migrated, postgres_url};

fn call(name: &str) -> CallEvent {
    let at = "2026-11-22T12:00:00Z".parse().unwrap();
    CallEvent { call: name.parse().unwrap(), at, kind: EventKind::CallerLeft { step: 1 }, received_at: None }
}

async fn listed(log: &dyn CallLog) -> Vec<String> {
    let page = log.list(&CallQuery::newest(10)).await.unwrap();
    page.calls.into_iter().map(|record| record.leg.to_string()).collect()
}

#[tokio::test]
async fn the_feed_is_read_from_a_standby_that_has_what_is_known() {
    let Some(url) = postgres_url("replica_primary").await else { return };
    let standby_url = postgres_url("replica_standby").await.unwrap();
    let primary = migrated(&url).await;
    let standby = log(&migrated(&standby_url).await, clock());
    let desk = PagesFromStandby::open(log(&primary, clock()), &standby_url).await.unwrap();

    desk.append(vec![call("test:primary").into()]).await.unwrap();
    assert_eq!(listed(&desk).await, ["test:primary"], "the standby does not have it yet");

    standby.append(vec![call("test:standby").into()]).await.unwrap();
    assert_eq!(listed(&desk).await, ["test:standby"], "it has every change of the primary");

    standby.append(vec![call("test:lost").into()]).await.unwrap();
    assert_eq!(listed(&desk).await, ["test:primary"], "it has changes that the primary has lost");
}

#[tokio::test]
async fn a_standby_that_does_not_answer_is_left_out() {
    let Some(url) = postgres_url("replica_absent").await else { return };
    let log = log(&migrated(&url).await, clock());
    let desk = PagesFromStandby::open(log, "postgres://127.0.0.1:1/nothing").await.unwrap();
    desk.append(vec![call("test:primary").into()]).await.unwrap();
    assert_eq!(listed(&desk).await, ["test:primary"]);
    assert_eq!(listed(&desk).await, ["test:primary"], "again, without waiting for it");
}
