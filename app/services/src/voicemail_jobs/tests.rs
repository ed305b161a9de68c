use super::*;

use adapters_memory::{ManualClock, MemoryLog, MemoryRecordings, SeededIds};
use frontdesk_domain::call::RecordingStatus;
use frontdesk_ports::MockCarrier;

/// A worker with one recording to fetch from a carrier that fails with `answer`.
async fn worker(answer: CarrierError) -> (VoicemailWorker, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at("2026-11-22T09:00:00Z".parse().unwrap()));
    let ids = Arc::new(SeededIds::default());
    let log = Arc::new(MemoryLog::new(clock.clone(), ids.clone()));
    let call: LegId = "twilio:CA1".parse().unwrap();
    let (recording, status) = ("RE1".parse().unwrap(), RecordingStatus::Completed);
    let kind = EventKind::Recording { recording, status, seconds: Some(3) };
    log.append(vec![CallEvent { call, at: clock.now(), kind, received_at: None }.into()]).await.unwrap();
    let mut carrier = MockCarrier::new();
    carrier.expect_fetch_recording().returning(move |_, _| Err(answer.clone()));
    let recordings = Arc::new(MemoryRecordings::new(1000));
    let worker = VoicemailWorker {
        lane: Lane::Carrier,
        transcriber: None,
        queue: log.clone(),
        log,
        carrier: Arc::new(carrier),
        recordings,
        meter: Arc::new(adapters_audio::WavMeter),
        clock: clock.clone(),
        ids,
        delete_at_carrier: false,
        is_own_line: |_| false,
    };
    (worker, clock)
}

/// How long until the worker tries again after the first failure.
async fn first_pause(answer: CarrierError) -> Duration {
    let (worker, clock) = worker(answer).await;
    assert_eq!(worker.run_once().await.unwrap(), WorkOutcome::Worked(1));
    match worker.run_once().await.unwrap() {
        WorkOutcome::Idle(Some(due)) => due.duration_since(clock.now()).try_into().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn retry_after_is_respected_up_to_the_maximum_pause() {
    assert!(first_pause(CarrierError::NotYet).await <= BACKOFF.first);
    assert!(
        first_pause(CarrierError::Unauthorized).await <= BACKOFF.first,
        "a corrected token is soon noticed"
    );
    let busy =
        |seconds| CarrierError::Unavailable { why: "busy".into(), after: Some(Duration::from_secs(seconds)) };
    assert_eq!(first_pause(busy(60)).await, Duration::from_secs(60));
    assert_eq!(first_pause(busy(u64::MAX)).await, BACKOFF.max);
}

#[tokio::test]
async fn the_file_of_our_own_line_is_deleted_once_its_message_is_stored() {
    let (mut worker, _) = worker(CarrierError::NotYet).await;
    let mut line = MockCarrier::new();
    line.expect_fetch_recording().returning(|_, _| {
        let bytes = bytes::Bytes::from_static(
            b"RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x04\0\0\0\0\0\0\0",
        );
        let length = Some(bytes.len() as u64);
        let audio = futures_util::stream::once(async move { Ok::<_, CarrierError>(bytes) });
        Ok(frontdesk_ports::FetchedAudio {
            media_type: "audio/wav".into(),
            length,
            audio: Box::pin(audio),
        })
    });
    line.expect_delete_recording().times(1).returning(|_, _| Ok(true));
    worker.carrier = Arc::new(line);
    worker.is_own_line = |_| true;
    assert_eq!(worker.run_once().await.unwrap(), WorkOutcome::Worked(1));
}

/// The caller discards the message before the carrier has filed it, so the carrier answers 404 for a while. The recording is
/// deleted once it has been filed.
#[tokio::test]
async fn a_discarded_recording_that_the_carrier_does_not_know_yet_is_deleted_later() {
    let (mut worker, clock) = worker(CarrierError::NotYet).await;
    let (call, recording): (LegId, RecordingId) = ("twilio:CA2".parse().unwrap(), "RE2".parse().unwrap());
    let discarded = RecordingStatus::Discarded;
    let kind = EventKind::Recording { recording: recording.clone(), status: discarded, seconds: None };
    worker.log(&call, vec![kind]).await.unwrap();
    let mut carrier = MockCarrier::new();
    let mut asked = 0;
    carrier.expect_delete_recording().times(2).returning(move |_, _| {
        asked += 1;
        Ok(asked > 1)
    });
    worker.carrier = Arc::new(carrier);
    let failed = worker.delete_copy(&call, &recording).await;
    assert!(matches!(failed, Err(Failure::Again(..))));
    clock.advance(Duration::from_secs(60));
    assert!(worker.delete_copy(&call, &recording).await.is_ok());
    let deleted = EventKind::CarrierCopy { recording, fate: CopyFate::Deleted };
    let record = worker.record(&call).await.unwrap().unwrap();
    let events = worker.log.events(record.id).await.unwrap();
    assert!(events.iter().any(|logged| logged.event.kind == deleted), "{events:?}");
}

#[tokio::test]
async fn a_discarded_recording_that_was_never_filed_is_given_up_after_a_while() {
    let (mut worker, clock) = worker(CarrierError::NotYet).await;
    let (call, recording): (LegId, RecordingId) = ("twilio:CA2".parse().unwrap(), "RE2".parse().unwrap());
    let discarded = RecordingStatus::Discarded;
    let recorded = EventKind::Recording { recording: recording.clone(), status: discarded, seconds: None };
    let ended = EventKind::Ended(frontdesk_domain::call::Ending::new("completed"));
    worker.log(&call, vec![recorded, ended]).await.unwrap();
    let mut carrier = MockCarrier::new();
    carrier.expect_delete_recording().returning(|_, _| Ok(false));
    worker.carrier = Arc::new(carrier);
    assert!(matches!(worker.delete_copy(&call, &recording).await, Err(Failure::Again(..))));
    clock.advance(FILING_TIME);
    assert!(worker.delete_copy(&call, &recording).await.is_ok());
}
