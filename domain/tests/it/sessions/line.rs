//! A line that carries out a session's outputs, and panics on any that no line could carry out.
use std::collections::BTreeMap;

use frontdesk_domain::call::LegStatus;
use frontdesk_domain::session::{Callee, Input, LegEnd, Output, Party, Session};
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, CallFlow, Context, Facts, LegId, Notice, Timestamp, advance, builtin_flow,
};

use crate::desk::{CALLER, MAIN};

/// What a leg is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leg {
    Ringing,
    Up,
    Over,
}

/// A call on a strict line, answered by a flow.
pub struct Line {
    pub session: Session,
    pub flow: CallFlow,
    pub now: Timestamp,
    pub events: Vec<CallEvent>,
    /// All outputs of the session, as text.
    pub said: Vec<String>,
    legs: BTreeMap<Party, Leg>,
    ids: BTreeMap<LegId, Callee>,
    playing: BTreeMap<Party, u32>,
    pub is_recording: bool,
    /// The recording was stopped and has not been handed over yet.
    pub is_stopped: bool,
    connected: Option<Callee>,
    finals: BTreeMap<LegId, u32>,
    ends: u32,
}

pub fn flow(numbers: &[&str], screening: bool) -> CallFlow {
    let forward_to = numbers.iter().map(|number| number.parse().expect("a number")).collect();
    builtin_flow(&BuiltinFlow { forward_to, screening, ..BuiltinFlow::default() }).expect("a valid flow")
}

impl Line {
    /// A new call, which the flow has answered.
    pub fn new(flow: CallFlow) -> Self {
        let call = LegId::new("line", "CA1").expect("a leg");
        let now = "2026-11-22T09:00:00Z".parse().expect("a time");
        let mut line = Self {
            session: Session::new(call),
            flow,
            now,
            events: Vec::new(),
            said: Vec::new(),
            legs: BTreeMap::from([(Party::Caller, Leg::Ringing)]),
            ids: BTreeMap::new(),
            playing: BTreeMap::new(),
            is_recording: false,
            is_stopped: false,
            connected: None,
            finals: BTreeMap::new(),
            ends: 0,
        };
        line.carry_out();
        line
    }

    pub fn call(&self) -> Call {
        let facts = Facts::of(&self.events);
        Call::of(&facts)
    }

    /// The outcome and its reason, as the log names them.
    pub fn verdict(&self) -> String {
        let verdict = self.call().verdict.expect("the call has ended");
        format!("{} ({})", verdict.outcome, verdict.reason)
    }

    /// Stores the session and reads it back, as after the program was killed.
    pub fn restart(&mut self) {
        let stored = serde_json::to_string(&self.session).expect("a session can be serialized");
        self.session = serde_json::from_str(&stored).expect("a session can be deserialized");
    }

    pub fn input(&mut self, input: Input) {
        match &input {
            Input::Played(party, number) if self.playing.get(party) == Some(number) => {
                self.playing.remove(party);
            }
            Input::PickedUp(callee) => self.legs.extend([(Party::Callee(*callee), Leg::Up)]),
            Input::Ended(party, _) => self.end(*party),
            _ => {}
        }
        self.session.handle_input(self.now, input);
        self.carry_out();
    }

    fn end(&mut self, party: Party) {
        self.legs.insert(party, Leg::Over);
        self.playing.remove(&party);
        self.connected = self.connected.filter(|callee| party != Party::Callee(*callee));
    }

    /// Time passes; every deadline on the way is handled.
    pub fn wait(&mut self, seconds: u32) {
        let until = self.now + std::time::Duration::from_secs(seconds.into());
        while let Some(deadline) = self.session.deadline().filter(|deadline| *deadline <= until) {
            assert!(deadline >= self.now, "a deadline in the past was not handled");
            let early = deadline - std::time::Duration::from_millis(1);
            if early >= self.now {
                self.session.handle_timeout(early);
                assert_eq!(self.session.poll_output(), None, "before the deadline");
                assert_eq!(self.session.deadline(), Some(deadline), "before the deadline");
            }
            self.now = deadline;
            self.session.handle_timeout(self.now);
            assert_ne!(self.session.deadline(), Some(deadline), "the deadline did not move");
            self.carry_out();
        }
        self.now = until;
    }

    pub fn press(&mut self, party: Party, keys: &str) {
        for key in keys.chars() {
            self.input(Input::Key(party, key.try_into().expect("a key")));
        }
    }

    /// Plays every prompt to its end.
    pub fn listen(&mut self) {
        while let Some((party, number)) = self.playing.first_key_value() {
            self.input(Input::Played(*party, *number));
        }
    }

    pub fn hang_up(&mut self, party: Party) {
        self.input(Input::Ended(party, LegEnd::HungUp));
    }

    pub fn message(&mut self, recording: Option<&str>, seconds: u32) {
        (self.is_recording, self.is_stopped) = (false, false);
        let recording = recording.map(|id| id.parse().expect("a recording"));
        self.input(Input::Recorded { recording, seconds });
    }

    /// Whether a timer or a prompt is pending, or two parties talk.
    pub fn is_alive(&self) -> bool {
        self.session.deadline().is_some() || !self.playing.is_empty() || self.connected.is_some()
    }

    pub fn is_up(&self, party: Party) -> bool {
        self.legs.get(&party) == Some(&Leg::Up)
    }

    pub fn is_ringing(&self, party: Party) -> bool {
        self.legs.get(&party) == Some(&Leg::Ringing)
    }

    /// Whether it was rung and is not off hook.
    pub fn was_rung(&self, party: Party) -> bool {
        self.legs.contains_key(&party) && !self.is_up(party) && !self.session.is_over()
    }

    /// Asserts that all legs have ended, and that every final report was made exactly once.
    pub fn assert_over(&self) {
        assert!(self.session.is_over() && self.session.deadline().is_none(), "{:#?}", self.said);
        assert_eq!(self.ends, 1, "ends reported: {:#?}", self.said);
        assert!(self.legs.values().all(|leg| *leg == Leg::Over), "{:?}: {:#?}", self.legs, self.said);
        assert!(self.finals.values().all(|count| *count == 1), "{:?}: {:#?}", self.finals, self.said);
        assert_eq!(self.finals.len(), self.ids.len(), "a leg without a final status: {:#?}", self.said);
        assert!(self.call().verdict.is_some());
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.session.poll_output() {
            self.said.push(format!("{output:?}"));
            self.do_one(output);
        }
        let over = self.session.is_over();
        assert!(over || !self.is_over(), "all have hung up, but the session goes on: {:#?}", self.said);
    }

    fn is_over(&self) -> bool {
        self.legs.values().all(|leg| *leg == Leg::Over) && !self.is_recording
    }

    fn do_one(&mut self, output: Output) {
        match output {
            Output::Ask { party, leg, at, signal, caller_gone } => {
                let is_gone = self.legs[&Party::Caller] == Leg::Over;
                assert_eq!(caller_gone, is_gone && party == Party::Caller);
                let mut cx = Context::new(LegId::new("line", "CA1").expect("a leg"), self.now)
                    .with_parties(CALLER, MAIN);
                (cx.leg, cx.caller_gone) = (leg, caller_gone);
                let turn = advance(&self.flow, &at, &signal, &cx);
                self.events.extend(turn.events);
                self.session.handle_input(self.now, Input::Instructions(party, turn.instructions));
            }
            Output::Report(notice) => self.report(notice),
            Output::Answer => {
                assert_eq!(self.legs.insert(Party::Caller, Leg::Up), Some(Leg::Ringing));
            }
            Output::Play { party, number, .. } => {
                assert!(self.is_up(party), "played to a leg that is not connected");
                assert_eq!(self.playing.insert(party, number), None, "played over another prompt");
            }
            Output::StopPlaying(party) => {
                assert!(self.playing.remove(&party).is_some(), "nothing was played");
            }
            Output::Ring { callee, leg, .. } => {
                assert_eq!(self.ids.insert(leg, callee), None, "a leg's id is used twice");
                assert_eq!(self.legs.insert(Party::Callee(callee), Leg::Ringing), None);
            }
            Output::Cancel(callee) => {
                let party = Party::Callee(callee);
                assert_eq!(self.legs.insert(party, Leg::Over), Some(Leg::Ringing));
            }
            Output::Connect(callee) => {
                assert!(self.is_up(Party::Caller) && self.is_up(Party::Callee(callee)));
                assert!(self.playing.is_empty() && self.connected.is_none() && !self.is_recording);
                self.connected = Some(callee);
            }
            Output::Record { .. } => {
                assert!(self.is_up(Party::Caller) && self.playing.is_empty() && !self.is_recording);
                self.is_recording = true;
            }
            Output::StopRecording => {
                assert!(self.is_recording && !self.is_stopped);
                self.is_stopped = true;
            }
            Output::Reject(_) => {
                assert_eq!(self.legs.insert(Party::Caller, Leg::Over), Some(Leg::Ringing));
            }
            Output::HangUp(party) => {
                assert!(self.is_up(party), "the leg to hang up is not connected");
                self.end(party);
            }
        }
    }

    fn report(&mut self, notice: Notice) {
        match &notice {
            Notice::CallEnded(_) => self.ends += 1,
            Notice::Leg { leg, status, .. } => {
                assert!(self.ids.contains_key(leg) || *status == LegStatus::Initiated);
                if !matches!(status, LegStatus::Initiated | LegStatus::Ringing | LegStatus::Answered) {
                    *self.finals.entry(leg.clone()).or_default() += 1;
                }
            }
            _ => {}
        }
        let call = LegId::new("line", "CA1").expect("a leg");
        self.events.push(notice.into_event(call, self.now));
    }
}
