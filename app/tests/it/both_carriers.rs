//! The same callers on both kinds of carrier: one that sends webhooks (the simulated carrier, through the whole server) and one
//! that reports events (a line on top of a session, like the SIP line). The same flow gives the same rows.
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use adapters_simulator::{
    CalleeScript, CallerAct, KeyAct, People, Players, RingEnd, Script, TalkEnd, murmur, wav_seconds,
};
use frontdesk_domain::flow::Speech;
use frontdesk_domain::session::{Callee, Input, LegEnd, Output, Party, Session};
use frontdesk_domain::{
    BuiltinFlow, Call, CallFlow, Context, Facts, Instruction, LegId, Timestamp, advance, builtin_flow,
};
use frontdesk_ports::Clock;
use serde_json::Value;

use crate::harness::{CALLER, Desk, FIRST, MAIN, SECOND, Setting};
use crate::random_calls::Random;

/// A line with a caller and callees who follow a script.
struct Line<'f> {
    flow: &'f CallFlow,
    session: Session,
    call: LegId,
    now: Timestamp,
    facts: Facts,
    people: Players,
    /// The remaining instructions of the last answer, by party.
    instructions: BTreeMap<Party, VecDeque<Instruction>>,
    playing: BTreeMap<Party, u32>,
    ringing: Option<Callee>,
    /// The callee who has picked up and is being screened.
    asked: Option<Callee>,
    connected: Option<Callee>,
}

impl<'f> Line<'f> {
    fn new(flow: &'f CallFlow, now: Timestamp, script: Script) -> Self {
        let call = LegId::new("line", "CA1").unwrap();
        Self {
            flow,
            session: Session::new(call.clone()),
            call,
            now,
            facts: Facts::default(),
            people: script.players(),
            instructions: BTreeMap::new(),
            playing: BTreeMap::new(),
            ringing: None,
            asked: None,
            connected: None,
        }
    }

    /// Runs the call until everybody has hung up, and returns its row.
    async fn run(mut self) -> Call {
        loop {
            self.carry_out();
            if self.session.is_over() {
                return Call::of(&self.facts);
            }
            if let Some(callee) = self.connected {
                self.talk(callee).await;
            } else if let Some(callee) = self.asked {
                self.screening(callee).await;
            } else {
                self.caller().await;
            }
        }
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Ask { party, leg, at, signal, caller_gone } => {
                    let mut cx = Context::new(self.call.clone(), self.now).with_parties(CALLER, MAIN);
                    (cx.leg, cx.caller_gone) = (leg, caller_gone);
                    let turn = advance(self.flow, &at, &signal, &cx);
                    turn.events.iter().for_each(|event| drop(self.facts.absorb(event)));
                    self.instructions.insert(party, turn.instructions.clone().into());
                    self.session.handle_input(self.now, Input::Instructions(party, turn.instructions));
                }
                Output::Report(notice) => {
                    drop(self.facts.absorb(&notice.into_event(self.call.clone(), self.now)));
                }
                Output::Play { party, number, .. } => {
                    self.playing.insert(party, number);
                }
                Output::Ring { callee, .. } => self.ringing = Some(callee),
                Output::Connect(callee) => self.connected = Some(callee),
                Output::Cancel(_) | Output::HangUp(Party::Callee(_)) => {
                    (self.asked, self.connected) = (None, None);
                }
                _ => {}
            }
        }
    }

    fn input(&mut self, input: Input) {
        if matches!(input, Input::Ended(Party::Callee(_), _)) {
            (self.asked, self.connected) = (None, None);
        }
        self.session.handle_input(self.now, input);
        self.carry_out();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    fn next(&mut self, party: Party) -> Option<Instruction> {
        self.instructions.get_mut(&party)?.pop_front()
    }

    /// Plays prompts to their end.
    fn play(&mut self, party: Party, prompts: usize) {
        for _ in 0..prompts {
            let number = self.playing[&party];
            self.input(Input::Played(party, number));
        }
    }

    /// What the caller does next.
    async fn caller(&mut self) {
        const PARTY: Party = Party::Caller;
        match self.next(PARTY).expect("the answer has another instruction") {
            Instruction::Say(speech) => {
                let (act, time) = self.people.caller_listens(speaking_time(&speech)).await;
                self.pass(time);
                match act {
                    CallerAct::Listen => self.play(PARTY, 1),
                    CallerAct::HangUp => self.input(Input::Ended(PARTY, LegEnd::HungUp)),
                }
            }
            Instruction::Gather { prompts, timeout, .. } => {
                let length = prompts.iter().map(speaking_time).sum();
                let (act, time) = self.people.caller_key(length, timeout).await;
                self.keys(PARTY, act, time, prompts.len());
            }
            Instruction::Record { max_length, .. } => self.record(max_length).await,
            Instruction::Dial { targets, ring, .. } => self.ring(targets[0].phone.as_str(), ring).await,
            other => panic!("the line has not ended with {other:?}"),
        }
    }

    fn keys(&mut self, party: Party, act: KeyAct, time: Duration, prompts: usize) {
        match act {
            KeyAct::Press(keys) => {
                self.pass(time);
                for key in keys.chars() {
                    self.input(Input::Key(party, key.try_into().unwrap()));
                }
            }
            KeyAct::Silence => {
                let began = self.now;
                self.play(party, prompts);
                // The session's timeout starts at the end of the prompts.
                let deadline = self.session.deadline().unwrap();
                self.now = (began + time).max(deadline);
                self.session.handle_timeout(self.now);
            }
            KeyAct::HangUp => {
                self.pass(time);
                self.input(Input::Ended(party, LegEnd::HungUp));
            }
            KeyAct::CallerHungUp => {
                self.pass(time);
                self.input(Input::Ended(Party::Caller, LegEnd::HungUp));
            }
        }
    }

    async fn record(&mut self, longest: Duration) {
        let (message, time) = self.people.caller_speaks(longest).await;
        let until = self.now + time;
        while self.now < until {
            self.input(Input::Spoke);
            self.now = until.min(self.now + Duration::from_secs(1));
        }
        let hangs_up = message.as_ref().is_none_or(|message| message.hangs_up);
        let seconds = message.map_or(0, |message| wav_seconds(&message.audio).unwrap_or(0));
        let recording = (seconds > 0).then(|| "RE1".parse().unwrap());
        if hangs_up {
            self.input(Input::Ended(Party::Caller, LegEnd::HungUp));
        } else {
            self.input(Input::Key(Party::Caller, '#'.try_into().unwrap()));
        }
        self.input(Input::Recorded { recording, seconds });
    }

    async fn ring(&mut self, number: &str, ring: Duration) {
        let callee = self.ringing.expect("a phone rings");
        self.input(Input::Ringing(callee));
        let (end, time) = self.people.phone_rings(number, ring).await;
        self.pass(time);
        let ended = |end| Input::Ended(Party::Callee(callee), end);
        match end {
            RingEnd::Answered => {
                self.asked = Some(callee);
                self.input(Input::PickedUp(callee));
            }
            RingEnd::Busy => self.input(ended(LegEnd::Busy)),
            RingEnd::Failed => self.input(ended(LegEnd::Failed)),
            RingEnd::Declined => self.input(ended(LegEnd::Declined)),
            RingEnd::NoAnswer => self.session.handle_timeout(self.now),
            RingEnd::CallerHungUp => self.input(Input::Ended(Party::Caller, LegEnd::HungUp)),
        }
    }

    async fn screening(&mut self, callee: Callee) {
        let party = Party::Callee(callee);
        match self.next(party).expect("the callee's answer has another instruction") {
            Instruction::Say(speech) => {
                self.pass(speaking_time(&speech));
                self.play(party, 1);
            }
            Instruction::Gather { prompts, timeout, .. } => {
                let length = prompts.iter().map(speaking_time).sum();
                let (act, time) = self.people.callee_key(length, timeout).await;
                self.keys(party, act, time, prompts.len());
            }
            other => panic!("the leg has not ended with {other:?}"),
        }
    }

    async fn talk(&mut self, callee: Callee) {
        let (end, time) = self.people.talk(Duration::from_secs(4 * 3600)).await;
        self.pass(time);
        let party = if end == TalkEnd::Caller { Party::Caller } else { Party::Callee(callee) };
        self.input(Input::Ended(party, LegEnd::HungUp));
    }
}

/// How long the simulated carrier takes to speak a text.
fn speaking_time(speech: &Speech) -> Duration {
    Duration::from_millis(400 + 65 * speech.words().chars().count() as u64)
}

fn script(random: &Random) -> Script {
    let keys: &[&str] =
        random.one_of(&[&["1"][..], &["1"], &["2"], &[], &["9", "1"], &["9", "9", "9"], &["9", "2"]]);
    let callees = [
        CalleeScript::Accept,
        CalleeScript::Decline,
        CalleeScript::Machine,
        CalleeScript::HangUp,
        CalleeScript::Reject,
        CalleeScript::Busy,
        CalleeScript::NoAnswer,
    ];
    Script {
        presses: keys.iter().map(|&key| key.to_owned()).collect(),
        message: random.happens(70).then(|| murmur(3 + u32::try_from(random.below(10)).unwrap())),
        hangs_up_after_message: random.happens(50),
        callees: [random.one_of(&callees), random.one_of(&callees)].into(),
        talk: Duration::from_secs(5 + random.below(60)),
        talk_ended_by: random.one_of(&[TalkEnd::Caller, TalkEnd::Callee]),
        hang_up_after: random.happens(25).then(|| Duration::from_secs(1 + random.below(50))),
        line_breaks: false,
    }
}

/// What differs between a row of the server and one of the line.
fn differences(row: &Value, call: &Call) -> Vec<String> {
    let verdict = call.verdict.as_ref().expect("the call is over");
    let mut found = Vec::new();
    let choices: Vec<String> = call.choices.iter().map(ToString::to_string).collect();
    for (field, ours) in [
        ("outcome", Value::from(verdict.outcome.as_str())),
        ("outcome_reason", Value::from(verdict.reason.as_str())),
        ("choices", Value::from(choices)),
        ("forwarded_to", call.forwarded_to.as_ref().map_or(Value::Null, |number| number.as_str().into())),
    ] {
        if row[field] != ours {
            found.push(format!("{field}: {} and {ours}", row[field]));
        }
    }
    let message = call.voicemail.as_ref().and_then(|message| message.duration_seconds);
    for (field, simulated, ours) in [
        ("talk", &row["talk_seconds"], call.talk_seconds),
        ("ring", &row["ring_seconds"], call.ring_seconds),
        ("menu", &row["menu_seconds"], call.menu_seconds),
        ("duration", &row["duration_seconds"], call.duration_seconds),
        ("message", &row["voicemail"]["duration_seconds"], message),
    ] {
        let is_close = match (simulated.as_u64(), ours) {
            (None, None) => true,
            (Some(simulated), Some(ours)) => simulated.abs_diff(ours.into()) <= 1,
            _ => false,
        };
        if !is_close {
            found.push(format!("{field}: {simulated} and {ours:?} s"));
        }
    }
    found
}

#[tokio::test]
async fn two_hundred_callers_get_the_same_rows_on_both_carriers() {
    let random = Random::new(11);
    let mut outcomes = BTreeMap::new();
    for screening in [true, false] {
        let setting = Setting { forward_to: vec![FIRST, SECOND], screening, ..Setting::default() };
        let desk = Desk::with(setting).await;
        let forward_to = vec![FIRST.parse().unwrap(), SECOND.parse().unwrap()];
        let flow = builtin_flow(&BuiltinFlow { forward_to, screening, ..BuiltinFlow::default() }).unwrap();
        for _ in 0..100 {
            let script = script(&random);
            let began = desk.clock.now();
            desk.call().with_script(script.clone()).place().await;
            let row = desk.calls().await.remove(0);
            let call = Line::new(&flow, began, script.clone()).run().await;
            let script = Script { message: None, ..script };
            assert_eq!(differences(&row, &call), Vec::<String>::new(), "{script:?}, screened {screening}");
            *outcomes.entry(row["outcome"].to_string()).or_insert(0) += 1;
            desk.clock.advance(Duration::from_secs(60));
        }
    }
    assert!(outcomes.len() >= 4, "{outcomes:?}");
}
