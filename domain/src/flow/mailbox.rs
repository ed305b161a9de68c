//! Mailboxes, which take messages, and goodbyes, which do not.
use std::time::Duration;

use serde::Serialize;

use crate::flow::prompt::Prompt;
use crate::keys::Key;

/// Takes a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mailbox {
    /// Said first to a caller who did not ask for the mailbox but ended up here.
    pub unavailable: Prompt,
    /// Said before the greeting: that the message is recorded and how it is used. `None` when the greeting says it.
    pub consent: Option<Prompt>,
    /// Asks the caller to leave a message.
    pub greeting: Prompt,
    /// Said after the message, if the caller is still there.
    pub farewell: Prompt,
    /// The maximum length of a message.
    pub max_length: Duration,
    /// A shorter recording is discarded.
    pub min_length: Duration,
    /// How long the caller must be silent to end the message.
    pub silence: Duration,
    /// Whether a tone is played before the recording.
    pub beep: bool,
    /// The key that ends the message.
    pub finish_on_key: Key,
    /// Whether the caller is asked to keep the message or record again.
    pub confirm: Option<Confirm>,
    /// Who transcribes the message, if anyone.
    pub transcribe: Transcribe,
    /// The notification rules for messages, by name.
    pub notify: Vec<String>,
}

/// Who transcribes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transcribe {
    /// No transcription.
    #[default]
    Nobody,
    /// The carrier, in the languages and up to the length that it supports.
    Carrier,
    /// The application itself, once it has stored the audio.
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
