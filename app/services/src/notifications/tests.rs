//! Who is notified about what, once.
use std::sync::Mutex;

use adapters_memory::{ManualClock, MemoryLog, MemoryPrompts, MemoryRecordings, SeededIds};
use async_trait::async_trait;
use frontdesk_domain::{
    BuiltinFlow, CallEvent, CallerId, DialOutcome, Ending, EventKind, MailboxCause, Parties, RecordingStatus,
    StoredAudio, builtin_flow,
};
use frontdesk_ports::DeliveryStatus;

use super::*;
use crate::flow_versions::FlowWithAudio;

/// Records notifications, and refuses as many as it is set to.
#[derive(Default)]
struct Recipient {
    received: Mutex<Vec<Notification>>,
    busy: Mutex<u32>,
}

#[async_trait]
impl Messenger for Recipient {
    async fn deliver(&self, message: &Notification) -> Result<(), DeliveryError> {
        let mut busy = self.busy.lock().unwrap();
        if *busy > 0 {
            *busy -= 1;
            return Err(DeliveryError::Later("busy".into()));
        }
        self.received.lock().unwrap().push(message.clone());
        Ok(())
    }
}

struct Desk {
    notifications: Notifications,
    log: Arc<MemoryLog>,
    clock: Arc<ManualClock>,
    office: Arc<Recipient>,
    crm: Arc<Recipient>,
}

fn desk(notify: &[&str]) -> Desk {
    let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
    let ids = Arc::new(SeededIds::default());
    let log = Arc::new(MemoryLog::new(clock.clone(), ids.clone()));
    let forward_to = vec!["+33611223344".parse().unwrap()];
    let flow = builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap();
    let mut draft = flow.draft().clone();
    for mailbox in draft.mailboxes.values_mut() {
        mailbox.notify = notify.iter().map(|&name| name.to_owned()).collect();
    }
    let own = FlowWithAudio {
        flow: draft.check(&frontdesk_domain::CarrierLimits::default()).unwrap(),
        audio: Vec::new(),
    };
    let (office, crm): (Arc<Recipient>, Arc<Recipient>) = Default::default();
    let target = |rule, is_person, messenger: &Arc<Recipient>| NotificationTarget {
        rule,
        language: EmailLanguage::English,
        is_person,
        messenger: messenger.clone(),
    };
    let recipients = BTreeMap::from([
        ("office".to_owned(), target(NotificationRule::for_people(), true, &office)),
        ("crm".to_owned(), target(NotificationRule::for_programs(), false, &crm)),
    ]);
    let notifications = Notifications {
        log: log.clone(),
        outbox: log.clone(),
        queue: log.clone(),
        recordings: Arc::new(MemoryRecordings::new(1000)),
        flow: Arc::new(FlowVersions::new(own, Arc::new(MemoryPrompts::default())).unwrap()),
        recipients,
        feed_url: "https://desk.example".into(),
        zone: TimeZone::UTC,
        document: |record| serde_json::json!({ "id": record.id.to_string() }),
        clock: clock.clone(),
        ids,
    };
    Desk { notifications, log, clock, office, crm }
}

impl Desk {
    async fn happens(&self, call: &str, kinds: Vec<EventKind>) {
        let call = format!("test:{call}").parse::<frontdesk_domain::LegId>().unwrap();
        let event = |kind| CallEvent { call: call.clone(), at: self.clock.now(), kind }.into();
        self.log.append(kinds.into_iter().map(event).collect()).await.unwrap();
    }

    /// Follows and delivers until nothing is due; the kinds that the office and the program received.
    async fn target(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        self.notifications.follow().await.unwrap();
        while self.notifications.deliver_due().await.unwrap() > 0 {}
        let received = |recipient: &Recipient| {
            let mut words: Vec<_> =
                recipient.received.lock().unwrap().iter().map(|message| message.kind.as_str()).collect();
            words.sort_unstable();
            words
        };
        (received(&self.office), received(&self.crm))
    }
}

fn started() -> EventKind {
    let from = CallerId::read("+33123456789");
    EventKind::Started(Parties {
        from,
        to: "+15556667777".into(),
        from_name: Some("Ann\r\nBcc: x".into()),
        from_place: None,
    })
}

fn rung_out() -> Vec<EventKind> {
    let (forward, number) = ("team".parse().unwrap(), "+33611223344".parse().unwrap());
    let forward = EventKind::Forward { forward, step: 2, position: 0, number, screened: false };
    let dial = EventKind::Dial {
        step: 2,
        outcome: DialOutcome::NoAnswer,
        leg: None,
        bridged: Some(false),
        seconds: None,
    };
    vec![forward, dial]
}

fn ended() -> EventKind {
    EventKind::Ended(Ending { status: "completed".into(), failed: false, seconds: Some(30), parties: None })
}

fn recorded() -> Vec<EventKind> {
    let (mailbox, recording) = ("main".parse().unwrap(), "RE1".parse().unwrap());
    vec![
        EventKind::Mailbox { mailbox, step: 1, cause: MailboxCause::Chosen },
        EventKind::Recording { recording, status: RecordingStatus::Completed, seconds: Some(5) },
    ]
}

fn stored() -> EventKind {
    let audio = StoredAudio { bytes: 4, sha256: String::new(), media_type: "audio/wav".into() };
    EventKind::Voicemail { recording: "RE1".parse().unwrap(), audio }
}

#[tokio::test]
async fn events_before_a_recipient_was_set_up_are_not_reported() {
    let desk = desk(&[]);
    desk.happens("old", vec![started(), ended()]).await;
    assert_eq!(desk.target().await, (vec![], vec![]));
    desk.happens("new", vec![started()]).await;
    assert_eq!(desk.target().await, (vec![], vec!["call.started"]));
}

#[tokio::test]
async fn a_missed_call_is_reported_once_however_often_the_carrier_reports_it() {
    let desk = desk(&[]);
    desk.target().await;
    for _ in 0..3 {
        let target = [vec![started()], rung_out(), vec![ended()]].concat();
        desk.happens("a", target).await;
        assert_eq!(desk.target().await, (vec!["call.ended"], vec!["call.ended", "call.started"]));
        desk.clock.advance(Duration::from_secs(5));
    }
    let office = desk.office.received.lock().unwrap();
    assert_eq!(
        office[0].subject, "Missed call from Ann  Bcc: x (+33123456789)",
        "one line, whatever name the network sends"
    );
    assert!(office[0].text.contains("https://desk.example/calls/") && office[0].text.contains("UTC"));
}

#[tokio::test]
async fn people_are_notified_of_a_voicemail_when_it_can_be_played_and_programs_of_every_step() {
    let desk = desk(&[]);
    desk.target().await;
    desk.happens("a", [vec![started()], recorded(), vec![ended()]].concat()).await;
    assert_eq!(desk.target().await, (vec![], vec!["call.ended", "call.started"]));
    desk.happens("a", vec![stored()]).await;
    assert_eq!(
        desk.target().await,
        (vec!["voicemail.stored"], vec!["call.ended", "call.started", "voicemail.stored"])
    );
    let names: std::collections::BTreeSet<_> =
        desk.crm.received.lock().unwrap().iter().map(|message| message.id.clone()).collect();
    assert_eq!(names.len(), 3, "each message has a name of its own");
}

#[tokio::test]
async fn a_mailbox_that_names_recipients_notifies_no_others() {
    let desk = desk(&["crm"]);
    desk.target().await;
    desk.happens("a", [vec![started()], recorded(), vec![ended(), stored()]].concat()).await;
    assert_eq!(desk.target().await, (vec![], vec!["call.ended", "call.started", "voicemail.stored"]));
}

#[tokio::test]
async fn a_busy_recipient_is_retried_for_three_days() {
    let desk = desk(&[]);
    desk.target().await;
    *desk.office.busy.lock().unwrap() = 2;
    desk.happens("a", [vec![started()], rung_out(), vec![ended()]].concat()).await;
    assert_eq!(desk.target().await.0, Vec::<&str>::new());
    desk.clock.advance(Duration::from_secs(5));
    assert_eq!(desk.target().await.0, Vec::<&str>::new());
    desk.clock.advance(Duration::from_secs(10));
    assert_eq!(desk.target().await.0, ["call.ended"]);

    *desk.office.busy.lock().unwrap() = u32::MAX;
    desk.happens("b", [vec![started()], rung_out(), vec![ended()]].concat()).await;
    desk.target().await;
    desk.clock.advance(GIVE_UP);
    desk.target().await;
    let states = desk.notifications.outbox.deliveries(10).await.unwrap();
    let failed: Vec<_> = states.iter().filter(|state| state.status == DeliveryStatus::Failed).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].last_error.as_ref().unwrap().contains("given up after three days"), "{failed:?}");
}
