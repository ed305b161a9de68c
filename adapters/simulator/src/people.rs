//! The people on the phone: the caller and the callees.
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// The reaction of a party who is asked for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAct {
    /// Press keys.
    Press(String),
    /// Nothing.
    Silence,
    /// Hang up.
    HangUp,
    /// The caller hangs up while the callee is being asked.
    CallerHungUp,
}

/// What the caller does while only listening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerAct {
    /// Keep listening.
    Listen,
    /// Hang up.
    HangUp,
}

/// How ringing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingEnd {
    /// The phone is picked up.
    Answered,
    /// The callee is on another call.
    Busy,
    /// Nobody picks up.
    NoAnswer,
    /// The phone cannot be reached.
    Failed,
    /// The callee declines the call.
    Declined,
    /// The caller hangs up first.
    CallerHungUp,
}

/// A spoken message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The audio, a WAV; empty for silence.
    pub audio: Bytes,
    /// Whether the caller ends it by hanging up (or else by the finish key).
    pub hangs_up: bool,
}

/// Who ends a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TalkEnd {
    /// The caller.
    Caller,
    /// The callee; the caller is still there.
    Callee,
}

/// The people on the phone. Each method returns a reaction and the time that it takes.
#[async_trait]
pub trait People: Send + Sync {
    /// The caller hears a prompt that expects no key. `length` is how long it takes to say.
    async fn caller_listens(&mut self, length: Duration) -> (CallerAct, Duration);
    /// The caller is asked for a key: the prompts take `length`, then there is silence for `wait`.
    async fn caller_key(&mut self, length: Duration, wait: Duration) -> (KeyAct, Duration);
    /// The caller hears the tone and may speak for `longest`; `None` hangs up without speaking.
    async fn caller_speaks(&mut self, longest: Duration) -> (Option<Message>, Duration);
    /// A phone rings, for `ring` at most.
    async fn phone_rings(&mut self, number: &str, ring: Duration) -> (RingEnd, Duration);
    /// Several phones ring at once. Returns what happens to each, up to the first that is picked up or the caller hanging up.
    async fn phones_ring(&mut self, numbers: &[String], ring: Duration) -> Vec<(RingEnd, Duration)> {
        let mut ends = Vec::new();
        for number in numbers {
            let (end, time) = self.phone_rings(number, ring).await;
            ends.push((end, time));
            if matches!(end, RingEnd::Answered | RingEnd::CallerHungUp) {
                break;
            }
        }
        ends
    }
    /// The callee is asked for a key.
    async fn callee_key(&mut self, length: Duration, wait: Duration) -> (KeyAct, Duration);
    /// Caller and callee speak, for `longest` at most.
    async fn talk(&mut self, longest: Duration) -> (TalkEnd, Duration);
    /// Whether the call ended because the line broke, and not because the caller hung up.
    fn line_broke(&self) -> bool {
        false
    }
}
