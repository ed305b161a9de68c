//! A running server with a simulated caller.
use std::sync::Arc;
use std::time::Duration;

use adapters_memory::{ManualClock, SeededIds};
use adapters_recordings::Place;
use adapters_simulator::{
    CallReport, CalleeScript, CarrierRecords, Credentials, LineTime, NewCall, Script, ScriptTime,
    SimulatedCarrier, TalkEnd, Wire, rest_routes,
};
use adapters_transcription::Command;
use async_trait::async_trait;
use bytes::Bytes;
use frontdesk::config::{Config, FlowText, Needs, Recipient, Settings, SignInSettings, Smtp};
use frontdesk::wiring::{AppBuilder, Running};
use frontdesk_domain::{BuiltinFlow, Timestamp, builtin_flow};
use frontdesk_ports::{Account, Clock, PublicUrl};
use frontdesk_server::serve;
use frontdesk_services::event_intake::Drained;
use frontdesk_services::flow_versions::FlowWithAudio;
use frontdesk_services::restrictions::Caps;
use frontdesk_services::voicemail_jobs::WorkOutcome;
use poem::EndpointExt;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::fault_proxy::FaultProxy;

pub const TOKEN: &str = "the tests' token";
pub const PASSWORD: &str = "the tests' password";
pub const CALLER: &str = "+33123456789";
pub const MAIN: &str = "+15556667777";
pub const FIRST: &str = "+33611223344";
pub const SECOND: &str = "+33611223355";
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const SECRET: &str = "12345";

/// The time of a call, which advances the shared clock.
struct SharedTime(Arc<ManualClock>);

#[async_trait]
impl LineTime for SharedTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn pass(&self, time: Duration) {
        self.0.advance(time);
    }

    fn reports_time(&self) -> bool {
        false
    }
}

/// A running server.
pub struct Desk {
    pub url: String,
    pub clock: Arc<ManualClock>,
    pub records: Arc<CarrierRecords>,
    pub http: reqwest::Client,
    pub folder: tempfile::TempDir,
    pub running: Running,
    /// The proxy in front of the carrier's REST API.
    pub carrier: FaultProxy,
    pub wire: Wire,
    _running: watch::Sender<bool>,
}

/// The settings of a test server, with defaults.
pub struct Setting {
    pub forward_to: Vec<&'static str>,
    pub screening: bool,
    pub database_url: Option<String>,
    pub folder: Option<tempfile::TempDir>,
    /// Replaces the built-in flow.
    pub flow: Option<FlowWithAudio>,
    pub caps: Caps,
    pub recipients: Vec<Recipient>,
    pub smtp: Option<Smtp>,
    pub transcription: Option<Command>,
    pub sign_in: SignInSettings,
    pub requests_per_minute: u32,
    /// The password of the user `admin`; `None` for a server without users.
    pub admin_password: Option<&'static str>,
    /// The public URL of the configuration.
    pub public: String,
    /// The feed URL of the configuration.
    pub feed: String,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            forward_to: vec![FIRST],
            screening: true,
            database_url: None,
            folder: None,
            flow: None,
            caps: Caps::default(),
            recipients: Vec::new(),
            smtp: None,
            transcription: None,
            sign_in: SignInSettings::default(),
            requests_per_minute: 100_000,
            admin_password: Some(PASSWORD),
            public: "https://desk.example/phone".into(),
            feed: "https://desk.example".into(),
        }
    }
}

async fn port() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn built_in(settings: &BuiltinFlow) -> FlowWithAudio {
    FlowWithAudio { flow: builtin_flow(settings).unwrap(), audio: Vec::new() }
}

/// Parses a flow; `folder` contains its audio files.
pub fn written(text: &str, folder: &std::path::Path) -> FlowWithAudio {
    let text = FlowText { name: "test".into(), text: text.into(), table: "flow", folder: folder.to_owned() };
    text.read(
        &jiff::tz::TimeZone::UTC,
        &BuiltinFlow { time_limit: Duration::from_secs(3600), ..BuiltinFlow::default() },
    )
    .unwrap()
}

impl Desk {
    /// A server with this flow.
    pub async fn with_flow(text: &str) -> Self {
        let flow = written(text, std::path::Path::new("."));
        Self::with(Setting { flow: Some(flow), ..Setting::default() }).await
    }

    pub async fn start() -> Self {
        Self::with(Setting::default()).await
    }

    pub async fn with(setting: Setting) -> Self {
        frontdesk::system::install_tls();
        let clock = Arc::new(ManualClock::at("2026-11-22T09:00:00Z".parse().unwrap()));
        let ids = Arc::new(SeededIds::default());
        let folder = setting.folder.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let credentials = Credentials { account_sid: ACCOUNT.into(), auth_token: SECRET.into() };
        let records = Arc::new(CarrierRecords::default());
        let (stop, running) = watch::channel(false);
        let (rest, _) = port().await;
        let carrier = FaultProxy::to(rest.local_addr().unwrap()).await;
        let api_url = format!("http://{}", carrier.address);
        let rest_api = rest_routes(&credentials, records.clone()).boxed();
        tokio::spawn(serve(rest, Arc::new(rest_api), running.clone()));

        let (listener, url) = port().await;
        let forward_to = setting.forward_to.iter().map(|number| number.parse().unwrap()).collect();
        let flow = BuiltinFlow { forward_to, screening: setting.screening, ..BuiltinFlow::default() };
        let database = format!("sqlite://{}", folder.path().join("frontdesk.db").display());
        let settings = Config::from_settings(Settings::default(), Needs::Nothing).unwrap();
        let config = Config {
            public_url: Some(PublicUrl::parse(&setting.public).unwrap()),
            feed_url: Some(setting.feed.parse().unwrap()),
            account: Some(Account {
                carrier: frontdesk::carrier::NAME.into(),
                sid: ACCOUNT.into(),
                tokens: vec![SECRET.into()],
                signing_keys: Vec::new(),
                api_url: api_url.parse().unwrap(),
            }),
            flow: Some(setting.flow.unwrap_or_else(|| built_in(&flow))),
            caps: setting.caps,
            recipients: setting.recipients,
            smtp: setting.smtp,
            database_url: setting.database_url.unwrap_or(database),
            database_read_url: None,
            recordings: Place::folder(&folder.path().join("recordings")),
            transcription: setting.transcription,
            spool: folder.path().join("spool"),
            admin_password: setting.admin_password.map(Into::into),
            api_token: Some(TOKEN.into()),
            sign_in: setting.sign_in,
            requests_per_minute: setting.requests_per_minute.try_into().unwrap(),
            ..settings
        };
        let builder = AppBuilder::new(config).with_clock_and_ids(clock.clone(), ids);
        let app = Box::pin(builder.build()).await.unwrap();
        let (routes, desk_running) = app.together();
        tokio::spawn(serve(listener, routes, running));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let wire = Wire::new(credentials, reqwest::Client::builder().no_proxy()).unwrap();
        Self { url, clock, records, http, folder, running: desk_running, carrier, wire, _running: stop }
    }

    /// Places a call.
    pub fn call(&self) -> Caller<'_> {
        Caller {
            desk: self,
            script: Script { talk: Duration::from_secs(30), ..Script::default() },
            from: CALLER.into(),
            to: MAIN.into(),
            at: None,
            own_time: false,
        }
    }

    /// Runs all jobs that are due, and fails if other jobs are left.
    pub async fn work(&self) {
        for worker in &self.running.workers {
            while let WorkOutcome::Worked(_) = worker.run_once().await.unwrap() {}
            assert_eq!(worker.run_once().await.unwrap(), WorkOutcome::Idle(None), "a job is left");
        }
    }

    /// Writes the buffered events to the log.
    pub async fn drain(&self) {
        while self.running.intake.drain_once().await != Drained::Empty {
            tokio::task::yield_now().await;
        }
    }

    /// Runs one round of jobs, without a check of the result.
    pub async fn work_once(&self) -> WorkOutcome {
        self.running.workers[0].run_once().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(format!("{}{path}", self.url)).bearer_auth(TOKEN).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    /// All calls, newest first.
    pub async fn calls(&self) -> Vec<Value> {
        self.json("/api/v1/calls").await["calls"].as_array().unwrap().clone()
    }

    /// How the last call ended, and why.
    pub async fn last_verdict(&self) -> String {
        let row = self.calls().await.remove(0);
        let word = |field: &str| row[field].as_str().unwrap_or("-").to_owned();
        format!("{}/{}", word("outcome"), word("outcome_reason"))
    }

    /// Advances the clock to this time.
    pub fn until(&self, instant: &str) {
        let wait = self.clock.now().duration_until(instant.parse().unwrap());
        self.clock.advance(wait.try_into().expect("a later instant"));
    }

    /// The only call; fails if there are more or none.
    pub async fn row(&self) -> Value {
        let calls = self.calls().await;
        assert_eq!(calls.len(), 1, "{calls:#?}");
        calls[0].clone()
    }
}

/// A builder of a simulated call.
pub struct Caller<'d> {
    desk: &'d Desk,
    script: Script,
    from: String,
    to: String,
    at: Option<String>,
    own_time: bool,
}

impl Caller<'_> {
    /// The call has a clock of its own, as with `frontdesk call --speed 0`: the server's clock does not advance.
    pub fn in_its_own_time(mut self) -> Self {
        self.own_time = true;
        self
    }

    /// Caller and callees follow this script.
    pub fn with_script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// The caller dials this number of the company.
    pub fn to(mut self, number: &str) -> Self {
        self.to = number.into();
        self
    }

    /// The carrier's requests go to this URL, and not to the server.
    pub fn at(mut self, url: &str) -> Self {
        self.at = Some(url.into());
        self
    }

    pub fn from(mut self, from: &str) -> Self {
        self.from = from.into();
        self
    }

    pub fn presses(mut self, keys: &str) -> Self {
        self.script.presses.push_back(keys.into());
        self
    }

    pub fn each_phone(mut self, callees: &[CalleeScript]) -> Self {
        self.script.callees = callees.iter().copied().collect();
        self
    }

    pub fn leaves(mut self, message: Bytes) -> Self {
        self.script.message = Some(message);
        self
    }

    pub fn ends_message_by_key(mut self) -> Self {
        self.script.hangs_up_after_message = false;
        self
    }

    pub fn hangs_up_after(mut self, seconds: u64) -> Self {
        self.script.hang_up_after = Some(Duration::from_secs(seconds));
        self
    }

    pub fn line_breaks_after(self, seconds: u64) -> Self {
        let mut caller = self.hangs_up_after(seconds);
        caller.script.line_breaks = true;
        caller
    }

    pub fn callee_ends(mut self) -> Self {
        self.script.talk_ended_by = TalkEnd::Callee;
        self
    }

    /// Places the call and waits for the last callback. Fails if the carrier reports a problem with the server's answers.
    pub async fn place(self) -> CallReport {
        let report = self.place_ignoring_problems().await;
        assert_eq!(report.problems, Vec::<String>::new(), "the carrier reports problems");
        report
    }

    /// Like `place`, but ignores the carrier's problems.
    pub async fn place_ignoring_problems(self) -> CallReport {
        let time: Arc<dyn LineTime> = if self.own_time {
            Arc::new(ScriptTime::from(self.desk.clock.now(), 0))
        } else {
            Arc::new(SharedTime(self.desk.clock.clone()))
        };
        let ids = Arc::new(frontdesk::system::SystemIds);
        let carrier = SimulatedCarrier::new(
            self.desk.wire.clone().trying_once(),
            self.at.as_ref().unwrap_or(&self.desk.url),
            time,
            ids,
            self.desk.records.clone(),
        );
        let carrier = match self.at {
            None => carrier.signing_for("https://desk.example/phone"),
            Some(_) => carrier,
        };
        let call = NewCall { from: self.from, to: self.to, from_name: None };
        let report = carrier.place(call, &mut self.script.players()).await;
        self.desk.running.intake.drain().await;
        report
    }
}
