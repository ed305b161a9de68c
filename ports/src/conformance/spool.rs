//! Events that wait for the log.
use super::{ended, started};
use crate::{EventBuffer, LoggedEvent, Spool};

/// Checks every claim about the spool, which must be empty.
pub async fn all(spool: &dyn Spool) {
    spool.ping().await.unwrap();
    assert_eq!(spool.oldest().await.unwrap(), None, "a ping stores nothing");
    let drained = backlog(spool).await;
    spool.set_aside(drained, "the log refuses them").await.unwrap();
    assert_eq!(
        (spool.waiting(), spool.oldest().await.unwrap()),
        (0, None),
        "what is set aside no longer waits"
    );
}

/// Checks the behaviour of an event buffer, which must be empty. Returns the events that were stored and read back.
pub async fn backlog(spool: &dyn EventBuffer) -> Vec<LoggedEvent> {
    assert_eq!(spool.waiting(), 0);
    assert_eq!(spool.oldest().await.unwrap(), None);
    let first = vec![started("CA1", "2026-11-22T09:00:00Z", "+33123456789")];
    let second = vec![ended("CA1", "2026-11-22T09:01:00Z", 60), started("CA2", "2026-11-22T09:02:00Z", "")];
    spool.store(first.clone().into()).await.unwrap();
    spool.store(second.clone().into()).await.unwrap();
    assert_eq!(spool.waiting(), 3);

    let before = spool.oldest().await.unwrap().expect("events wait");
    assert_eq!(spool.oldest().await.unwrap().as_ref(), Some(&before), "the same batch until it is removed");
    let mut drained = Vec::new();
    while let Some(batch) = spool.oldest().await.unwrap() {
        drained.extend(batch.events);
        spool.forget(batch.number).await.unwrap();
    }
    assert_eq!(drained, [first, second].concat(), "in order of arrival, with their raw parameters");
    assert_eq!(spool.waiting(), 0);
    spool.forget(before.number).await.unwrap();
    assert_eq!(spool.waiting(), 0, "removing a batch twice changes nothing");
    drained
}
