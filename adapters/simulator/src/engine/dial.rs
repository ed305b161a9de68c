//! `<Dial>`: the callee's leg, from the first ring to its last callback.
use std::time::Duration;

use jiff::Timestamp;

use super::{Line, Next, whole_seconds};
use crate::line_event::{LineEvent, Party};
use crate::people::{KeyAct, RingEnd, TalkEnd};
use crate::records::CallRecord;
use crate::twiml::{Document, Number, Verb};
use crate::wire::Fields;

/// How a callee's document ends.
enum Whisper {
    /// The document ended: the parties are connected.
    Bridge,
    /// By `<Hangup/>`, or because the document is unusable.
    Refused,
    /// The callee hung up.
    CalleeLeft,
    /// The caller hung up meanwhile.
    CallerLeft,
}

/// A callee's leg.
struct Leg<'n> {
    sid: String,
    number: &'n Number,
    shown: String,
    began_at: Timestamp,
    sequence: u32,
}

/// How an attempt ended, in the values of the action request.
struct Attempt {
    status: &'static str,
    bridged: bool,
    seconds: Option<u64>,
    sid: String,
    caller_left: bool,
}

impl Line<'_> {
    /// Rings all numbers at once; when the first is picked up, the others stop ringing.
    pub(super) async fn dial(
        &mut self,
        action: Option<String>,
        timeout: u64,
        time_limit: u64,
        caller_id: Option<String>,
        numbers: Vec<Number>,
    ) -> Next {
        let shown = caller_id.unwrap_or_else(|| self.call.from.clone());
        let legs = numbers.iter().map(|number| Leg {
            sid: self.carrier.sid("CA"),
            number,
            shown: shown.clone(),
            began_at: self.carrier.time.now(),
            sequence: 0,
        });
        let legs: Vec<Leg<'_>> = legs.collect();
        let last = self.ring(legs, timeout, time_limit).await;
        let Some(Attempt { status, bridged, seconds, sid, caller_left }) = last else { return Next::Verb };
        let mut result_fields: Fields = vec![
            ("DialCallStatus", status.into()),
            ("DialCallSid", sid),
            ("DialBridged", bridged.to_string()),
        ];
        result_fields.extend(seconds.map(|seconds| ("DialCallDuration", seconds.to_string())));
        if caller_left {
            self.ended_by = "caller";
            if let Some(url) = action {
                let mut fields = self.fields("completed");
                fields.extend(self.carrier.callback_time());
                fields.extend(result_fields);
                self.callback(&url, &fields).await;
            }
            return Next::End;
        }
        match action {
            Some(url) => Next::Document(url, result_fields),
            None => Next::Verb,
        }
    }

    async fn ring(&mut self, mut legs: Vec<Leg<'_>>, timeout: u64, time_limit: u64) -> Option<Attempt> {
        for leg in &mut legs {
            self.carrier.report(LineEvent::Ringing { number: leg.number.text.clone() });
            self.leg_event(leg, "initiated", "initiated", None, None).await;
            self.leg_event(leg, "ringing", "ringing", None, None).await;
        }
        // The networks refuse the caller ID, and no phone rings.
        if legs.first().is_some_and(|leg| !(self.carrier.accepts_caller_id)(&leg.shown)) {
            return self.refused(legs).await;
        }
        let numbers: Vec<String> = legs.iter().map(|leg| leg.number.text.clone()).collect();
        let ends = self.people.phones_ring(&numbers, Duration::from_secs(timeout)).await;
        let ended_by = |end: RingEnd| ends.iter().position(|(got, _)| *got == end);
        let decided = ended_by(RingEnd::Answered).or_else(|| ended_by(RingEnd::CallerHungUp));
        let time = match decided {
            Some(place) => ends[place].1,
            None => ends.iter().map(|(_, time)| *time).max().unwrap_or_default(),
        };
        self.pass(time).await;
        let (mut picked_up, mut last) = (None, None);
        for (place, mut leg) in legs.into_iter().enumerate() {
            // Phones that are still ringing stop.
            let end = ends.get(place).filter(|(_, at)| decided.is_none_or(|d| d == place || *at < time));
            let end = end.map_or(RingEnd::CallerHungUp, |(end, _)| *end);
            let (status, sip) = match end {
                RingEnd::Answered => ("answered", 200),
                RingEnd::Busy => ("busy", 486),
                RingEnd::NoAnswer => ("no-answer", 487),
                RingEnd::Declined => ("no-answer", 603),
                RingEnd::Failed => ("failed", 404),
                RingEnd::CallerHungUp => ("canceled", 487),
            };
            let number = leg.number.text.clone();
            self.carrier.report(LineEvent::RingEnded { number, status: status.into() });
            if end == RingEnd::Answered {
                picked_up = Some(leg);
                continue;
            }
            self.leg_ended(&mut leg, status, 0, sip).await;
            let caller_left = decided.is_some_and(|d| ends[d].0 == RingEnd::CallerHungUp);
            last = Some(Attempt { status, bridged: false, seconds: None, sid: leg.sid, caller_left });
        }
        match picked_up {
            Some(leg) => Some(self.answered(leg, time_limit).await),
            None => last,
        }
    }

    /// Every leg fails: the networks do not accept the caller ID.
    async fn refused(&mut self, legs: Vec<Leg<'_>>) -> Option<Attempt> {
        let mut last = None;
        for mut leg in legs {
            let number = leg.number.text.clone();
            self.carrier.report(LineEvent::RingEnded { number, status: "failed".into() });
            self.leg_ended(&mut leg, "failed", 0, 403).await;
            last = Some(Attempt {
                status: "failed",
                bridged: false,
                seconds: None,
                sid: leg.sid,
                caller_left: false,
            });
        }
        last
    }

    async fn answered(&mut self, mut leg: Leg<'_>, time_limit: u64) -> Attempt {
        let picked_up = self.carrier.time.now();
        self.leg_event(&mut leg, "answered", "in-progress", None, None).await;
        let whisper = match leg.number.url.clone() {
            Some(url) => self.whisper(&leg, url).await,
            None => Whisper::Bridge,
        };
        let bridged = matches!(whisper, Whisper::Bridge);
        let mut caller_left = matches!(whisper, Whisper::CallerLeft);
        if bridged {
            self.carrier.report(LineEvent::Bridged);
            let (end, time) = self.people.talk(Duration::from_secs(time_limit)).await;
            self.pass(time).await;
            self.carrier.report(LineEvent::Talked { seconds: time.as_secs() });
            caller_left = end == TalkEnd::Caller;
        }
        let seconds = whole_seconds(picked_up, self.carrier.time.now());
        self.leg_ended(&mut leg, "completed", seconds, 200).await;
        if !caller_left && bridged {
            self.ended_by = "callee";
        }
        Attempt { status: "completed", bridged, seconds: Some(seconds), sid: leg.sid, caller_left }
    }

    /// The fields of a request about the callee's leg.
    fn leg_fields(&self, leg: &Leg<'_>, status: &str) -> Fields {
        vec![
            ("AccountSid", self.carrier.wire.credentials.account_sid.clone()),
            ("ApiVersion", "2010-04-01".into()),
            ("CallSid", leg.sid.clone()),
            ("ParentCallSid", self.sid.clone()),
            ("CallStatus", status.to_owned()),
            ("Direction", "outbound-dial".into()),
            ("From", leg.shown.clone()),
            ("To", leg.number.text.clone()),
        ]
    }

    async fn leg_event(
        &mut self,
        leg: &mut Leg<'_>,
        event: &str,
        status: &str,
        seconds: Option<u64>,
        sip: Option<u16>,
    ) {
        let Some(url) = leg.number.status_callback.clone() else { return };
        if !leg.number.status_events.iter().any(|wanted| wanted == event) {
            return;
        }
        let mut fields = self.leg_fields(leg, status);
        fields.extend([
            ("Timestamp", self.carrier.stamp()),
            ("CallbackSource", "call-progress-events".into()),
            ("SequenceNumber", leg.sequence.to_string()),
        ]);
        fields.extend(seconds.map(|seconds| ("CallDuration", seconds.to_string())));
        fields.extend(sip.map(|sip| ("SipResponseCode", sip.to_string())));
        leg.sequence += 1;
        self.callback(&url, &fields).await;
    }

    /// Ends a leg: stores its record and sends its last callback.
    async fn leg_ended(&mut self, leg: &mut Leg<'_>, status: &str, seconds: u64, sip: u16) {
        let record = CallRecord {
            sid: leg.sid.clone(),
            parent_call_sid: Some(self.sid.clone()),
            from: leg.shown.clone(),
            to: leg.number.text.clone(),
            caller_name: None,
            status: status.to_owned(),
            direction: "outbound-dial".to_owned(),
            started_at: leg.began_at,
            ended_at: self.carrier.time.now(),
            seconds,
        };
        self.store_call(record).await;
        self.leg_event(leg, "completed", status, Some(seconds), Some(sip)).await;
    }

    /// The document that the callee hears before being connected.
    async fn whisper(&mut self, leg: &Leg<'_>, mut url: String) -> Whisper {
        let mut extra = Fields::new();
        for _ in 0..super::MAX_DOCUMENTS {
            let mut fields = self.leg_fields(leg, "in-progress");
            fields.extend(self.carrier.callback_time());
            fields.extend(extra.clone());
            let Document(verbs) = match self.fetch(&url, &fields).await {
                Ok(document) => document,
                Err((code, why)) => {
                    self.problem(format!("the callee's document: {why} ({code})"));
                    return Whisper::Refused;
                }
            };
            let mut next = None;
            for verb in verbs {
                match self.whisper_verb(verb, &url).await {
                    Ok(None) => {}
                    Ok(Some(go)) => {
                        next = Some(go);
                        break;
                    }
                    Err(end) => return end,
                }
            }
            match next {
                Some((to, result_fields)) => (url, extra) = (to, result_fields),
                None => return Whisper::Bridge,
            }
        }
        self.problem("too many documents in the callee's leg".into());
        Whisper::Refused
    }

    async fn whisper_verb(&mut self, verb: Verb, here: &str) -> Result<Option<(String, Fields)>, Whisper> {
        match verb {
            Verb::Say(_) | Verb::Play(_) | Verb::Pause(_) => {
                let length = self.play_all(Party::Callee, &[verb]).await;
                self.pass(length).await;
                Ok(None)
            }
            Verb::Gather { prompts, action, timeout, action_on_empty, .. } => {
                let length = self.play_all(Party::Callee, &prompts).await;
                self.carrier.report(LineEvent::KeyRequested { party: Party::Callee });
                let (act, time) = self.people.callee_key(length, Duration::from_secs(timeout)).await;
                self.pass(time).await;
                let action = action.unwrap_or_else(|| here.to_owned());
                match act {
                    KeyAct::Press(keys) => {
                        self.carrier.report(LineEvent::Pressed { party: Party::Callee, keys: keys.clone() });
                        Ok(Some((action, vec![("Digits", keys)])))
                    }
                    KeyAct::Silence => {
                        self.carrier.report(LineEvent::Silent { party: Party::Callee });
                        Ok(action_on_empty.then(|| (action, vec![("Digits", String::new())])))
                    }
                    KeyAct::HangUp => Err(Whisper::CalleeLeft),
                    KeyAct::CallerHungUp => Err(Whisper::CallerLeft),
                }
            }
            Verb::Redirect(url) => Ok(Some((url, Fields::new()))),
            Verb::Hangup => Err(Whisper::Refused),
            Verb::Dial { .. } | Verb::Record { .. } | Verb::Reject(_) => {
                self.problem("a callee's document may only speak, ask and hang up (13201)".into());
                Err(Whisper::Refused)
            }
        }
    }
}
