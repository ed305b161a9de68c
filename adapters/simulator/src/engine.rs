//! A call, from the first ring to the last callback: asks for documents and obeys them.

mod dial;
mod record;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::Ids;
use jiff::Timestamp;

use crate::line_event::{LineEvent, Party};
use crate::people::{CallerAct, KeyAct, People};
use crate::rest::{Shelf, upload};
use crate::time::LineTime;
use crate::twiml::{Document, Verb};
use crate::wav::wav_seconds;
use crate::wire::{Fields, Wire};

/// More documents than this in one call is a loop.
const MAX_DOCUMENTS: usize = 200;

/// A call to place.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// The caller, in any form a carrier may send.
    pub from: String,
    /// The main number.
    pub to: String,
    /// The caller's name, if the carrier knows it.
    pub from_name: Option<String>,
}

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallReport {
    /// The carrier's name for the call.
    pub call: String,
    /// The carrier's last word.
    pub status: String,
    /// Whole seconds, as it would be billed.
    pub seconds: u64,
    /// Whether a message was recorded.
    pub recorded: bool,
    /// What the front desk did wrong.
    pub problems: Vec<String>,
}

/// Where recordings are stored.
#[derive(Debug, Clone)]
enum Keeper {
    Here(Arc<Shelf>),
    At(String),
}

/// The carrier.
#[derive(Clone)]
pub struct SimulatedCarrier {
    wire: Wire,
    base: String,
    time: Arc<dyn LineTime>,
    ids: Arc<dyn Ids>,
    keeper: Keeper,
    listener: Arc<dyn Fn(LineEvent) + Send + Sync>,
}

impl SimulatedCarrier {
    /// A carrier that calls the front desk at `base` and keeps recordings on its own shelf.
    pub fn new(
        wire: Wire,
        base: &str,
        time: Arc<dyn LineTime>,
        ids: Arc<dyn Ids>,
        shelf: Arc<Shelf>,
    ) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { wire, base, time, ids, keeper: Keeper::Here(shelf), listener: Arc::new(|_| ()) }
    }

    /// For a server whose public URL differs from the URL that it is reached by here: requests go to one and are
    /// signed for the other, as behind a proxy.
    #[must_use]
    pub fn signing_for(mut self, public: &str) -> Self {
        self.wire = self.wire.through(public, &self.base);
        public.trim_end_matches('/').clone_into(&mut self.base);
        self
    }

    /// For recordings stored by the simulated carrier whose REST base is `api_url`.
    #[must_use]
    pub fn storing_at(mut self, api_url: &str) -> Self {
        self.keeper = Keeper::At(api_url.to_owned());
        self
    }

    /// With a listener for the events on the line.
    #[must_use]
    pub fn listened_by(mut self, listener: impl Fn(LineEvent) + Send + Sync + 'static) -> Self {
        self.listener = Arc::new(listener);
        self
    }

    /// Places a call and stays with it until the last callback.
    pub async fn place(&self, call: NewCall, people: &mut dyn People) -> CallReport {
        let sid = self.sid("CA");
        self.report(LineEvent::Placed { call: sid.clone(), from: call.from.clone(), to: call.to.clone() });
        let mut line = Line {
            carrier: self,
            people,
            sid,
            call,
            answered_at: None,
            unanswered_status: "no-answer",
            ended_by: "desk",
            recorded: false,
            problems: Vec::new(),
        };
        line.run().await;
        line.finish().await
    }

    fn sid(&self, kind: &str) -> String {
        format!("{kind}{}", hex::encode(&self.ids.random()[16..]))
    }

    fn report(&self, event: LineEvent) {
        (self.listener)(event);
    }

    /// The time, for requests in which Twilio leaves it out: a call that runs faster than real time has its own
    /// clock.
    fn callback_time(&self) -> Option<(&'static str, String)> {
        self.time.reports_time().then(|| ("Timestamp", self.stamp()))
    }

    fn stamp(&self) -> String {
        let now = self.time.now();
        jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&now)
            .map_or_else(|_| String::new(), |text| text.replace("GMT", "+0000"))
    }
}

/// What comes after a verb.
enum Next {
    /// The next verb of the same document.
    Verb,
    /// Requests a document: its address and parameters.
    Document(String, Fields),
    /// The call is over.
    End,
}

/// One call in progress.
struct Line<'a> {
    carrier: &'a SimulatedCarrier,
    people: &'a mut dyn People,
    sid: String,
    call: NewCall,
    answered_at: Option<Timestamp>,
    unanswered_status: &'static str,
    ended_by: &'static str,
    recorded: bool,
    problems: Vec<String>,
}

impl Line<'_> {
    async fn run(&mut self) {
        let mut url = format!("{}/twilio/voice", self.carrier.base);
        let mut extra = Fields::new();
        for _ in 0..MAX_DOCUMENTS {
            let Some(Document(verbs)) = self.document(&url, &extra).await else { return };
            let mut next = Next::End;
            for verb in verbs {
                next = self.obey(verb, &url).await;
                if !matches!(next, Next::Verb) {
                    break;
                }
            }
            match next {
                Next::Document(to, fields) => (url, extra) = (to, fields),
                // The end of a document hangs up.
                Next::Verb | Next::End => return,
            }
        }
        self.problem(format!("more than {MAX_DOCUMENTS} documents in one call"));
    }

    /// The caller's own fields, at that status.
    fn fields(&self, status: &str) -> Fields {
        let NewCall { from, to, from_name } = &self.call;
        let mut fields: Fields = vec![
            ("AccountSid", self.carrier.wire.credentials.account_sid.clone()),
            ("ApiVersion", "2010-04-01".into()),
            ("CallSid", self.sid.clone()),
            ("CallStatus", status.to_owned()),
            ("Called", to.clone()),
            ("Caller", from.clone()),
            ("Direction", "inbound".into()),
            ("From", from.clone()),
            // Often there but empty.
            ("FromCity", String::new()),
            ("To", to.clone()),
        ];
        if let Some(name) = from_name {
            fields.push(("CallerName", name.clone()));
        }
        fields
    }

    fn status(&self) -> &'static str {
        if self.answered_at.is_some() { "in-progress" } else { "ringing" }
    }

    /// Asks for a document; if the answer is unusable, asks the fallback; if that is too, the call is lost.
    async fn document(&mut self, url: &str, extra: &Fields) -> Option<Document> {
        let mut fields = self.fields(self.status());
        fields.extend(self.carrier.callback_time());
        fields.extend(extra.iter().cloned());
        let (code, why) = match self.fetch(url, &fields).await {
            Ok(document) => return Some(document),
            Err(failure) => failure,
        };
        self.problem(format!("{why} ({code}); the fallback is asked"));
        let mut fields = self.fields(self.status());
        let bare = url.split('#').next().unwrap_or(url);
        fields.extend([("ErrorCode", code.to_string()), ("ErrorUrl", bare.to_owned())]);
        match self.fetch(&format!("{}/twilio/fallback", self.carrier.base), &fields).await {
            Ok(document) => Some(document),
            Err((code, why)) => {
                self.problem(format!(
                    "the fallback failed too: {why} ({code}): \"an application error has occurred\""
                ));
                None
            }
        }
    }

    async fn fetch(&self, url: &str, fields: &Fields) -> Result<Document, (u16, String)> {
        match self.carrier.wire.post(url, fields).await {
            Ok((200, body)) => Document::parse(&body).map_err(|error| (12100, error.to_string())),
            Ok((status, _)) => Err((11200, format!("the answer had status {status}"))),
            Err(why) => Err((11205, format!("no answer: {why}"))),
        }
    }

    fn problem(&mut self, text: String) {
        self.carrier.report(LineEvent::Problem { text: text.clone() });
        self.problems.push(text);
    }

    /// Sends a status callback. A failure does not change the call.
    async fn callback(&mut self, url: &str, fields: &Fields) {
        match self.carrier.wire.post(url, fields).await {
            Ok((200..=299, _)) => {}
            Ok((status, _)) => self.problem(format!("a callback got status {status}")),
            Err(why) => self.problem(format!("a callback got no answer: {why}")),
        }
    }

    fn answer(&mut self) {
        let now = self.carrier.time.now();
        self.answered_at.get_or_insert(now);
    }

    async fn obey(&mut self, verb: Verb, here: &str) -> Next {
        if !matches!(verb, Verb::Pause(_) | Verb::Redirect(_) | Verb::Reject(_)) {
            self.answer();
        }
        match verb {
            Verb::Say(_) | Verb::Play(_) => {
                let length = self.play_all(Party::Caller, &[verb]).await;
                self.listen(length).await
            }
            Verb::Pause(seconds) => self.listen(Duration::from_secs(seconds)).await,
            Verb::Gather { prompts, action, timeout, action_on_empty, .. } => {
                let length = self.play_all(Party::Caller, &prompts).await;
                self.carrier.report(LineEvent::KeyRequested { party: Party::Caller });
                let (act, time) = self.people.caller_key(length, Duration::from_secs(timeout)).await;
                self.carrier.time.pass(time).await;
                let action = action.unwrap_or_else(|| here.to_owned());
                match act {
                    KeyAct::Press(keys) => {
                        self.carrier.report(LineEvent::Pressed { party: Party::Caller, keys: keys.clone() });
                        Next::Document(action, vec![("Digits", keys), ("msg", "Gather End".into())])
                    }
                    KeyAct::Silence => {
                        self.carrier.report(LineEvent::Silent { party: Party::Caller });
                        if action_on_empty {
                            Next::Document(action, vec![("Digits", String::new())])
                        } else {
                            Next::Verb
                        }
                    }
                    KeyAct::HangUp | KeyAct::CallerHungUp => self.caller_left(),
                }
            }
            Verb::Dial { action, timeout, time_limit, caller_id, numbers } => {
                self.dial(action, timeout, time_limit, caller_id, numbers).await
            }
            Verb::Record {
                action,
                max_length,
                finish_on_key,
                status_callback,
                status_events,
                transcribe_callback,
            } => {
                let action = action.unwrap_or_else(|| here.to_owned());
                let news = (status_callback, status_events.as_slice());
                self.record(action, max_length, &finish_on_key, news, transcribe_callback).await
            }
            Verb::Redirect(url) => Next::Document(url, Fields::new()),
            Verb::Hangup => Next::End,
            Verb::Reject(busy) => {
                self.unanswered_status = if busy { "busy" } else { "no-answer" };
                Next::End
            }
        }
    }

    fn caller_left(&mut self) -> Next {
        self.ended_by = "caller";
        Next::End
    }

    async fn listen(&mut self, length: Duration) -> Next {
        let (act, time) = self.people.caller_listens(length).await;
        self.carrier.time.pass(time).await;
        match act {
            CallerAct::Listen => Next::Verb,
            CallerAct::HangUp => self.caller_left(),
        }
    }

    /// Reports a prompt, and how long it takes to say.
    async fn play_all(&mut self, party: Party, prompts: &[Verb]) -> Duration {
        let mut length = Duration::ZERO;
        for prompt in prompts {
            length += match prompt {
                Verb::Say(text) => {
                    self.carrier.report(LineEvent::Heard { party, text: text.clone() });
                    speaking_time(text)
                }
                Verb::Play(url) => self.play(party, url).await,
                Verb::Pause(seconds) => Duration::from_secs(*seconds),
                _ => Duration::ZERO,
            };
        }
        length
    }

    /// Plays audio; what cannot be fetched is silence (Twilio, error 11200).
    async fn play(&mut self, party: Party, url: &str) -> Duration {
        match self.carrier.wire.fetch_audio(url).await {
            Ok((kind, audio)) => {
                let seconds = wav_seconds(&audio).ok();
                let length = seconds.map_or_else(|| "?".to_owned(), |seconds| seconds.to_string());
                self.carrier.report(LineEvent::Heard { party, text: format!("[{kind}, {length} s]") });
                Duration::from_secs(u64::from(seconds.unwrap_or(3)))
            }
            Err(why) => {
                self.problem(format!("what was to be played could not be fetched: {why} (11200)"));
                Duration::ZERO
            }
        }
    }

    async fn keep(&mut self, audio: bytes::Bytes) -> String {
        let sid = self.carrier.sid("RE");
        self.recorded = true;
        match &self.carrier.keeper {
            Keeper::Here(shelf) => shelf.keep(&sid, audio),
            Keeper::At(api_url) => {
                if let Err(why) = upload(&self.carrier.wire, api_url, &sid, audio).await {
                    self.problem(format!("the recording could not be stored: {why}"));
                }
            }
        }
        sid
    }

    /// The last callback.
    async fn finish(mut self) -> CallReport {
        let now = self.carrier.time.now();
        let status = match self.answered_at {
            _ if self.people.line_broke() => "failed",
            Some(_) => "completed",
            None => self.unanswered_status,
        };
        let seconds = self.answered_at.map_or(0, |at| whole_seconds(at, now));
        let mut fields = self.fields(status);
        fields.extend([
            ("CallDuration", seconds.to_string()),
            ("Duration", seconds.div_ceil(60).to_string()),
            ("Timestamp", self.carrier.stamp()),
            ("CallbackSource", "call-progress-events".into()),
            ("SequenceNumber", "0".into()),
        ]);
        let url = format!("{}/twilio/status", self.carrier.base);
        self.callback(&url, &fields).await;
        self.carrier.report(LineEvent::Ended { by: self.ended_by.into(), status: status.into(), seconds });
        CallReport {
            call: self.sid,
            status: status.to_owned(),
            seconds,
            recorded: self.recorded,
            problems: self.problems,
        }
    }
}

/// How long a voice takes to say it.
fn speaking_time(text: &str) -> Duration {
    Duration::from_millis(400 + 65 * u64::try_from(text.chars().count()).unwrap_or(0))
}

fn whole_seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from((to.as_millisecond() - from.as_millisecond() + 500) / 1000).unwrap_or(0)
}
