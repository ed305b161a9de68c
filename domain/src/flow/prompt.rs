//! Prompts: text or audio, in each language of the flow.
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::flow::language::Language;

/// An audio file that the flow names, as it is written there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AudioFile(pub String);

/// How a prompt is played in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoken {
    /// A voice reads a text.
    Text(String),
    /// A recording is played.
    Audio(AudioFile),
    /// Several languages are played, one after the other, so that callers can choose one.
    InTurn(Vec<(Language, Spoken)>),
}

impl Spoken {
    pub(crate) fn texts<'p>(&'p self, language: &'p Language, texts: &mut BTreeSet<(&'p Language, &'p str)>) {
        match self {
            Self::Text(text) => {
                texts.insert((language, text));
            }
            Self::Audio(_) => {}
            Self::InTurn(parts) => parts.iter().for_each(|(language, spoken)| spoken.texts(language, texts)),
        }
    }

    pub(crate) fn audio_files<'p>(&'p self, files: &mut BTreeSet<&'p AudioFile>) {
        match self {
            Self::Text(_) => {}
            Self::Audio(file) => {
                files.insert(file);
            }
            Self::InTurn(parts) => parts.iter().for_each(|(_, spoken)| spoken.audio_files(files)),
        }
    }
}

/// The prompt of a node: the same content in each language, at least in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prompt {
    first: (Language, Spoken),
    others: BTreeMap<Language, Spoken>,
}

impl Prompt {
    /// A prompt in the language for callers who have not chosen one.
    pub fn new(language: Language, spoken: Spoken) -> Self {
        Self { first: (language, spoken), others: BTreeMap::new() }
    }

    /// Adds another language.
    #[must_use]
    pub fn and(mut self, language: Language, spoken: Spoken) -> Self {
        if language == self.first.0 {
            self.first.1 = spoken;
        } else {
            self.others.insert(language, spoken);
        }
        self
    }

    /// The prompt in a language; in its first language if it is not written in that one, or if `language` is `None`.
    pub fn spoken(&self, language: Option<&Language>) -> (&Language, &Spoken) {
        let wanted = language.and_then(|language| self.others.get_key_value(language));
        wanted.unwrap_or((&self.first.0, &self.first.1))
    }

    /// The prompt in every language it is written in, beginning with the default.
    pub fn all(&self) -> impl Iterator<Item = (&Language, &Spoken)> {
        std::iter::once((&self.first.0, &self.first.1)).chain(&self.others)
    }

    /// Whether it is written in that language, or for callers of every language.
    pub fn has(&self, language: &Language) -> bool {
        let in_turn = matches!(self.first.1, Spoken::InTurn(_));
        in_turn || self.first.0 == *language || self.others.contains_key(language)
    }
}

/// A prompt in one language, ready to be played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speech {
    /// Read this out.
    Text {
        /// The words.
        text: String,
        /// Their language.
        language: Language,
        /// The voice, as the carrier names it; the carrier's own choice when `None`.
        voice: Option<String>,
    },
    /// Play this.
    Audio(AudioFile),
}

impl Speech {
    /// Words in a language, in the carrier's own voice.
    pub fn text(text: impl Into<String>, language: Language) -> Self {
        Self::Text { text: text.into(), language, voice: None }
    }

    /// The text; for audio, the name of its file in brackets.
    pub fn words(&self) -> String {
        match self {
            Self::Text { text, .. } => text.clone(),
            Self::Audio(AudioFile(file)) => format!("[{file}]"),
        }
    }
}
