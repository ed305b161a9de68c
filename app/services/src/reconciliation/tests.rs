//! What is repaired from the carrier's records.
use adapters_memory::{ManualClock, MemoryLog, MemoryOperationsLog, SeededIds};
use frontdesk_domain::call::{CarrierRecord, Ending, RecordedMessage, RecordingStatus};
use frontdesk_domain::{CallerId, Outcome, Parties};
use frontdesk_ports::MockCarrier;

use super::*;

const MAIN: &str = "+15556667777";

fn time(text: &str) -> Timestamp {
    format!("2026-11-24T{text}Z").parse().unwrap()
}

/// A call in the carrier's records, with a voicemail if a recording is given.
fn recorded_call(call: &str, at: &str, to: &str, recording: Option<&str>) -> CarrierCall {
    let from = CallerId::read("+33123456789");
    let message = |recording: &str| RecordedMessage {
        recording: recording.parse().unwrap(),
        status: RecordingStatus::Completed,
        seconds: Some(7),
        at: Some(time(at)),
    };
    CarrierCall {
        call: format!("twilio:{call}").parse().unwrap(),
        record: CarrierRecord {
            status: "completed".into(),
            failed: false,
            seconds: Some(30),
            started_at: Some(time(at)),
            ended_at: Some(time(at) + Duration::from_secs(30)),
            parties: Parties { from, to: to.into(), from_name: None, from_place: None },
            legs: vec![],
        },
        messages: recording.map(message).into_iter().collect(),
    }
}

struct Desk {
    log: Arc<MemoryLog>,
    operations_log: Arc<MemoryOperationsLog>,
    reconciliation: Reconciliation,
}

/// Services with a carrier that has these calls on record and lists [`MAIN`] as our number.
fn desk(now: &str, calls: Vec<CarrierCall>) -> Desk {
    let clock = Arc::new(ManualClock::at(time(now)));
    let log = Arc::new(MemoryLog::new(clock.clone(), Arc::new(SeededIds::default())));
    let operations_log = Arc::new(MemoryOperationsLog::default());
    let mut carrier = MockCarrier::new();
    carrier.expect_our_numbers().returning(|| Ok(vec![MAIN.into()]));
    carrier.expect_calls().returning(move |_, _| Ok(calls.clone()));
    let reconciliation = Reconciliation {
        log: log.clone(),
        carrier: Arc::new(carrier),
        operations_log: operations_log.clone(),
        clock,
        longest_call: Arc::new(|| Duration::from_secs(4 * 3600)),
        is_own: |_| true,
        watermark: Some(Watermark::Reconciled),
    };
    Desk { log, operations_log, reconciliation }
}

impl Desk {
    async fn run(&self) -> Report {
        self.reconciliation.run(time("00:00:00")).await.unwrap()
    }

    async fn log(&self, call: &str, at: &str, kind: EventKind) {
        let call = format!("twilio:{call}").parse().unwrap();
        self.log
            .append(vec![CallEvent { call, at: time(at), kind, received_at: None }.into()])
            .await
            .unwrap();
    }

    async fn rows(&self) -> Vec<CallRecord> {
        self.log.list(&CallQuery::newest(100)).await.unwrap().calls
    }
}

fn started() -> EventKind {
    EventKind::Started(Parties::new(CallerId::read("+33123456789"), MAIN))
}

fn menu() -> EventKind {
    EventKind::Menu { menu: "main".parse().unwrap(), step: 1 }
}

#[tokio::test]
async fn calls_missed_while_down_are_added_once_with_their_messages_and_their_outage() {
    let calls = vec![
        recorded_call("CA1", "09:02:00", MAIN, None),
        recorded_call("CA2", "09:05:00", MAIN, Some("RE2")),
        recorded_call("CA3", "09:06:00", "+19998887777", None),
    ];
    let desk = desk("12:00:00", calls);
    let down = Outage {
        cause: OutageCause::NotRunning,
        began_at: time("09:00:00"),
        ended_at: time("09:11:00"),
        calls: 0,
        added: 0,
        repaired: 0,
        messages: 0,
    };
    desk.operations_log.note_outage(&down).await.unwrap();
    let report = desk.run().await;
    assert_eq!(
        (report.compared, report.added, report.messages),
        (2, 2, 1),
        "a call to another number is not ours"
    );
    let text = report.to_string();
    assert!(text.contains("09:11:00Z not running: 2 calls added, 1 message recovered"), "{text}");
    let rows = desk.rows().await;
    let outcomes: Vec<Outcome> = rows.iter().map(|row| row.call.verdict.as_ref().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Voicemail, Outcome::Abandoned], "newest first, by start time");
    let noted = desk.operations_log.outages(10).await.unwrap();
    assert_eq!((noted.len(), noted[0].added, noted[0].calls, noted[0].messages), (1, 2, 2, 1));

    let again = desk.run().await;
    assert!(again.found_nothing(), "{again}");
    assert_eq!(desk.operations_log.outages(10).await.unwrap(), noted, "doing it twice changes nothing");
    assert!(again.to_string().contains("the log agrees with them"));
}

#[tokio::test]
async fn calls_that_never_reached_us_make_an_outage_of_their_own() {
    let calls =
        vec![recorded_call("CA1", "09:02:00", MAIN, None), recorded_call("CA2", "09:05:00", MAIN, None)];
    let desk = desk("12:00:00", calls);
    desk.run().await;
    let [outage] = desk.operations_log.outages(10).await.unwrap().try_into().unwrap();
    assert_eq!((outage.cause, outage.added), (OutageCause::Unreached, 2));
    assert_eq!((outage.began_at, outage.ended_at), (time("09:02:00"), time("09:05:00")));
}

#[tokio::test]
async fn a_lost_end_is_repaired_and_an_overdue_call_is_closed() {
    let desk = desk("12:00:00", vec![recorded_call("CA1", "09:00:00", MAIN, None)]);
    desk.log("CA1", "09:00:01", menu()).await;
    desk.log("CA8", "03:00:00", menu()).await;
    desk.log("CA9", "11:30:00", menu()).await;
    let report = desk.run().await;
    assert_eq!((report.added, report.repaired, report.closed), (0, 1, 1));
    let state = |rows: &[CallRecord], leg: &str| {
        rows.iter().find(|row| row.leg.id() == leg).map(|row| row.call.state).unwrap()
    };
    let rows = desk.rows().await;
    assert_eq!(state(&rows, "CA1"), CallState::Ended);
    assert_eq!(state(&rows, "CA8"), CallState::Ended);
    assert_eq!(state(&rows, "CA9"), CallState::InProgress, "it may still be going on");
    assert!(desk.run().await.found_nothing());
}

#[tokio::test]
async fn a_complete_call_is_not_repaired() {
    let desk = desk("12:00:00", vec![recorded_call("CA1", "09:00:00", MAIN, None)]);
    desk.log("CA1", "09:00:00", started()).await;
    desk.log("CA1", "09:00:01", menu()).await;
    let ending = Ending { seconds: Some(30), ..Ending::new("completed") };
    desk.log("CA1", "09:00:30", EventKind::Ended(ending)).await;
    let report = desk.run().await;
    assert_eq!((report.compared, report.repaired), (1, 0), "{report}");
}

#[tokio::test]
async fn a_call_of_our_own_line_is_closed_by_its_own_comparison_only() {
    let desk = desk("12:00:00", vec![]);
    desk.log("CA8", "03:00:00", menu()).await;
    let of_the_line =
        Reconciliation { is_own: |call| call.carrier() == "sip", watermark: None, ..desk.reconciliation };
    assert_eq!(of_the_line.run(time("00:00:00")).await.unwrap().closed, 0);
    assert_eq!(desk.operations_log.marked(Watermark::Reconciled).await.unwrap(), None);
    let of_the_account = Reconciliation { is_own: |call| call.carrier() != "sip", ..of_the_line };
    assert_eq!(of_the_account.run(time("00:00:00")).await.unwrap().closed, 1);
}

#[tokio::test]
async fn a_failed_voicemail_is_retried_if_the_carrier_has_it() {
    let desk = desk("12:00:00", vec![recorded_call("CA1", "09:00:00", MAIN, Some("RE1"))]);
    desk.run().await;
    let why = "gone".to_owned();
    let failed = EventKind::VoicemailFailed { recording: "RE1".parse().unwrap(), why, round: 0 };
    desk.log("CA1", "11:00:00", failed).await;
    let status = async || desk.rows().await[0].call.voicemail.clone().unwrap().status;
    assert_eq!(status().await, VoicemailStatus::Failed);
    assert_eq!(desk.run().await.messages, 1);
    assert_eq!(status().await, VoicemailStatus::Pending);
}

#[tokio::test]
async fn a_carrier_that_does_not_answer_changes_nothing() {
    let desk = desk("12:00:00", vec![]);
    let mut carrier = MockCarrier::new();
    carrier.expect_our_numbers().returning(|| Err(CarrierError::Unauthorized));
    let reconciliation = Reconciliation { carrier: Arc::new(carrier), ..desk.reconciliation };
    desk.log.append(vec![]).await.unwrap();
    let error = reconciliation.run(time("00:00:00")).await.unwrap_err();
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    assert_eq!(desk.operations_log.marked(Watermark::Reconciled).await.unwrap(), None);
}
