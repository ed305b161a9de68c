//! Random calls over a network that delays, repeats and loses callbacks, by unusual callers, with clocks that
//! differ: every row equals what happened on the line, and no notification is wrong. `RANDOM_CALLS` sets the number of calls,
//! `RANDOM_SEED` the seed.
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapters_memory::ManualClock;
use adapters_notifications::WebhookSecret;
use adapters_simulator::{
    CalleeScript, FaultyNetwork, LineTime, NewCall, Script, SimulatedCarrier, TalkEnd, murmur,
};
use async_trait::async_trait;
use frontdesk::config::{By, Recipient};
use frontdesk_domain::{Outcome, Timestamp};
use frontdesk_ports::{Clock, Ids};
use frontdesk_server::serve;
use frontdesk_services::event_intake::EventIntake;
use frontdesk_services::notifications::{EmailLanguage, NotificationRule, Notifications};
use jiff::SignedDuration;

use poem::EndpointExt;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::harness::{Desk, FIRST, MAIN, SECOND, Setting};
use crate::line_truth::Truth;

const CALLERS: [&str; 12] = [
    "+33123456789",
    "+33612345678",
    "+4915112345678",
    "+12125550123",
    "0123456789",
    "sip:ann@example.org",
    "sip:+33123456780@trunk.example",
    "client:ann",
    "whatsapp:+33699999999",
    "anonymous",
    "+266696687",
    "",
];

/// Reproducible randomness (SplitMix64).
#[derive(Clone)]
pub struct Random(Arc<AtomicU64>);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    fn next(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn happens(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn one_of<T: Copy>(&self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }
}

impl Ids for Random {
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.next().to_be_bytes());
        }
        bytes
    }
}

/// The carrier's clock, which differs from the server's. While time passes, the server's background tasks run.
struct CarrierTime {
    clock: Arc<ManualClock>,
    offset: SignedDuration,
    intake: Arc<EventIntake>,
    notifications: Arc<Notifications>,
}

impl CarrierTime {
    async fn do_what_is_due(&self) {
        self.intake.drain().await;
        self.notifications.follow().await.unwrap();
        while self.notifications.deliver_due().await.unwrap() > 0 {}
    }
}

#[async_trait]
impl LineTime for CarrierTime {
    fn now(&self) -> Timestamp {
        self.clock.now() + self.offset
    }

    async fn pass(&self, mut time: Duration) {
        while !time.is_zero() {
            let slice = time.min(Duration::from_millis(2500));
            self.clock.advance(slice);
            self.do_what_is_due().await;
            time -= slice;
        }
    }

    fn reports_time(&self) -> bool {
        false
    }
}

/// A server that stores every webhook it receives.
struct Inbox {
    address: String,
    received: Arc<Mutex<Vec<Value>>>,
    _running: watch::Sender<bool>,
}

impl Inbox {
    async fn open() -> Self {
        let (stop, running) = watch::channel(false);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let into = received.clone();
        let endpoint = poem::endpoint::make(move |mut request: poem::Request| {
            let into = into.clone();
            async move {
                let body: Value = serde_json::from_slice(&request.take_body().into_bytes().await?)
                    .map_err(poem::error::BadRequest)?;
                into.lock().unwrap().push(body);
                Ok::<_, poem::Error>(poem::http::StatusCode::NO_CONTENT)
            }
        });
        tokio::spawn(serve(listener, Arc::new(endpoint.map_to_response().boxed()), running));
        Self { address, received, _running: stop }
    }

    fn recipient(&self, name: &str, outcomes: &[Outcome]) -> Recipient {
        let secret =
            WebhookSecret::parse(&"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz".to_owned().into()).unwrap();
        let rule = NotificationRule { outcomes: outcomes.to_vec(), ..NotificationRule::for_programs() };
        let by = By::Webhook(self.address.parse().unwrap(), secret);
        Recipient { name: name.into(), by, rule, language: EmailLanguage::default() }
    }

    /// The outcomes that were reported about the end of a call, in order, each with the kind of the notification.
    fn reported(&self, call: &str) -> Vec<(String, String)> {
        let received = self.received.lock().unwrap();
        let about = received.iter().filter(|message| message["data"]["provider_id"] == call);
        about
            .filter(|message| message["type"] == "call.ended" || message["type"] == "call.updated")
            .map(|message| {
                let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
                (word(&message["type"]), word(&message["data"]["outcome"]))
            })
            .collect()
    }
}

/// A random script for a caller and callees.
fn script(random: &Random) -> Script {
    let keys: &[&str] =
        random.one_of(&[&["1"][..], &["1"], &["1"], &["2"], &[], &["9", "1"], &["9", "9", "9"]]);
    let callees = [
        CalleeScript::Accept,
        CalleeScript::Accept,
        CalleeScript::Decline,
        CalleeScript::Machine,
        CalleeScript::HangUp,
        CalleeScript::Reject,
        CalleeScript::Busy,
        CalleeScript::NoAnswer,
        CalleeScript::Fail,
    ];
    let hangs_up = random.happens(25);
    Script {
        presses: keys.iter().map(|&key| key.to_owned()).collect(),
        message: random.happens(70).then(|| murmur(3 + u32::try_from(random.below(10)).unwrap())),
        hangs_up_after_message: random.happens(50),
        callees: [random.one_of(&callees), random.one_of(&callees)].into(),
        talk: Duration::from_secs(5 + random.below(60)),
        talk_ended_by: random.one_of(&[TalkEnd::Caller, TalkEnd::Callee]),
        hang_up_after: hangs_up.then(|| Duration::from_secs(1 + random.below(50))),
        line_breaks: hangs_up && random.happens(20),
    }
}

/// A call that was placed.
struct Placed {
    name: String,
    what: String,
    truth: Truth,
    lost: bool,
}

/// Places a random call, and waits for its last callback.
async fn place(desk: &Desk, random: &Random, screened: bool) -> Placed {
    let offset = random.one_of(&[0, 0, 1, -2, 45, -45, 120, -120]);
    let network = Arc::new(FaultyNetwork {
        random: random.clone(),
        jitter: Duration::from_millis(random.one_of(&[1, 150, 1500, 4000])),
        repeated_percent: 10,
        lost_percent: if random.happens(20) { 10 } else { 0 },
        lost: AtomicU32::new(0),
    });
    let events = Arc::new(Mutex::new(Vec::new()));
    let time = Arc::new(CarrierTime {
        clock: desk.clock.clone(),
        offset: SignedDuration::from_secs(offset),
        intake: desk.running.intake.clone(),
        notifications: desk.running.notifications.clone(),
    });
    let wire = desk.wire.clone().trying_once();
    let (heard, at) = (events.clone(), time.clone());
    let mut carrier =
        SimulatedCarrier::new(wire, &desk.url, time.clone(), Arc::new(random.clone()), desk.records.clone())
            .signing_for("https://desk.example/phone")
            .over(network.clone())
            .listened_by(move |event| heard.lock().unwrap().push((at.now(), event)));
    let refuses_caller_ids = random.happens(10);
    if refuses_caller_ids {
        carrier = carrier.accepting_caller_ids(|shown| shown == MAIN);
    }
    let script = script(random);
    let callees: Vec<CalleeScript> = script.callees.iter().copied().collect();
    let from = random.one_of(&CALLERS);
    let what = format!(
        "from {from:?}, clock {offset} s ahead, jitter {:?}, refused caller IDs {refuses_caller_ids}, keys {:?}, \
         callees {callees:?}, hangs up after {:?}",
        network.jitter, script.presses, script.hang_up_after
    );
    let call = NewCall { from: from.to_owned(), to: MAIN.into(), from_name: None };
    let report = carrier.place(call, &mut script.players()).await;
    assert_eq!(report.problems, Vec::<String>::new(), "the carrier reports problems: {what}");
    time.do_what_is_due().await;
    let truth = Truth::of(&events.lock().unwrap(), &callees, screened);
    Placed { name: report.call, what, truth, lost: network.lost.load(Ordering::Relaxed) > 0 }
}

#[tokio::test]
async fn rows_and_notifications_of_random_calls_equal_what_happened_on_the_line() {
    #[expect(clippy::disallowed_methods, reason = "the test command says how many calls")]
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (calls, seed) = (number("RANDOM_CALLS").unwrap_or(60), number("RANDOM_SEED").unwrap_or(1));
    let random = Random::new(seed);
    let mut wrong = Vec::new();
    let mut lost = 0;
    for screened in [true, false] {
        let (all, only_missed) = (Inbox::open().await, Inbox::open().await);
        let recipients = vec![
            all.recipient("all", Outcome::VARIANTS),
            only_missed.recipient("missed", &[Outcome::Missed]),
        ];
        let setting = Setting {
            forward_to: vec![FIRST, SECOND],
            screening: screened,
            recipients,
            ..Setting::default()
        };
        let desk = Desk::with(setting).await;
        desk.running.notifications.follow().await.unwrap();
        desk.clock.advance(Duration::from_secs(3600));
        let began = desk.clock.now();
        let mut placed = Vec::new();
        for _ in 0..calls / 2 {
            placed.push(place(&desk, &random, screened).await);
            desk.clock.advance(Duration::from_millis(random.below(20_000)));
        }
        desk.clock.advance(Duration::from_secs(600));
        let report = desk.running.maintenance.reconciliation.run(began - SignedDuration::from_mins(30)).await;
        let report = report.unwrap();
        desk.running.notifications.follow().await.unwrap();
        desk.clock.advance(Duration::from_secs(10));
        while desk.running.notifications.deliver_due().await.unwrap() > 0 {}
        lost += placed.iter().filter(|call| call.lost).count();
        assert!(usize::try_from(report.added).unwrap() <= placed.len());
        for call in &placed {
            let rows = desk.json(&format!("/api/v1/calls?provider_id={}", call.name)).await;
            let rows = rows["calls"].as_array().unwrap();
            assert_eq!(rows.len(), 1, "{}", call.what);
            let mut differences = call.truth.differences(&rows[0], call.lost);
            let reported = all.reported(&call.name);
            if reported.last().map(|(_, outcome)| outcome.as_str()) != Some(call.truth.outcome) {
                differences.push(format!("the last notification was {reported:?}"));
            }
            if !call.lost && reported.iter().any(|(_, outcome)| outcome != call.truth.outcome) {
                differences.push(format!("a notification was wrong: {reported:?}"));
            }
            let reports = only_missed.reported(&call.name);
            let reported_missed =
                reports.iter().any(|(kind, outcome)| kind == "call.ended" && outcome == "missed");
            if !call.lost && reported_missed != (call.truth.outcome == "missed") {
                differences.push(format!("reported as missed: {reports:?}"));
            }
            if !differences.is_empty() {
                let id = rows[0]["id"].as_str().unwrap();
                let events = desk.json(&format!("/api/v1/calls/{id}")).await["events"].to_string();
                let differences = differences.join("; ");
                wrong.push(format!("{differences}\n  {}\n  {:?}\n  {events}", call.what, call.truth));
            }
        }
    }
    println!("{calls} calls, callbacks lost in {lost}: {} rows or notifications wrong", wrong.len());
    assert!(wrong.is_empty(), "seed {seed}: {} of {calls} calls:\n{}", wrong.len(), wrong.join("\n"));
}
