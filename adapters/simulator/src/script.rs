//! People who follow a script, without waiting in real time.
use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::people::{CallerAct, KeyAct, Message, People, RingEnd, TalkEnd};

/// What a callee does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalleeScript {
    /// Picks up and, when asked, presses 1.
    Accept,
    /// Picks up and, when asked, presses 2.
    Decline,
    /// Picks up and never presses a key: a mobile's voicemail.
    Machine,
    /// Picks up and hangs up when asked.
    HangUp,
    /// Declines the call without picking up.
    Reject,
    /// Is on another call.
    Busy,
    /// Lets it ring.
    NoAnswer,
    /// Cannot be reached.
    Fail,
}

/// A text that does not name a callee script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of: accept, decline, machine, hang-up, reject, busy, no-answer, fail")]
pub struct UnknownCallee(String);

impl FromStr for CalleeScript {
    type Err = UnknownCallee;
    fn from_str(text: &str) -> Result<Self, UnknownCallee> {
        Ok(match text {
            "accept" => Self::Accept,
            "decline" => Self::Decline,
            "machine" => Self::Machine,
            "hang-up" => Self::HangUp,
            "reject" => Self::Reject,
            "busy" => Self::Busy,
            "no-answer" => Self::NoAnswer,
            "fail" => Self::Fail,
            _ => return Err(UnknownCallee(text.to_owned())),
        })
    }
}

/// What happens in a call.
#[derive(Debug, Clone)]
pub struct Script {
    /// Keys the caller presses, one entry for each time they are asked; afterwards they are silent.
    pub presses: VecDeque<String>,
    /// The audio of the caller's message; `None` if the caller says nothing.
    pub message: Option<Bytes>,
    /// Whether the caller ends the message by hanging up.
    pub hangs_up_after_message: bool,
    /// How each phone that is rung reacts, in turn; the last one repeats.
    pub callees: VecDeque<CalleeScript>,
    /// How long they talk.
    pub talk: Duration,
    /// Who ends the conversation.
    pub talk_ended_by: TalkEnd,
    /// The caller hangs up after this time on the line.
    pub hang_up_after: Option<Duration>,
    /// After `hang_up_after` the line breaks, instead of the caller hanging up.
    pub line_breaks: bool,
}

/// People who follow a script.
#[derive(Debug)]
pub struct Players {
    script: Script,
    passed: Duration,
    rung: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            presses: VecDeque::new(),
            message: None,
            hangs_up_after_message: true,
            callees: VecDeque::from([CalleeScript::Accept]),
            talk: Duration::from_secs(30),
            talk_ended_by: TalkEnd::Caller,
            hang_up_after: None,
            line_breaks: false,
        }
    }
}

const REACTION: Duration = Duration::from_secs(1);
const RINGS: Duration = Duration::from_secs(6);

impl Script {
    /// A caller who presses these keys.
    pub fn pressing(keys: &[&str]) -> Self {
        Self { presses: keys.iter().map(|&key| key.to_owned()).collect(), ..Self::default() }
    }

    /// People who follow this script.
    pub fn players(self) -> Players {
        Players { script: self, passed: Duration::ZERO, rung: false }
    }
}

impl Players {
    /// Lets time pass for the caller: all of it, or until the caller hangs up.
    fn pass(&mut self, time: Duration) -> (bool, Duration) {
        let left = self.script.hang_up_after.map(|hang_up_after| hang_up_after.saturating_sub(self.passed));
        let (gives_up, time) = match left {
            Some(left) if left <= time => (true, left),
            _ => (false, time),
        };
        self.passed += time;
        (gives_up, time)
    }

    fn callee(&self) -> CalleeScript {
        self.script.callees.front().copied().unwrap_or(CalleeScript::NoAnswer)
    }
}

#[async_trait]
impl People for Players {
    fn line_broke(&self) -> bool {
        self.script.line_breaks
            && self.script.hang_up_after.is_some_and(|hang_up_after| self.passed >= hang_up_after)
    }

    async fn caller_listens(&mut self, length: Duration) -> (CallerAct, Duration) {
        let (gives_up, time) = self.pass(length);
        (if gives_up { CallerAct::HangUp } else { CallerAct::Listen }, time)
    }

    async fn caller_key(&mut self, length: Duration, wait: Duration) -> (KeyAct, Duration) {
        let key = self.script.presses.pop_front();
        let (gives_up, time) = self.pass(length + if key.is_some() { REACTION } else { wait });
        match key {
            _ if gives_up => (KeyAct::HangUp, time),
            Some(key) => (KeyAct::Press(key), time),
            None => (KeyAct::Silence, time),
        }
    }

    async fn caller_speaks(&mut self, longest: Duration) -> (Option<Message>, Duration) {
        let Some(audio) = self.script.message.clone() else {
            let (_, time) = self.pass(REACTION);
            return (None, time);
        };
        let seconds = crate::wav_seconds(&audio).unwrap_or(0);
        let (gives_up, time) = self.pass(Duration::from_secs(u64::from(seconds)).min(longest));
        let audio = if gives_up { crate::wav::beginning(&audio, time) } else { audio };
        (Some(Message { audio, hangs_up: gives_up || self.script.hangs_up_after_message }), time)
    }

    async fn phone_rings(&mut self, _number: &str, ring: Duration) -> (RingEnd, Duration) {
        if self.rung && self.script.callees.len() > 1 {
            self.script.callees.pop_front();
        }
        self.rung = true;
        let (end, time) = match self.callee() {
            CalleeScript::Accept | CalleeScript::Decline | CalleeScript::Machine | CalleeScript::HangUp => {
                (RingEnd::Answered, RINGS.min(ring))
            }
            CalleeScript::Reject => (RingEnd::Declined, RINGS.min(ring)),
            CalleeScript::Busy => (RingEnd::Busy, REACTION),
            CalleeScript::Fail => (RingEnd::Failed, REACTION),
            CalleeScript::NoAnswer => (RingEnd::NoAnswer, ring),
        };
        let (gives_up, time) = self.pass(time);
        (if gives_up { RingEnd::CallerHungUp } else { end }, time)
    }

    async fn callee_key(&mut self, length: Duration, wait: Duration) -> (KeyAct, Duration) {
        let (act, time) = match self.callee() {
            CalleeScript::Accept => (KeyAct::Press("1".into()), length + REACTION),
            CalleeScript::Decline => (KeyAct::Press("2".into()), length + REACTION),
            CalleeScript::HangUp => (KeyAct::HangUp, length),
            _ => (KeyAct::Silence, length + wait),
        };
        self.passed += time;
        (act, time)
    }

    async fn talk(&mut self, longest: Duration) -> (TalkEnd, Duration) {
        self.passed += self.script.talk.min(longest);
        (self.script.talk_ended_by, self.script.talk.min(longest))
    }
}
