//! The effect queue, filled by the call log it belongs to.
use std::time::Duration;

use frontdesk_domain::{Effect, EventKind, RecordingStatus, StoredAudio, Timestamp, WorkLane};

use super::{event, recorded, time};
use crate::{CallLog, EffectCounts, EffectQueue};

const LEASE: Duration = Duration::from_secs(60);

fn at(seconds: u32) -> Timestamp {
    time("2026-11-22T12:00:00Z") + Duration::from_secs(u64::from(seconds))
}

/// The behaviour of an effect queue. `now` is the time of the store's clock, for what it queues.
pub async fn all(log: &dyn CallLog, queue: &dyn EffectQueue, now: &(dyn Fn(Timestamp) + Sync)) {
    now(at(0));
    assert_eq!(queue.next_due(WorkLane::Carrier).await.unwrap(), None, "an empty queue is never due");
    assert_eq!(queue.take(WorkLane::Carrier, at(0), LEASE, 10).await.unwrap(), []);

    for _ in 0..2 {
        log.append(vec![recorded("fx", "2026-11-22T12:00:00Z", "RE1", RecordingStatus::Taken)])
            .await
            .unwrap();
    }
    let taken = queue.take(WorkLane::Carrier, at(1), LEASE, 10).await.unwrap();
    let [first] = taken.as_slice() else { panic!("the same work is queued once: {taken:?}") };
    let Effect::FetchRecording { recording, .. } = &first.effect else {
        panic!("a message is to be fetched")
    };
    assert_eq!((recording.as_str(), first.attempt, first.queued_at), ("RE1", 1, at(0)));
    assert_eq!(
        queue.take(WorkLane::Carrier, at(2), LEASE, 10).await.unwrap(),
        [],
        "leased work is not handed out again"
    );

    assert!(queue.retry(first, at(120), "not yet").await.unwrap());
    assert_eq!(queue.take(WorkLane::Carrier, at(119), LEASE, 10).await.unwrap(), [], "not before it is due");
    assert_eq!(queue.next_due(WorkLane::Carrier).await.unwrap(), Some(at(120)));

    now(at(30));
    log.append(vec![recorded("fx", "2026-11-22T12:00:30Z", "RE1", RecordingStatus::Completed)])
        .await
        .unwrap();
    let second = &queue.take(WorkLane::Carrier, at(31), LEASE, 10).await.unwrap()[0];
    assert_eq!((second.attempt, second.queued_at), (2, at(0)), "good news makes waiting work due at once");

    let third = &queue.take(WorkLane::Carrier, at(92), LEASE, 10).await.unwrap()[0];
    assert_eq!(third.attempt, 3, "a lease that has ended is handed out again");
    assert!(!queue.finish(second).await.unwrap(), "a worker that lost the lease is refused");
    assert!(!queue.retry(second, at(95), "late").await.unwrap());
    assert!(!queue.fail(second, "late").await.unwrap());
    assert!(queue.finish(third).await.unwrap());
    assert_eq!(queue.next_due(WorkLane::Carrier).await.unwrap(), None, "finished work is never due");
    log.append(vec![recorded("fx", "2026-11-22T12:00:30Z", "RE1", RecordingStatus::Completed)])
        .await
        .unwrap();
    assert_eq!(
        queue.take(WorkLane::Carrier, at(9999), LEASE, 10).await.unwrap(),
        [],
        "finished work is not done twice"
    );

    log.append(vec![
        recorded("fx2", "2026-11-22T12:01:00Z", "RE2", RecordingStatus::Completed),
        recorded("fx3", "2026-11-22T12:01:00Z", "RE3", RecordingStatus::Completed),
    ])
    .await
    .unwrap();
    let one = queue.take(WorkLane::Carrier, at(200), LEASE, 1).await.unwrap();
    assert_eq!(one.len(), 1, "no more than asked for");
    assert_eq!(queue.counts().await.unwrap(), EffectCounts { open: 2, failed: 0 });
    assert!(queue.fail(&one[0], "gone").await.unwrap());
    assert_eq!(queue.counts().await.unwrap(), EffectCounts { open: 1, failed: 1 });
    let other = queue.take(WorkLane::Carrier, at(200), LEASE, 10).await.unwrap();
    assert_eq!(other.len(), 1, "failed work is not handed out");
    assert_ne!(other[0].effect, one[0].effect);
    assert!(queue.finish(&other[0]).await.unwrap());
    lanes(log, queue).await;
    log.append(vec![recorded("fx4", "2026-11-22T12:01:00Z", "RE4", RecordingStatus::Absent)]).await.unwrap();
    assert_eq!(
        queue.take(WorkLane::Carrier, at(300), LEASE, 10).await.unwrap(),
        [],
        "nothing is fetched that is not there"
    );
}

/// What waits in one lane is not seen from another.
async fn lanes(log: &dyn CallLog, queue: &dyn EffectQueue) {
    let recording: frontdesk_domain::RecordingId = "RE5".parse().unwrap();
    let language = "fr-FR".parse().unwrap();
    let audio = StoredAudio { bytes: 5, sha256: "00".repeat(32), media_type: "audio/wav".into() };
    log.append(vec![
        recorded("fx5", "2026-11-22T12:03:00Z", "RE5", RecordingStatus::Completed),
        event(
            "fx5",
            "2026-11-22T12:03:00Z",
            EventKind::TranscriptWanted { recording: recording.clone(), language },
        ),
    ])
    .await
    .unwrap();
    assert_eq!(queue.next_due(WorkLane::Transcripts).await.unwrap(), None, "there is no audio yet");
    let fetch = queue.take(WorkLane::Carrier, at(400), LEASE, 10).await.unwrap().remove(0);
    let stored = EventKind::Voicemail { recording, audio };
    log.append(vec![event("fx5", "2026-11-22T12:03:01Z", stored)]).await.unwrap();
    assert!(queue.finish(&fetch).await.unwrap());
    assert_eq!(queue.take(WorkLane::Carrier, at(401), LEASE, 10).await.unwrap(), []);
    assert_eq!(queue.next_due(WorkLane::Carrier).await.unwrap(), None);
    assert!(queue.next_due(WorkLane::Transcripts).await.unwrap().is_some());
    let written = queue.take(WorkLane::Transcripts, at(401), LEASE, 10).await.unwrap().remove(0);
    assert!(matches!(written.effect, Effect::Transcribe { .. }));
    assert!(queue.finish(&written).await.unwrap());
    assert_eq!(queue.next_due(WorkLane::Transcripts).await.unwrap(), None);
}
