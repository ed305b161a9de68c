//! Deliveries: queued once, made by one worker, remembered.
use std::time::Duration;

use frontdesk_domain::call::NotificationKind;
use frontdesk_domain::{CallId, Timestamp};

use super::{ended, started, time};
use crate::{
    Attempt, CallLog, CallQuery, Change, Delivery, DeliveryStatus, Job, JobQueue, Lane, Outbox,
    RecipientSince,
};

const LEASE: Duration = Duration::from_secs(60);

fn at(seconds: u32) -> Timestamp {
    time("2026-11-22T12:00:00Z") + Duration::from_secs(u64::from(seconds))
}

/// Checks every claim about the outbox, which must be empty.
pub async fn all<L: CallLog>(log: &L, outbox: &(impl Outbox + JobQueue)) {
    log.append(vec![
        started("out", "2026-11-22T11:00:00Z", "+33123456789"),
        ended("out", "2026-11-22T11:01:00Z", 60),
    ])
    .await
    .unwrap();
    let query = CallQuery { provider_id: Some("out".into()), ..CallQuery::newest(1) };
    let call = log.list(&query).await.unwrap().calls[0].id;
    let to = |recipient: &str, kind| Delivery { call, kind, recipient: recipient.into(), revision: 0 };
    let (office, crm) = (to("office", NotificationKind::Ended), to("crm", NotificationKind::Ended));

    let both = ["crm", "office"].map(ToOwned::to_owned);
    let (early, late) =
        (RecipientSince { change: Change(1), at: at(0) }, RecipientSince { change: Change(7), at: at(9) });
    let since = outbox.recipients(&both[..1], early).await.unwrap();
    assert_eq!(since, [("crm".to_owned(), early)].into());
    let since = outbox.recipients(&both, late).await.unwrap();
    assert_eq!(since, [("crm".to_owned(), early), ("office".to_owned(), late)].into(), "since first set up");

    let both = both.map(Lane::Recipient);
    assert_eq!(outbox.looked_at().await.unwrap(), None);
    for change in [4, 5] {
        outbox.queue(&[(office.clone(), at(0)), (crm.clone(), at(0))], Change(change), at(0)).await.unwrap();
        assert_eq!(outbox.looked_at().await.unwrap(), Some(Change(change)));
    }
    outbox.queue(&[], Change(6), at(0)).await.unwrap();
    outbox.queue(&[], Change(2), at(0)).await.unwrap();
    assert_eq!(outbox.looked_at().await.unwrap(), Some(Change(6)), "the recorded change never moves back");
    assert_eq!(outbox.take(&[], at(1), LEASE, 10).await.unwrap(), [], "without lanes nothing is taken");
    let nobody = Delivery { call: CallId::floor(at(0)), ..office.clone() };
    outbox.queue(&[(nobody, at(0))], Change(7), at(0)).await.unwrap();
    let mut taken = outbox.take(&both, at(1), LEASE, 10).await.unwrap();
    taken.sort_by_key(|leased| leased.job.key());
    let [first, second] = taken.as_slice() else {
        panic!("each delivery once, and none of an unknown call: {taken:?}")
    };
    assert_eq!((&first.job, first.attempt, first.queued_at), (&Job::Delivery(crm.clone()), 1, at(0)));
    assert!(outbox.finish(first, &Attempt::Done("ended well".into())).await.unwrap());
    assert!(outbox.finish(second, &Attempt::Retry(at(30), "busy".into())).await.unwrap());
    assert_eq!(outbox.next_due(&both).await.unwrap(), Some(at(30)));
    let again = outbox.take(&both, at(30), LEASE, 10).await.unwrap();
    assert_eq!((again.len(), again[0].attempt), (1, 2));
    assert!(outbox.finish(&again[0], &Attempt::Failed("gone".into())).await.unwrap());
    assert_eq!(outbox.next_due(&both).await.unwrap(), None);

    assert_eq!(outbox.delivered(&[call]).await.unwrap(), [(crm.clone(), "ended well".to_owned())]);
    assert_eq!(outbox.delivered(&[CallId::floor(at(0))]).await.unwrap(), []);
    let later = Delivery { revision: 1, ..to("crm", NotificationKind::Updated) };
    outbox.queue(&[(later.clone(), at(50))], Change(8), at(40)).await.unwrap();
    assert_eq!(outbox.take(&both, at(49), LEASE, 10).await.unwrap(), [], "not before it is due");
    for _ in 0..2 {
        let withdrawn = outbox.take(&both, at(50), LEASE, 10).await.unwrap();
        assert_eq!(withdrawn.len(), 1, "what was withdrawn can be queued again");
        assert!(outbox.finish(&withdrawn[0], &Attempt::Withdrawn).await.unwrap());
        assert!(!outbox.finish(&withdrawn[0], &Attempt::Withdrawn).await.unwrap(), "it is gone");
        outbox.queue(&[(later.clone(), at(50))], Change(8), at(40)).await.unwrap();
    }
    let last = outbox.take(&both, at(50), LEASE, 10).await.unwrap();
    assert!(outbox.finish(&last[0], &Attempt::Withdrawn).await.unwrap());

    let states = outbox.deliveries(None, 10).await.unwrap();
    let state = |recipient: &str| states.iter().find(|state| state.delivery.recipient == recipient).unwrap();
    assert_eq!((state("crm").status.as_str(), state("crm").attempts), ("delivered", 1));
    assert_eq!(
        (state("office").status.as_str(), state("office").last_error.as_deref()),
        ("failed", Some("gone"))
    );
    let failed = outbox.deliveries(Some(DeliveryStatus::Failed), 10).await.unwrap();
    assert_eq!(failed.iter().map(|state| state.delivery.recipient.as_str()).collect::<Vec<_>>(), ["office"]);
    assert_eq!(outbox.redeliver(at(1), true, None, at(200)).await.unwrap(), 0, "none was queued since");
    assert_eq!(outbox.redeliver(at(0), true, None, at(200)).await.unwrap(), 1, "the failed one");
    assert_eq!(outbox.redeliver(at(0), false, Some("crm"), at(200)).await.unwrap(), 1);
    let mut again = outbox.take(&both, at(200), LEASE, 10).await.unwrap();
    again.sort_by_key(|leased| leased.job.key());
    assert_eq!(
        again.iter().map(|leased| leased.job.clone()).collect::<Vec<_>>(),
        [Job::Delivery(crm), Job::Delivery(office)]
    );
    for leased in &again {
        assert_eq!(leased.attempt, 1, "a delivery that is queued again starts with the first attempt");
        assert!(outbox.finish(leased, &Attempt::Done("ended well".into())).await.unwrap());
    }
}
