//! A call, from the first ring to the last callback: requests documents and executes them.

mod callbacks;
mod dial;
mod record;
mod storage;

use std::time::Duration;

use jiff::Timestamp;

use crate::carrier::{CallReport, NewCall, SimulatedCarrier};
use crate::line_event::{LineEvent, Party};
use crate::people::{CallerAct, KeyAct, People};
use crate::records::CallRecord;
use crate::twiml::{Document, Verb};
use crate::wav::wav_seconds;
use crate::wire::Fields;
use callbacks::Callback;

/// The maximum number of documents per call; more count as a loop.
const MAX_DOCUMENTS: usize = 200;

/// What to do after a verb.
enum Next {
    /// The next verb of the same document.
    Verb,
    /// Request a document: its URL and parameters.
    Document(String, Fields),
    /// The call is over.
    End,
}

/// One call in progress.
pub(crate) struct Line<'a> {
    carrier: &'a SimulatedCarrier,
    people: &'a mut dyn People,
    sid: String,
    call: NewCall,
    began_at: Timestamp,
    answered_at: Option<Timestamp>,
    in_transit: Vec<Callback>,
    unanswered_status: &'static str,
    ended_by: &'static str,
    recorded: bool,
    problems: Vec<String>,
}

impl<'a> Line<'a> {
    pub(crate) fn new(
        carrier: &'a SimulatedCarrier,
        people: &'a mut dyn People,
        sid: String,
        call: NewCall,
    ) -> Self {
        Self {
            carrier,
            people,
            sid,
            call,
            began_at: carrier.time.now(),
            answered_at: None,
            in_transit: Vec::new(),
            unanswered_status: "no-answer",
            ended_by: "desk",
            recorded: false,
            problems: Vec::new(),
        }
    }
}

impl Line<'_> {
    pub(crate) async fn run(&mut self) {
        let mut url = format!("{}/twilio/voice", self.carrier.base);
        let mut extra = Fields::new();
        for _ in 0..MAX_DOCUMENTS {
            let Some(Document(verbs)) = self.document(&url, &extra).await else { return };
            let mut next = Next::End;
            for verb in verbs {
                next = self.execute(verb, &url).await;
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

    /// The fields of a request about the caller's leg, with this status.
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
            // Twilio often sends this field empty.
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

    /// Requests a document. If the answer is unusable, requests the fallback; if that is unusable too, the call fails.
    async fn document(&mut self, url: &str, extra: &Fields) -> Option<Document> {
        let mut fields = self.fields(self.status());
        fields.extend(self.carrier.callback_time());
        fields.extend(extra.iter().cloned());
        let (code, why) = match self.fetch(url, &fields).await {
            Ok(document) => return Some(document),
            Err(failure) => failure,
        };
        self.problem(format!("{why} ({code}); requesting the fallback"));
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
        if self.carrier.network.repeats_request() {
            let _lost = self.carrier.wire.post(url, fields).await;
        }
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

    fn answer(&mut self) {
        let now = self.carrier.time.now();
        self.answered_at.get_or_insert(now);
    }

    async fn execute(&mut self, verb: Verb, here: &str) -> Next {
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
                self.pass(time).await;
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
        self.pass(time).await;
        match act {
            CallerAct::Listen => Next::Verb,
            CallerAct::HangUp => self.caller_left(),
        }
    }

    /// Reports prompts, and returns how long they take.
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

    /// Plays audio; audio that cannot be fetched is replaced by silence (Twilio, error 11200).
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

    /// Stores the call's record, sends the last callback and returns the report.
    pub(crate) async fn finish(mut self) -> CallReport {
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
        let NewCall { from, to, from_name } = self.call.clone();
        let record = CallRecord {
            sid: self.sid.clone(),
            parent_call_sid: None,
            from,
            to,
            caller_name: from_name,
            status: status.to_owned(),
            direction: "inbound".to_owned(),
            started_at: self.began_at,
            ended_at: now,
            seconds,
        };
        self.store_call(record).await;
        self.callback(&url, &fields).await;
        self.carrier.report(LineEvent::Ended { by: self.ended_by.into(), status: status.into(), seconds });
        while let Some(last) = self.in_transit.iter().map(|callback| callback.arrives_at).max() {
            self.pass(self.remaining(last)).await;
        }
        CallReport {
            call: self.sid,
            status: status.to_owned(),
            seconds,
            recorded: self.recorded,
            problems: self.problems,
        }
    }
}

/// How long a voice takes to read a text out.
fn speaking_time(text: &str) -> Duration {
    Duration::from_millis(400 + 65 * u64::try_from(text.chars().count()).unwrap_or(0))
}

fn whole_seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from((to.as_millisecond() - from.as_millisecond() + 500) / 1000).unwrap_or(0)
}
