//! One party's conversation: prompts one after the other, keys, and the timeouts between them.
use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialogue::Dialogue;
use crate::dialogue::instruction::Instruction;
use crate::dialogue::signal::Signal;
use crate::flow::prompt::Speech;
use crate::keys::{Key, Keys};

/// What a conversation wants done next.
#[derive(Debug)]
pub(super) enum Next {
    /// A prompt and its number.
    Play(u32, Speech),
    StopPlaying,
    Ask(Dialogue, Signal),
    /// An instruction that a conversation cannot carry out itself.
    Do(Instruction),
}

/// The conversation with one party.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Conversation {
    state: State,
    /// The number of the prompt that was played last.
    prompt: u32,
    instructions: VecDeque<Instruction>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
enum State {
    /// An answer of the call flow is pending.
    Asking,
    /// An announcement is played.
    Saying,
    /// Keys are asked for.
    Gathering(Box<Gathering>),
    /// Something else is in progress, or nothing: phones ring, a message is recorded, or the leg has ended.
    #[default]
    Inactive,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Gathering {
    /// The prompts that follow the one being played.
    prompts: VecDeque<Speech>,
    is_playing: bool,
    keys: Vec<Key>,
    max_keys: u8,
    finish_on_key: Option<Key>,
    timeout: Duration,
    between_keys: Duration,
    /// The time at which the input ends; `None` while prompts are played.
    deadline: Option<Timestamp>,
    then: Dialogue,
}

impl Conversation {
    pub fn wait_for_instructions(&mut self) {
        self.state = State::Asking;
    }

    pub fn is_waiting_for_instructions(&self) -> bool {
        matches!(self.state, State::Asking)
    }

    pub fn finish(&mut self) {
        self.state = State::Inactive;
    }

    /// The party has hung up: nothing more is played. A pending answer of the call flow is still awaited.
    pub fn hang_up(&mut self) {
        self.instructions.clear();
        if !self.is_waiting_for_instructions() {
            self.finish();
        }
    }

    pub fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Gathering(gathering) => gathering.deadline,
            State::Asking | State::Saying | State::Inactive => None,
        }
    }

    /// The call flow has answered.
    pub fn instruct(&mut self, now: Timestamp, instructions: Vec<Instruction>) -> Vec<Next> {
        if !self.is_waiting_for_instructions() {
            return Vec::new();
        }
        self.instructions = instructions.into();
        self.proceed(now)
    }

    fn play(&mut self, speech: Speech) -> Vec<Next> {
        self.prompt = self.prompt.wrapping_add(1);
        vec![Next::Play(self.prompt, speech)]
    }

    /// A prompt was played to its end. A late report about an earlier prompt is ignored.
    pub fn played(&mut self, now: Timestamp, prompt: u32) -> Vec<Next> {
        if prompt != self.prompt {
            return Vec::new();
        }
        match &mut self.state {
            State::Saying => self.proceed(now),
            State::Gathering(gathering) if gathering.is_playing => {
                let next = gathering.prompts.pop_front();
                if next.is_none() {
                    gathering.is_playing = false;
                    gathering.deadline = Some(now + gathering.timeout);
                }
                next.map(|speech| self.play(speech)).unwrap_or_default()
            }
            State::Asking | State::Gathering(_) | State::Inactive => Vec::new(),
        }
    }

    /// A key was pressed.
    pub fn key(&mut self, now: Timestamp, key: Key) -> Vec<Next> {
        let State::Gathering(gathering) = &mut self.state else { return Vec::new() };
        let mut next = Vec::new();
        if std::mem::take(&mut gathering.is_playing) {
            gathering.prompts.clear();
            next.push(Next::StopPlaying);
        }
        gathering.deadline = Some(now + gathering.between_keys);
        let is_finished = gathering.finish_on_key == Some(key);
        if !is_finished {
            gathering.keys.push(key);
        }
        if is_finished || gathering.keys.len() >= usize::from(gathering.max_keys) {
            next.extend(self.end_input());
        }
        next
    }

    /// The deadline has passed.
    pub fn timeout(&mut self, now: Timestamp) -> Vec<Next> {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.end_input().into_iter().collect()
        } else {
            Vec::new()
        }
    }

    fn end_input(&mut self) -> Option<Next> {
        let State::Gathering(gathering) = std::mem::take(&mut self.state) else { return None };
        self.state = State::Asking;
        let keys = Keys::from_iter(gathering.keys);
        let signal = if keys.is_empty() { Signal::NoInput } else { Signal::Keyed(keys) };
        Some(Next::Ask(gathering.then, signal))
    }

    /// Carries out instructions up to one that takes time.
    fn proceed(&mut self, now: Timestamp) -> Vec<Next> {
        self.state = State::Inactive;
        match self.instructions.pop_front() {
            Some(Instruction::Say(speech)) => {
                self.state = State::Saying;
                self.play(speech)
            }
            Some(Instruction::Gather { prompts, max_keys, finish_on_key, timeout, between_keys, then }) => {
                let mut prompts = VecDeque::from(prompts);
                let first = prompts.pop_front();
                self.state = State::Gathering(Box::new(Gathering {
                    is_playing: first.is_some(),
                    deadline: first.is_none().then(|| now + timeout),
                    prompts,
                    keys: Vec::new(),
                    max_keys,
                    finish_on_key,
                    timeout,
                    between_keys,
                    then,
                }));
                first.map(|speech| self.play(speech)).unwrap_or_default()
            }
            Some(other) => vec![Next::Do(other)],
            // A turn always ends with an instruction that waits or ends the leg. If it does not, hang up.
            None => vec![Next::Do(Instruction::HangUp)],
        }
    }
}
