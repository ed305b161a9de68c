//! A call as a session, for carriers that report keys, ringing and hang-ups as they happen and accept commands, such as
//! a SIP line or a telephone exchange. (A carrier that calls webhooks and reads documents needs only
//! [`advance`](crate::advance).)
//!
//! A [`Session`] carries out the [`Instruction`]s of one call: it plays prompts one after the other, lets a key
//! interrupt a menu, waits for further keys, rings several phones at once and cancels the others, asks a callee to
//! accept, and ends what is in progress when a party hangs up. It is pure: it opens no sockets, reads no clock
//! and starts no timers. A driver does that:
//!
//! 1. Pass each input to [`Session::handle_input`], with the time.
//! 2. Carry out everything that [`Session::poll_output`] returns, until it returns `None`.
//! 3. Call [`Session::handle_timeout`] at [`Session::deadline`], if there is one.
//! 4. Drop the session once [`Session::is_over`].
//!
//! [`Output::Ask`] is the session's question to the call flow. The driver passes it to [`advance`](crate::advance), or to
//! a service that does, and returns the instructions as [`Input::Instructions`]. `domain/examples/line.rs` is a complete
//! carrier on top of a session.
//!
//! ```
//! use frontdesk_domain::session::{Input, Output, Party, Session};
//! use frontdesk_domain::{advance, builtin_flow, BuiltinFlow, Context, LegId};
//!
//! let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
//! let call = LegId::from_foreign("sip", "a84b4c76e66710@pc33.atlanta.com")?;
//! let now = "2026-11-22T09:00:00Z".parse()?;
//! let mut session = Session::new(call.clone());
//! let Some(Output::Ask { party, at, signal, .. }) = session.poll_output() else { panic!("the flow is asked first") };
//! let cx = Context::new(call, now).with_parties("+33123456789", "+15556667777");
//! let turn = advance(&flow, &at, &signal, &cx);
//! session.handle_input(now, Input::Instructions(party, turn.instructions));
//! assert_eq!(session.poll_output(), Some(Output::Answer));
//! assert!(matches!(session.poll_output(), Some(Output::Play { party: Party::Caller, .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rules
//!
//! - The first instruction other than [`Instruction::Reject`] answers the call.
//! - Keys count only while keys are asked for; earlier keys are dropped.
//! - If the caller hangs up while a menu or an announcement plays, only the end of the call is reported. If phones ring,
//!   a callee talks, or a message is recorded, the call flow is asked again with `caller_gone`, so that it can record
//!   how the attempt or the message ended.
//! - Exactly one [`Notice::CallEnded`] is reported, and exactly one final status of each leg that was rung. The end of
//!   the call comes last, after the caller's message and after the legs.
//! - The first callee to *accept* takes the call; a callee who is not screened accepts by picking up.

mod conversation;
mod input;
mod output;
mod recording;
mod ringing;

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::event::Ending;
use crate::call::status::{DialOutcome, HungUpBy, RecordingStatus};
use crate::dialogue::Dialogue;
use crate::dialogue::instruction::Instruction;
use crate::dialogue::notice::Notice;
use crate::dialogue::signal::{DialResult, Signal};
use crate::ids::{LegId, RecordingId};
use crate::keys::Key;

use conversation::{Conversation, Next};
pub use input::{Input, LegEnd};
pub use output::{Callee, Output, Party};
use recording::Recording;
use ringing::{Progress, Ringing};

/// One call, from the first ring to the last report. It can be stored as JSON at any time, so that a restarted driver
/// can end the call from that state; the JSON is not stable across versions of this crate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    call: LegId,
    caller: Conversation,
    is_answered: bool,
    answered_at: Option<Timestamp>,
    caller_gone: bool,
    /// How the call ended, until it is reported.
    ending: Option<Ending>,
    recording: Option<Recording>,
    ringing: Option<Ringing>,
    /// The number of phones rung so far, which is the number of the next one.
    rung: u16,
    /// Whether the callee ended the last conversation; reset by the caller's next key or the end of another leg.
    callee_hung_up: bool,
    outputs: VecDeque<Output>,
}

impl Session {
    /// A caller has dialled one of our numbers; the call is named `call`.
    pub fn new(call: LegId) -> Self {
        let mut session = Self {
            caller: Conversation::default(),
            is_answered: false,
            answered_at: None,
            caller_gone: false,
            ending: None,
            recording: None,
            ringing: None,
            rung: 0,
            callee_hung_up: false,
            outputs: VecDeque::new(),
            call,
        };
        session.ask(Party::Caller, Dialogue::Start, Signal::Arrived);
        session
    }

    /// The next thing to do; `None` until there is further input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The time of the next [`handle_timeout`](Self::handle_timeout). It may change with each input.
    pub fn deadline(&self) -> Option<Timestamp> {
        let recording = self.recording.as_ref().map(Recording::deadline);
        let ringing = self.ringing.as_ref().and_then(Ringing::deadline);
        [self.caller.deadline(), recording, ringing].into_iter().flatten().min()
    }

    /// Whether all parties have hung up and everything is reported. Outputs may still have to be polled.
    pub fn is_over(&self) -> bool {
        self.caller_gone && !self.is_unfinished()
    }

    /// Whether a phone rings, a callee talks, a message is recorded, or an answer of the call flow is pending.
    fn is_unfinished(&self) -> bool {
        self.ringing.is_some() || self.recording.is_some() || self.caller.is_waiting_for_instructions()
    }

    /// Handles an input, after all timers that are due. An input that is too late or from an unknown leg is ignored, except
    /// that a late recording is reported and a phone that is picked up too late is hung up.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) {
        self.handle_timeout(now);
        match input {
            Input::Instructions(party, instructions) => self.on_instructions(now, party, instructions),
            Input::Key(Party::Caller, key) => {
                self.callee_hung_up = false;
                self.on_callers_key(now, key);
            }
            Input::Key(Party::Callee(callee), key) => {
                self.in_callees_conversation(now, callee, |conversation| conversation.key(now, key));
            }
            Input::Played(Party::Caller, prompt) => {
                self.in_callers_conversation(now, |conversation| conversation.played(now, prompt));
            }
            Input::Played(Party::Callee(callee), prompt) => {
                self.in_callees_conversation(now, callee, |conversation| conversation.played(now, prompt));
            }
            Input::Spoke => {
                if let Some(recording) = &mut self.recording {
                    recording.on_spoke(now);
                }
            }
            Input::Recorded { recording, seconds } => self.on_recorded(recording, Some(seconds)),
            Input::Ringing(callee) => self.in_ringing(|ringing| ringing.on_ringing(callee)),
            Input::PickedUp(callee) => self.on_picked_up(now, callee),
            Input::Ended(Party::Caller, end) => {
                let by = if end == LegEnd::HungUp { HungUpBy::Caller } else { HungUpBy::Line };
                self.end_call(now, "completed", by);
            }
            Input::Ended(Party::Callee(callee), end) => {
                self.callee_hung_up = end == LegEnd::HungUp
                    && self.ringing.as_ref().is_some_and(|ringing| ringing.is_connected(callee));
                self.in_ringing(|ringing| ringing.on_ended(now, callee, end));
            }
        }
        self.report_end();
    }

    /// Handles the timers that are due. May be called at any time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if is_due(self.caller.deadline()) {
            self.in_callers_conversation(now, |conversation| conversation.timeout(now));
        }
        if is_due(self.ringing.as_ref().and_then(Ringing::deadline)) {
            self.in_ringing(|ringing| ringing.on_timeout(now));
        }
        match &self.recording {
            Some(recording) if recording.deadline() > now => {}
            Some(recording) if recording.is_stopped() => self.on_recorded(None, None),
            Some(_) => self.stop_recording(now),
            None => {}
        }
        self.report_end();
    }

    /// Reports the end of the call, once everything else is finished.
    fn report_end(&mut self) {
        if !self.is_unfinished()
            && let Some(ending) = self.ending.take()
        {
            self.outputs.push_back(Output::Report(Notice::CallEnded(ending)));
        }
    }

    fn ask(&mut self, party: Party, at: Dialogue, signal: Signal) {
        let (leg, caller_gone) = match (party, &self.ringing) {
            (Party::Callee(callee), Some(ringing)) => match ringing.leg(callee) {
                Some(leg) => (leg, false),
                None => return,
            },
            _ => (self.call.clone(), self.caller_gone),
        };
        if party == Party::Caller {
            self.caller.wait_for_instructions();
        }
        self.outputs.push_back(Output::Ask { party, leg, at, signal, caller_gone });
    }

    fn on_instructions(&mut self, now: Timestamp, party: Party, instructions: Vec<Instruction>) {
        match party {
            Party::Callee(callee) => {
                self.in_callees_conversation(now, callee, |conversation| {
                    conversation.instruct(now, instructions)
                });
            }
            Party::Caller if !self.caller.is_waiting_for_instructions() => {}
            Party::Caller if self.caller_gone => {
                self.caller.finish();
                self.end_for_absent_caller(instructions);
            }
            Party::Caller => {
                if !self.is_answered
                    && !instructions
                        .iter()
                        .any(|instruction| matches!(instruction, Instruction::Reject { .. }))
                {
                    self.is_answered = true;
                    self.answered_at = Some(now);
                    self.outputs.push_back(Output::Answer);
                }
                self.in_callers_conversation(now, |conversation| conversation.instruct(now, instructions));
            }
        }
    }

    /// Handles instructions for a caller who has hung up in the meantime: the attempt or message that would have begun is
    /// reported as ended, because the call flow has recorded its beginning.
    fn end_for_absent_caller(&mut self, instructions: Vec<Instruction>) {
        let waits = instructions.into_iter().find_map(|instruction| match instruction {
            Instruction::Dial { then, .. } => Some((then, Signal::DialEnded(not_begun()))),
            Instruction::Record { then, .. } => {
                Some((then, Signal::Recorded { recording: None, seconds: None }))
            }
            _ => None,
        });
        if let Some((then, signal)) = waits {
            self.ask(Party::Caller, then, signal);
        }
    }

    fn on_callers_key(&mut self, now: Timestamp, key: Key) {
        match &self.recording {
            Some(recording) if recording.is_finished_by(key) => self.stop_recording(now),
            Some(_) => {}
            None => self.in_callers_conversation(now, |conversation| conversation.key(now, key)),
        }
    }

    fn in_callers_conversation(&mut self, now: Timestamp, step: impl FnOnce(&mut Conversation) -> Vec<Next>) {
        for next in step(&mut self.caller) {
            match next {
                Next::Play(number, speech) => {
                    self.outputs.push_back(Output::Play { party: Party::Caller, number, speech });
                }
                Next::StopPlaying => self.outputs.push_back(Output::StopPlaying(Party::Caller)),
                Next::Ask(at, signal) => self.ask(Party::Caller, at, signal),
                Next::Do(Instruction::Dial { targets, ring: _, caller_id, time_limit, then }) => {
                    let ringing = Ringing::new(self.call.clone(), self.rung, time_limit, then);
                    self.rung = self.rung.saturating_add(u16::try_from(targets.len()).unwrap_or(u16::MAX));
                    self.ringing = Some(ringing);
                    self.in_ringing(|ringing| ringing.begin(now, targets, caller_id.as_ref()));
                }
                Next::Do(Instruction::Record {
                    max_length,
                    silence,
                    beep,
                    finish_on_key,
                    transcribe,
                    then,
                }) => {
                    let recording = Recording::new(now, max_length, silence, finish_on_key, then);
                    self.recording = Some(recording);
                    self.outputs.push_back(Output::Record { beep, max_length, transcribe });
                }
                Next::Do(Instruction::Reject { why }) => {
                    self.outputs.push_back(Output::Reject(why));
                    self.end_call(now, "rejected", HungUpBy::Flow);
                }
                // Only `HangUp` is left; the conversation carries out all other instructions.
                Next::Do(_) => {
                    self.outputs.push_back(Output::HangUp(Party::Caller));
                    let by = if self.callee_hung_up { HungUpBy::Callee } else { HungUpBy::Flow };
                    self.end_call(now, "completed", by);
                }
            }
        }
    }

    fn in_callees_conversation(
        &mut self,
        now: Timestamp,
        callee: Callee,
        step: impl FnOnce(&mut Conversation) -> Vec<Next>,
    ) {
        self.in_ringing(|ringing| ringing.in_conversation(now, callee, step));
    }

    fn in_ringing(&mut self, step: impl FnOnce(&mut Ringing) -> Vec<Progress>) {
        let Some(ringing) = &mut self.ringing else { return };
        for progress in step(ringing) {
            match progress {
                Progress::Do(output) => self.outputs.push_back(output),
                Progress::Ask(callee, at, signal) => self.ask(Party::Callee(callee), at, signal),
            }
        }
        self.finish_ringing();
    }

    fn on_picked_up(&mut self, now: Timestamp, callee: Callee) {
        if self.ringing.as_ref().is_some_and(|ringing| ringing.is_live(callee)) {
            self.in_ringing(|ringing| ringing.on_picked_up(now, callee));
        } else if callee.0 < self.rung {
            // It was cancelled while its answer was on the way.
            self.outputs.push_back(Output::HangUp(Party::Callee(callee)));
        }
    }

    /// Asks the call flow for the next step, once no phone rings and no callee talks.
    fn finish_ringing(&mut self) {
        let Some(result) = self.ringing.as_ref().and_then(|ringing| ringing.result(self.caller_gone)) else {
            return;
        };
        if let Some(ringing) = self.ringing.take() {
            self.ask(Party::Caller, ringing.then, Signal::DialEnded(result));
        }
    }

    fn stop_recording(&mut self, now: Timestamp) {
        if self.recording.as_mut().is_some_and(|recording| recording.stop(now)) {
            self.outputs.push_back(Output::StopRecording);
        }
    }

    fn on_recorded(&mut self, recording: Option<RecordingId>, seconds: Option<u32>) {
        match (self.recording.take(), recording) {
            (Some(ended), recording) => {
                self.ask(Party::Caller, ended.then, Signal::Recorded { recording, seconds });
            }
            // Too late for the conversation, but the recording exists.
            (None, Some(recording)) => {
                let status = RecordingStatus::Taken;
                self.outputs.push_back(Output::Report(Notice::Recording { recording, status, seconds }));
            }
            (None, None) => {}
        }
    }

    /// The caller's leg has ended.
    fn end_call(&mut self, now: Timestamp, status: &str, by: HungUpBy) {
        if std::mem::replace(&mut self.caller_gone, true) {
            return;
        }
        self.caller.hang_up();
        let seconds = self.answered_at.map(|answered| seconds_between(answered, now));
        self.ending = Some(Ending { seconds, hung_up_by: Some(by), ..Ending::new(status) });
        self.stop_recording(now);
        if let Some(recording) = &mut self.recording {
            recording.on_hang_up(now);
        }
        self.in_ringing(|ringing| ringing.end_all(now));
    }
}

/// The result of ringing that had not begun when the caller hung up.
fn not_begun() -> DialResult {
    DialResult { outcome: DialOutcome::Canceled, leg: None, bridged: Some(false), seconds: None }
}

/// Whole seconds between two times; 0 if they are in the wrong order.
fn seconds_between(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}
