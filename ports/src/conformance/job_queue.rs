//! The job queue, filled by the call log it belongs to.
use std::time::Duration;

use frontdesk_domain::call::{RecordingStatus, StoredAudio};
use frontdesk_domain::{Effect, EventKind, Timestamp};

use super::{event, recorded, time};
use crate::{Attempt, CallLog, Job, JobCounts, JobQueue, LONGEST_WAIT, Lane};

/// The lanes of effects.
const CARRIER: &[Lane] = &[Lane::Carrier];
const TRANSCRIPTS: &[Lane] = &[Lane::Transcripts];
const LEASE: Duration = Duration::from_secs(60);

fn at(seconds: u32) -> Timestamp {
    time("2026-11-22T12:00:00Z") + Duration::from_secs(u64::from(seconds))
}

/// Checks the behaviour of a job queue. `now` sets the store's clock, which dates the jobs that it queues.
pub async fn all(log: &dyn CallLog, queue: &dyn JobQueue, now: &(dyn Fn(Timestamp) + Sync)) {
    now(at(0));
    assert_eq!(queue.next_due(CARRIER).await.unwrap(), None, "an empty queue is never due");
    assert_eq!(queue.take(CARRIER, at(0), LEASE, 10).await.unwrap(), []);

    for _ in 0..2 {
        log.append(vec![recorded("fx", "2026-11-22T12:00:00Z", "RE1", RecordingStatus::Taken)])
            .await
            .unwrap();
    }
    let taken = queue.take(CARRIER, at(1), LEASE, 10).await.unwrap();
    let [first] = taken.as_slice() else { panic!("the same work is queued once: {taken:?}") };
    let Job::Effect(Effect::FetchRecording { recording, .. }) = &first.job else {
        panic!("a recording is to be fetched")
    };
    assert_eq!((recording.as_str(), first.attempt, first.queued_at), ("RE1", 1, at(0)));
    assert_eq!(
        queue.take(CARRIER, at(2), LEASE, 10).await.unwrap(),
        [],
        "leased work is not handed out again"
    );

    assert!(queue.finish(first, &Attempt::Retry(at(120), "not yet".into())).await.unwrap());
    assert_eq!(queue.take(CARRIER, at(119), LEASE, 10).await.unwrap(), [], "not before it is due");
    assert_eq!(queue.next_due(CARRIER).await.unwrap(), Some(at(120)));
    // The clock was ahead when the job was postponed, and has been corrected.
    let earlier = at(120) - LONGEST_WAIT - Duration::from_secs(1);
    let ahead = &queue.take(CARRIER, earlier, LEASE, 10).await.unwrap()[0];
    assert!(queue.finish(ahead, &Attempt::Retry(at(120), "not yet".into())).await.unwrap());
    assert_eq!(queue.take(CARRIER, at(119), LEASE, 10).await.unwrap(), []);

    now(at(30));
    log.append(vec![recorded("fx", "2026-11-22T12:00:30Z", "RE1", RecordingStatus::Completed)])
        .await
        .unwrap();
    let second = &queue.take(CARRIER, at(31), LEASE, 10).await.unwrap()[0];
    assert_eq!((second.attempt, second.queued_at), (3, at(0)), "a completed recording is due at once");

    let third = &queue.take(CARRIER, at(92), LEASE, 10).await.unwrap()[0];
    assert_eq!(third.attempt, 4, "a job whose lease has ended is handed out again");
    assert!(
        !queue.finish(second, &Attempt::Done(String::new())).await.unwrap(),
        "a worker that lost the lease is refused"
    );
    assert!(!queue.finish(second, &Attempt::Retry(at(95), "late".into())).await.unwrap());
    assert!(!queue.finish(second, &Attempt::Failed("late".into())).await.unwrap());
    assert!(queue.finish(third, &Attempt::Done(String::new())).await.unwrap());
    assert_eq!(queue.next_due(CARRIER).await.unwrap(), None, "finished work is never due");
    log.append(vec![recorded("fx", "2026-11-22T12:00:30Z", "RE1", RecordingStatus::Completed)])
        .await
        .unwrap();
    assert_eq!(
        queue.take(CARRIER, at(9999), LEASE, 10).await.unwrap(),
        [],
        "finished work is not done twice"
    );

    log.append(vec![
        recorded("fx2", "2026-11-22T12:01:00Z", "RE2", RecordingStatus::Completed),
        recorded("fx3", "2026-11-22T12:01:00Z", "RE3", RecordingStatus::Completed),
    ])
    .await
    .unwrap();
    let one = queue.take(CARRIER, at(200), LEASE, 1).await.unwrap();
    assert_eq!(one.len(), 1, "no more than asked for");
    assert_eq!(queue.counts(CARRIER).await.unwrap(), JobCounts { open: 2, failed: 0 });
    assert!(queue.finish(&one[0], &Attempt::Failed("gone".into())).await.unwrap());
    assert_eq!(queue.counts(CARRIER).await.unwrap(), JobCounts { open: 1, failed: 1 });
    let other = queue.take(CARRIER, at(200), LEASE, 10).await.unwrap();
    assert_eq!(other.len(), 1, "failed work is not handed out");
    assert_ne!(other[0].job, one[0].job);
    assert!(queue.finish(&other[0], &Attempt::Done(String::new())).await.unwrap());
    lanes(log, queue).await;
    log.append(vec![recorded("fx4", "2026-11-22T12:01:00Z", "RE4", RecordingStatus::Absent)]).await.unwrap();
    assert_eq!(
        queue.take(CARRIER, at(300), LEASE, 10).await.unwrap(),
        [],
        "an absent recording is not fetched"
    );
}

/// Jobs that wait in one lane are not seen from another.
async fn lanes(log: &dyn CallLog, queue: &dyn JobQueue) {
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
    assert_eq!(queue.next_due(TRANSCRIPTS).await.unwrap(), None, "there is no audio yet");
    let fetch = queue.take(CARRIER, at(400), LEASE, 10).await.unwrap().remove(0);
    let stored = EventKind::Voicemail { recording, audio };
    log.append(vec![event("fx5", "2026-11-22T12:03:01Z", stored)]).await.unwrap();
    assert!(queue.finish(&fetch, &Attempt::Done(String::new())).await.unwrap());
    assert_eq!(queue.take(CARRIER, at(401), LEASE, 10).await.unwrap(), []);
    assert_eq!(queue.next_due(CARRIER).await.unwrap(), None);
    assert!(queue.next_due(TRANSCRIPTS).await.unwrap().is_some());
    let written = queue.take(TRANSCRIPTS, at(401), LEASE, 10).await.unwrap().remove(0);
    assert!(matches!(written.job, Job::Effect(Effect::Transcribe { .. })));
    assert!(queue.finish(&written, &Attempt::Done(String::new())).await.unwrap());
    assert_eq!(queue.next_due(TRANSCRIPTS).await.unwrap(), None);
}
