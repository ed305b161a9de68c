//! Links that mark a call done.
use super::{ended, started, time};
use crate::{CallLog, CallQuery, DoneLink, DoneLinks};

/// Checks every claim about links, on a log that has no call yet.
pub async fn all(log: &impl CallLog, links: &impl DoneLinks) {
    log.append(vec![
        started("link", "2026-11-22T13:00:00Z", "+33123456789"),
        ended("link", "2026-11-22T13:01:00Z", 60),
    ])
    .await
    .unwrap();
    let query = CallQuery { provider_id: Some("link".into()), ..CallQuery::newest(1) };
    let call = log.list(&query).await.unwrap().calls[0].id;
    let link = |secret_hash: &str, at: &str| DoneLink {
        secret_hash: secret_hash.into(),
        call,
        recipient: "ann@example.com".into(),
        created_at: time(at),
    };
    let (old, new) = (link("old", "2026-10-01T00:00:00Z"), link("new", "2026-11-22T13:02:00Z"));
    let expired = time("2026-10-23T00:00:00Z");
    assert!(links.add_link(&old, time("2026-09-01T00:00:00Z")).await.unwrap());
    assert_eq!(links.link("old").await.unwrap(), Some(old));
    assert!(links.add_link(&new, expired).await.unwrap());
    assert_eq!(links.link("old").await.unwrap(), None, "it has expired");
    assert_eq!(links.link("new").await.unwrap(), Some(new.clone()));
    assert_eq!(links.link("none").await.unwrap(), None);
    let nobody = frontdesk_domain::CallId::floor(time("2020-01-01T00:00:00Z"));
    assert!(
        !links
            .add_link(&DoneLink { call: nobody, ..link("x", "2026-11-22T13:02:00Z") }, expired)
            .await
            .unwrap()
    );
    assert!(links.use_link("new").await.unwrap());
    assert!(!links.use_link("new").await.unwrap(), "a link is used once");
    assert_eq!(links.link("new").await.unwrap(), None);
}
