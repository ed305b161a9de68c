//! Mailboxes: where messages are taken. And goodbyes, where none is.
use std::time::Duration;

use serde::Serialize;

use crate::flow::prompt::Prompt;
use crate::keys::Key;

/// Takes a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mailbox {
    /// Said first to a caller who did not ask for the mailbox but ended up here.
    pub unavailable: Prompt,
    /// Said before the greeting: that the message is recorded and what becomes of it. `None` when the greeting says it.
    pub consent: Option<Prompt>,
    /// Invites the message.
    pub greeting: Prompt,
    /// Said after the message, if the caller is still there.
    pub farewell: Prompt,
    /// The longest message.
    pub max_length: Duration,
    /// What is shorter is no message.
    pub min_length: Duration,
    /// Silence that ends the message.
    pub silence: Duration,
    /// Whether a tone says when to speak.
    pub beep: bool,
    /// The key that ends the message.
    pub finish_on_key: Key,
    /// Whether the caller is asked to keep the message or record again.
    pub confirm: Option<Confirm>,
    /// Who writes the message down, if anybody.
    pub transcribe: Transcribe,
    /// The notification rules for messages, by name.
    pub notify: Vec<String>,
}

/// Who writes messages down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transcribe {
    /// No transcription.
    #[default]
    Nobody,
    /// The carrier, in the languages and up to the length that it knows.
    Carrier,
    /// The desk itself, once it holds the audio.
    Here,
}

/// Asks the caller after recording whether to keep the message. A caller who hangs up or presses nothing keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confirm {
    /// The question.
    pub prompt: Prompt,
    /// The key that keeps the message.
    pub keep: Key,
    /// The key that discards it and starts another recording.
    pub again: Key,
    /// How long to wait for a key.
    pub timeout: Duration,
}

/// Says something and hangs up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Goodbye {
    /// What is said.
    pub prompt: Prompt,
}
