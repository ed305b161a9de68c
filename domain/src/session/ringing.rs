//! Phones that ring for a caller, until all of them have ended, including the one that took the call.
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::status::{DialOutcome, LegStatus};
use crate::dialogue::Dialogue;
use crate::dialogue::instruction::{DialTarget, Instruction};
use crate::dialogue::notice::Notice;
use crate::dialogue::signal::{DialResult, Signal};
use crate::ids::LegId;
use crate::phone::PhoneNumber;
use crate::session::conversation::{Conversation, Next};
use crate::session::input::LegEnd;
use crate::session::output::{Callee, Output, Party};
use crate::session::seconds_between;

/// What the ringing phones want done next.
#[derive(Debug)]
pub(super) enum Progress {
    Do(Output),
    Ask(Callee, Dialogue, Signal),
}

/// Phones that were rung at the same time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ringing {
    call: LegId,
    first: u16,
    legs: BTreeMap<Callee, Leg>,
    time_limit: Duration,
    connected: Option<(Callee, Timestamp)>,
    pub then: Dialogue,
}

/// One phone that was rung.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Leg {
    id: LegId,
    target: DialTarget,
    /// The time at which it stops ringing.
    ring_until: Timestamp,
    state: State,
    /// Whether the network has reported ringing, which it may do several times.
    has_rung: bool,
    picked_up: Option<Timestamp>,
    /// How long it was off hook, once it is over.
    seconds: Option<u32>,
    conversation: Conversation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// It was rung and has not been picked up.
    Ringing,
    /// The callee is asked to accept the call.
    Screening,
    /// The callee talks with the caller.
    Connected,
    /// It has ended, with this final status.
    Over(LegStatus),
}

impl Ringing {
    /// For phones that are numbered from `first`.
    pub fn new(call: LegId, first: u16, time_limit: Duration, then: Dialogue) -> Self {
        Self { call, first, legs: BTreeMap::new(), time_limit, connected: None, then }
    }

    /// Rings the phones.
    pub fn begin(
        &mut self,
        now: Timestamp,
        targets: Vec<DialTarget>,
        caller_id: Option<&PhoneNumber>,
    ) -> Vec<Progress> {
        let mut progress = Vec::new();
        for (place, target) in (0u16..).zip(targets) {
            let callee = Callee(self.first.saturating_add(place));
            let id = self.call.callee(callee.0);
            let (phone, caller_id) = (target.phone.clone(), caller_id.cloned());
            let leg = Leg {
                id: id.clone(),
                ring_until: now + target.ring,
                target,
                state: State::Ringing,
                has_rung: false,
                picked_up: None,
                seconds: None,
                conversation: Conversation::default(),
            };
            progress.push(leg.report(LegStatus::Initiated));
            progress.push(Progress::Do(Output::Ring { callee, leg: id, phone, caller_id }));
            self.legs.insert(callee, leg);
        }
        progress
    }

    pub fn leg(&self, callee: Callee) -> Option<LegId> {
        self.legs.get(&callee).map(|leg| leg.id.clone())
    }

    /// Whether that phone rings or is off hook.
    pub fn is_live(&self, callee: Callee) -> bool {
        self.legs.get(&callee).is_some_and(|leg| !matches!(leg.state, State::Over(_)))
    }

    pub fn deadline(&self) -> Option<Timestamp> {
        let ringing = self.legs.values().filter(|leg| leg.state == State::Ringing).map(|leg| leg.ring_until);
        let connected = self.connected.filter(|(callee, _)| self.is_in(*callee, State::Connected));
        let talk = connected.map(|(_, since)| since + self.time_limit);
        let screening = self.legs.values().filter_map(|leg| leg.conversation.deadline());
        screening.chain(ringing).chain(talk).min()
    }

    /// Whether that callee talks with the caller.
    pub fn is_connected(&self, callee: Callee) -> bool {
        self.is_in(callee, State::Connected)
    }

    fn is_in(&self, callee: Callee, state: State) -> bool {
        self.legs.get(&callee).is_some_and(|leg| leg.state == state)
    }

    pub fn on_ringing(&mut self, callee: Callee) -> Vec<Progress> {
        let Some(leg) = self.legs.get_mut(&callee) else { return Vec::new() };
        if leg.state != State::Ringing || std::mem::replace(&mut leg.has_rung, true) {
            return Vec::new();
        }
        vec![leg.report(LegStatus::Ringing)]
    }

    pub fn on_picked_up(&mut self, now: Timestamp, callee: Callee) -> Vec<Progress> {
        let Some(leg) = self.legs.get_mut(&callee) else { return Vec::new() };
        if leg.state != State::Ringing {
            return Vec::new();
        }
        leg.picked_up = Some(now);
        let answered = leg.report(LegStatus::Answered);
        if let Some(screening) = leg.target.screening.clone() {
            leg.state = State::Screening;
            leg.conversation.wait_for_instructions();
            return vec![answered, Progress::Ask(callee, screening, Signal::CalleeAnswered)];
        }
        let mut progress = vec![answered];
        progress.extend(self.connect(now, callee));
        progress
    }

    /// The callee takes the call; the others stop ringing.
    fn connect(&mut self, now: Timestamp, callee: Callee) -> Vec<Progress> {
        let mut progress = self.end_others(now, callee);
        if let Some(leg) = self.legs.get_mut(&callee) {
            leg.state = State::Connected;
            leg.conversation = Conversation::default();
            self.connected = Some((callee, now));
            progress.push(Progress::Do(Output::Connect(callee)));
        }
        progress
    }

    pub fn in_conversation(
        &mut self,
        now: Timestamp,
        callee: Callee,
        step: impl FnOnce(&mut Conversation) -> Vec<Next>,
    ) -> Vec<Progress> {
        let Some(leg) = self.legs.get_mut(&callee).filter(|leg| leg.state == State::Screening) else {
            return Vec::new();
        };
        let mut progress = Vec::new();
        let steps = step(&mut leg.conversation);
        for next in steps {
            let party = Party::Callee(callee);
            match next {
                Next::Play(number, speech) => {
                    progress.push(Progress::Do(Output::Play { party, number, speech }));
                }
                Next::StopPlaying => progress.push(Progress::Do(Output::StopPlaying(party))),
                Next::Ask(at, signal) => progress.push(Progress::Ask(callee, at, signal)),
                Next::Do(Instruction::Bridge) => {
                    progress.extend(self.connect(now, callee));
                    break;
                }
                Next::Do(_) => {
                    progress.extend(self.end(now, callee));
                    break;
                }
            }
        }
        progress
    }

    /// A leg has ended by itself.
    pub fn on_ended(&mut self, now: Timestamp, callee: Callee, end: LegEnd) -> Vec<Progress> {
        let Some(leg) = self.legs.get_mut(&callee) else { return Vec::new() };
        let status = match (leg.state, end) {
            (State::Over(_), _) => return Vec::new(),
            (State::Screening | State::Connected, _) => LegStatus::Completed,
            (State::Ringing, LegEnd::Busy) => LegStatus::Busy,
            (State::Ringing, LegEnd::Declined | LegEnd::HungUp) => LegStatus::Declined,
            (State::Ringing, LegEnd::NoAnswer) => LegStatus::NoAnswer,
            (State::Ringing, LegEnd::Failed) => LegStatus::Failed,
        };
        vec![leg.finish(now, status)]
    }

    pub fn on_timeout(&mut self, now: Timestamp) -> Vec<Progress> {
        let mut progress = Vec::new();
        let asked: Vec<Callee> = self.legs.keys().copied().collect();
        for callee in asked {
            progress.extend(self.in_conversation(now, callee, |conversation| conversation.timeout(now)));
        }
        let rang_out = |leg: &Leg| leg.state == State::Ringing && leg.ring_until <= now;
        for (callee, leg) in self.legs.iter_mut().filter(|(_, leg)| rang_out(leg)) {
            progress.push(Progress::Do(Output::Cancel(*callee)));
            progress.push(leg.finish(now, LegStatus::NoAnswer));
        }
        if let Some((callee, since)) = self.connected
            && since + self.time_limit <= now
        {
            progress.extend(self.end(now, callee));
        }
        progress
    }

    /// Ends every leg, because the caller has hung up.
    pub fn end_all(&mut self, now: Timestamp) -> Vec<Progress> {
        let all: Vec<Callee> = self.legs.keys().copied().collect();
        all.into_iter().flat_map(|callee| self.end(now, callee)).collect()
    }

    fn end_others(&mut self, now: Timestamp, taker: Callee) -> Vec<Progress> {
        let others: Vec<Callee> = self.legs.keys().copied().filter(|callee| *callee != taker).collect();
        others.into_iter().flat_map(|callee| self.end(now, callee)).collect()
    }

    /// Ends one leg.
    fn end(&mut self, now: Timestamp, callee: Callee) -> Vec<Progress> {
        let Some(leg) = self.legs.get_mut(&callee) else { return Vec::new() };
        match leg.state {
            State::Over(_) => Vec::new(),
            State::Ringing => {
                vec![Progress::Do(Output::Cancel(callee)), leg.finish(now, LegStatus::Canceled)]
            }
            State::Screening | State::Connected => {
                let hang_up = Progress::Do(Output::HangUp(Party::Callee(callee)));
                vec![hang_up, leg.finish(now, LegStatus::Completed)]
            }
        }
    }

    /// How ringing ended, once every leg is over.
    pub fn result(&self, caller_gone: bool) -> Option<DialResult> {
        let ends: Vec<LegStatus> = self
            .legs
            .values()
            .map(|leg| match leg.state {
                State::Over(status) => Some(status),
                State::Ringing | State::Screening | State::Connected => None,
            })
            .collect::<Option<_>>()?;
        let taken = self.connected.and_then(|(callee, _)| self.legs.get(&callee));
        let picked_up = self.legs.values().rfind(|leg| leg.picked_up.is_some());
        let leg = taken.or(picked_up).or(self.legs.values().next_back());
        let outcome = match leg {
            Some(leg) if leg.picked_up.is_some() => DialOutcome::Answered,
            _ if caller_gone => DialOutcome::Canceled,
            _ if ends.contains(&LegStatus::NoAnswer) => DialOutcome::NoAnswer,
            _ if ends.contains(&LegStatus::Busy) => DialOutcome::Busy,
            _ if ends.contains(&LegStatus::Declined) => DialOutcome::Declined,
            _ => DialOutcome::Failed,
        };
        Some(DialResult {
            outcome,
            leg: leg.map(|leg| leg.id.clone()),
            bridged: Some(taken.is_some()),
            seconds: leg.and_then(|leg| leg.seconds),
        })
    }
}

impl Leg {
    /// Reports a status of this leg.
    fn report(&self, status: LegStatus) -> Progress {
        let DialTarget { step, position, .. } = self.target;
        let (leg, seconds) = (self.id.clone(), self.seconds);
        Progress::Do(Output::Report(Notice::Leg { step, position, leg, status, seconds, sip_code: None }))
    }

    fn finish(&mut self, now: Timestamp, status: LegStatus) -> Progress {
        self.state = State::Over(status);
        self.seconds = self.picked_up.map(|picked_up| seconds_between(picked_up, now));
        self.conversation = Conversation::default();
        self.report(status)
    }
}
