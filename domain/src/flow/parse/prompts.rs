//! Parses prompts: a text, an audio file, or one of them for each language.
use std::ops::Range;

use toml::de::DeValue;

use super::notes::ParseErrors;
use super::phrases::Phrases;
use super::table::{Entry, Table};
use crate::flow::language::Language;
use crate::flow::prompt::{AudioFile, Prompt, Spoken};

/// The languages of a flow, and the check that its audio files can be played.
pub(super) struct Languages<'s> {
    /// The language of callers who chose none.
    pub first: Language,
    /// All languages, beginning with `first`.
    pub all: Vec<Language>,
    pub audio: &'s dyn Fn(&str) -> Result<(), String>,
}

impl Languages<'_> {
    /// The prompt under a key; the built-in phrase if there is none.
    pub fn prompt_or(
        &self,
        notes: &mut ParseErrors<'_>,
        table: &Table<'_>,
        key: &str,
        ours: fn(&Phrases) -> &'static str,
    ) -> Option<Prompt> {
        match table.entry(notes, key) {
            Some(entry) => self.read(notes, key, &entry),
            None => self.ours(notes, table, key, ours),
        }
    }

    /// The prompt under a required key.
    pub fn prompt(&self, notes: &mut ParseErrors<'_>, table: &Table<'_>, key: &str) -> Option<Prompt> {
        let entry = table.entry(notes, key);
        if entry.is_none() {
            table.missing(notes, key, "write what is to be said");
        }
        self.read(notes, key, &entry?)
    }

    /// The prompt under a key, if there is one.
    pub fn optional(&self, notes: &mut ParseErrors<'_>, table: &Table<'_>, key: &str) -> Option<Prompt> {
        let entry = table.entry(notes, key)?;
        self.read(notes, key, &entry)
    }

    /// The built-in phrase, in every language of the flow.
    pub fn ours(
        &self,
        notes: &mut ParseErrors<'_>,
        table: &Table<'_>,
        key: &str,
        ours: fn(&Phrases) -> &'static str,
    ) -> Option<Prompt> {
        let mut prompt: Option<Prompt> = None;
        for language in &self.all {
            let Some(phrases) = Phrases::of(language.primary()) else {
                let remedy = format!("write the text in {language}, for which there is no built-in phrase");
                table.missing(notes, key, &remedy);
                return None;
            };
            let spoken = Spoken::Text(ours(phrases).to_owned());
            prompt = Some(match prompt {
                Some(prompt) => prompt.and(language.clone(), spoken),
                None => Prompt::new(language.clone(), spoken),
            });
        }
        prompt
    }

    fn read(&self, notes: &mut ParseErrors<'_>, key: &str, entry: &Entry<'_>) -> Option<Prompt> {
        if let Some(spoken) = self.spoken(notes, &entry.span, entry.value) {
            return Some(Prompt::new(self.first.clone(), spoken));
        }
        if let DeValue::Array(parts) = entry.value {
            let parts = parts.iter().filter_map(|part| self.part(notes, &Entry::new(part))).collect();
            return Some(Prompt::new(self.first.clone(), Spoken::InTurn(parts)));
        }
        let DeValue::Table(by_language) = entry.value else {
            let message = format!(
                "{key} is not a valid prompt; use a text, {{ file = \"…\" }}, or one for each language"
            );
            notes.note(entry.span.clone(), message);
            return None;
        };
        let mut read = Vec::new();
        for (tag, value) in by_language {
            match (tag.get_ref().parse::<Language>(), self.spoken(notes, &value.span(), value.get_ref())) {
                (Ok(language), Some(spoken)) => read.push((language, spoken)),
                (Err(error), _) => notes.note(tag.span(), error.to_string()),
                (_, None) => notes.note(value.span(), "use a text or { file = \"…\" }".to_owned()),
            }
        }
        // The flow's own language first, because a caller who chose none hears it.
        read.sort_by_key(|(language, _)| *language != self.first);
        let mut read = read.into_iter();
        let Some((language, spoken)) = read.next() else {
            notes.note(entry.span.clone(), format!("{key} is empty; use a text for at least one language"));
            return None;
        };
        Some(
            read.fold(Prompt::new(language, spoken), |prompt, (language, spoken)| {
                prompt.and(language, spoken)
            }),
        )
    }
}

impl Languages<'_> {
    /// One of several languages that are spoken in turn: `{ language = "…", text = "…" }`, or with `file`.
    fn part(&self, notes: &mut ParseErrors<'_>, entry: &Entry<'_>) -> Option<(Language, Spoken)> {
        let read = || {
            let table = entry.value.as_table().filter(|table| table.len() <= 2)?;
            let text = |key: &str| table.get(key)?.get_ref().as_str();
            let language = text("language").map_or(Ok(self.first.clone()), str::parse).ok()?;
            let spoken = match (text("text"), text("file")) {
                (Some(text), None) => Spoken::Text(text.to_owned()),
                (None, Some(file)) => Spoken::Audio(AudioFile(file.to_owned())),
                _ => return None,
            };
            Some((language, spoken))
        };
        let found = read();
        if let Some((_, Spoken::Audio(file))) = &found {
            self.try_audio(notes, &entry.span, file);
        }
        if found.is_none() {
            let message = "use { language = \"en-GB\", text = \"…\" }, or file in place of text";
            notes.note(entry.span.clone(), message.to_owned());
        }
        found
    }
}

impl Languages<'_> {
    /// A text, or `{ file = "…" }`.
    fn spoken(
        &self,
        notes: &mut ParseErrors<'_>,
        span: &Range<usize>,
        value: &DeValue<'_>,
    ) -> Option<Spoken> {
        match value {
            DeValue::String(text) => Some(Spoken::Text(text.to_string())),
            DeValue::Table(table) if table.len() == 1 => {
                let file = AudioFile(table.get("file")?.get_ref().as_str()?.to_owned());
                self.try_audio(notes, span, &file);
                Some(Spoken::Audio(file))
            }
            _ => None,
        }
    }

    fn try_audio(&self, notes: &mut ParseErrors<'_>, span: &Range<usize>, file: &AudioFile) {
        if let Err(why) = (self.audio)(&file.0) {
            notes.note(span.clone(), why);
        }
    }
}
