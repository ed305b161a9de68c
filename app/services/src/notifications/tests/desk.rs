//! A test setup with an office and a program that are notified about calls.
use super::*;

/// Records notifications, and is too busy for the first `busy` ones.
#[derive(Default)]
pub(super) struct Recipient {
    pub(super) received: Mutex<Vec<Notification>>,
    pub(super) busy: Mutex<u32>,
    /// Accepts the connection and never answers.
    pub(super) hangs: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl Messenger for Recipient {
    async fn deliver(&self, message: &Notification) -> Result<(), DeliveryError> {
        if self.hangs.load(std::sync::atomic::Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let mut busy = self.busy.lock().unwrap();
        if *busy > 0 {
            *busy -= 1;
            return Err(DeliveryError::Later("busy".into()));
        }
        self.received.lock().unwrap().push(message.clone());
        Ok(())
    }
}

pub(super) struct Desk {
    pub(super) notifications: Notifications,
    pub(super) log: Arc<MemoryLog>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) office: Arc<Recipient>,
    pub(super) crm: Arc<Recipient>,
}

pub(super) fn desk(notify: &[&str]) -> Desk {
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
        flow: draft.check(&frontdesk_domain::flow::CarrierLimits::default()).unwrap(),
        audio: Vec::new(),
    };
    let (office, crm): (Arc<Recipient>, Arc<Recipient>) = Default::default();
    let target = |rule_name: &str, rule, is_person, messenger: &Arc<Recipient>| NotificationTarget {
        rule_name: rule_name.into(),
        rule,
        language: EmailLanguage::English,
        is_person,
        messenger: messenger.clone(),
    };
    let recipients = BTreeMap::from([
        ("office".to_owned(), target("office", NotificationRule::for_people(), true, &office)),
        ("crm".to_owned(), target("crm", NotificationRule::for_programs(), false, &crm)),
    ]);
    let notifications = Notifications {
        log: log.clone(),
        outbox: log.clone(),
        queue: log.clone(),
        recordings: Arc::new(MemoryRecordings::new(1000)),
        flow: Arc::new(FlowVersions::new(own, Arc::new(MemoryPrompts::default())).unwrap()),
        recipients,
        contacts: Arc::new(Contacts::new(
            Arc::new(MemoryContacts::default()),
            Arc::new(MemoryOperationsLog::default()),
            clock.clone(),
        )),
        links: log.clone(),
        wording: Arc::new(|call, _| CallWording {
            reason: "nobody answered".into(),
            caller: call.parties.as_ref().and_then(|parties| parties.from.as_text()).map(ToOwned::to_owned),
            ..CallWording::default()
        }),
        feed_url: "https://desk.example".into(),
        zone: TimeZone::UTC,
        document: Arc::new(|record| {
            let outcome = record.call.verdict.as_ref().map(|verdict| verdict.outcome);
            serde_json::json!({ "id": record.id.to_string(), "outcome": outcome })
        }),
        clock: clock.clone(),
        ids,
    };
    Desk { notifications, log, clock, office, crm }
}

impl Desk {
    pub(super) async fn happens(&self, call: &str, kinds: Vec<EventKind>) {
        let call = format!("test:{call}").parse::<LegId>().unwrap();
        let event =
            |kind| CallEvent { call: call.clone(), at: self.clock.now(), kind, received_at: None }.into();
        self.log.append(kinds.into_iter().map(event).collect()).await.unwrap();
    }

    /// Waits until facts have settled. Returns the kinds that the office and the program have received.
    pub(super) async fn received(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        self.received_at_once().await;
        self.clock.advance(SETTLING);
        self.received_at_once().await
    }

    /// Follows the log and delivers until nothing is due. Returns the kinds that the office and the program have received.
    pub(super) async fn received_at_once(&self) -> (Vec<&'static str>, Vec<&'static str>) {
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

pub(super) fn started() -> EventKind {
    let from = CallerId::read("+33123456789");
    EventKind::Started(Parties {
        from,
        to: "+15556667777".into(),
        from_name: Some("Ann\r\nBcc: x".into()),
        from_place: None,
    })
}

pub(super) fn rung_out() -> Vec<EventKind> {
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

pub(super) fn ended() -> EventKind {
    EventKind::Ended(Ending { seconds: Some(30), ..Ending::new("completed") })
}

pub(super) fn recorded() -> Vec<EventKind> {
    let (mailbox, recording) = ("main".parse().unwrap(), "RE1".parse().unwrap());
    vec![
        EventKind::Mailbox { mailbox, step: 1, cause: MailboxCause::Chosen },
        EventKind::Recording { recording, status: RecordingStatus::Completed, seconds: Some(5) },
    ]
}

pub(super) fn stored() -> EventKind {
    let audio = StoredAudio { bytes: 4, sha256: String::new(), media_type: "audio/wav".into() };
    EventKind::Voicemail { recording: "RE1".parse().unwrap(), audio }
}
