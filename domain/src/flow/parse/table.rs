//! Reads a table of the file key by key, and reports values of the wrong type, unknown keys and missing keys.
use std::borrow::Cow;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::notes::ParseErrors;
use crate::duration::parse_duration;
use crate::flow::target::{Target, Then};
use crate::keys::Key;

/// How to write a target, for messages.
const TARGETS: &str =
    "use a kind and a name such as \"menu main\"; kinds are menu, forward, mailbox, hours and goodbye";

/// A table of the file.
pub(super) struct Table<'t> {
    /// The node it belongs to (`menu main`); empty for the flow itself.
    pub place: String,
    /// The prefix of its keys within the node (`no_input.`).
    prefix: String,
    pub span: Range<usize>,
    keys: &'t DeTable<'t>,
}

/// A value of the file.
pub(super) struct Entry<'t> {
    pub span: Range<usize>,
    pub value: &'t DeValue<'t>,
}

impl<'t> Entry<'t> {
    pub fn new(value: &'t Spanned<DeValue<'t>>) -> Self {
        Self { span: value.span(), value: value.get_ref() }
    }

    /// As text.
    pub fn text(&self, notes: &mut ParseErrors<'_>) -> Option<&'t str> {
        let text = self.value.as_str();
        if text.is_none() {
            notes.note(self.span.clone(), format!("this is {}; use a text in quotes", kind(self.value)));
        }
        text
    }

    /// As a value that is parsed from text.
    pub fn parsed<T: FromStr>(&self, notes: &mut ParseErrors<'_>) -> Option<T>
    where
        T::Err: ToString,
    {
        match self.text(notes)?.parse() {
            Ok(found) => Some(found),
            Err(error) => {
                notes.note(self.span.clone(), error.to_string());
                None
            }
        }
    }

    /// As several values: the items of a list, or the single value itself.
    pub fn list(&self) -> Vec<Entry<'t>> {
        match self.value {
            DeValue::Array(items) => items.iter().map(Entry::new).collect(),
            _ => vec![Entry { span: self.span.clone(), value: self.value }],
        }
    }

    /// As a node to go to.
    pub fn target(&self, notes: &mut ParseErrors<'_>) -> Option<Target> {
        let text = self.text(notes)?;
        let found =
            text.split_once(' ').and_then(|(kind, name)| Target::of_kind(kind, name.trim().parse().ok()?));
        if found.is_none() {
            notes.note(self.span.clone(), format!("{text:?} is not a target; {TARGETS}"));
        }
        found
    }

    /// As the target of a key.
    pub fn then(&self, notes: &mut ParseErrors<'_>) -> Option<Then> {
        match self.value.as_str() {
            Some("back") => Some(Then::Back),
            Some("repeat") => Some(Then::Repeat),
            _ => self.target(notes).map(Then::Go),
        }
    }
}

/// The type of a value, for messages.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl<'t> Table<'t> {
    /// The table of a node. Keys that are not in `known` are reported, with the nearest known key.
    pub fn of_place(
        notes: &mut ParseErrors<'_>,
        place: String,
        span: Range<usize>,
        table: &'t DeTable<'t>,
        known: &[&str],
    ) -> Self {
        notes.mark(&place, "", span.clone());
        let this = Self { place, prefix: String::new(), span, keys: table };
        this.refuse_unknown(notes, known);
        this
    }

    /// The inner table under a key.
    pub fn inner(&self, notes: &mut ParseErrors<'_>, key: &str, known: &[&str]) -> Option<Self> {
        let entry = self.entry(notes, key)?;
        self.as_inner(notes, key, &entry, known)
    }

    /// A value as a table that belongs to the same node.
    pub fn as_inner(
        &self,
        notes: &mut ParseErrors<'_>,
        key: &str,
        entry: &Entry<'t>,
        known: &[&str],
    ) -> Option<Self> {
        let Some(table) = entry.value.as_table() else {
            notes.note(entry.span.clone(), format!("{key} is {}; use a table", kind(entry.value)));
            return None;
        };
        let this = Self {
            place: self.place.clone(),
            prefix: format!("{}{key}.", self.prefix),
            span: entry.span.clone(),
            keys: table,
        };
        this.refuse_unknown(notes, known);
        Some(this)
    }

    fn refuse_unknown(&self, notes: &mut ParseErrors<'_>, known: &[&str]) {
        if known.is_empty() {
            return;
        }
        for (key, _) in self.keys {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let nearest = known.iter().min_by_key(|other| strsim::damerau_levenshtein(other, name));
                let meant = nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
                notes.note(key.span(), format!("there is no key {name:?} here{meant}"));
            }
        }
    }

    /// Every key and its value, as they are written.
    pub fn entries(&self, notes: &mut ParseErrors<'_>) -> Vec<(String, Range<usize>, Entry<'t>)> {
        let mut entries = Vec::new();
        for (key, value) in self.keys {
            let name: &Cow<'_, str> = key.get_ref();
            notes.mark(&self.place, &format!("{}{name}", self.prefix), key.span());
            entries.push((name.to_string(), key.span(), Entry::new(value)));
        }
        entries
    }

    /// The value of a key.
    pub fn entry(&self, notes: &mut ParseErrors<'_>, key: &str) -> Option<Entry<'t>> {
        let (name, value) = self.keys.get_key_value(key)?;
        let span = if matches!(value.get_ref(), DeValue::Table(_)) { name.span() } else { value.span() };
        notes.mark(&self.place, &format!("{}{key}", self.prefix), span);
        Some(Entry::new(value))
    }

    /// Whether the key is set to a table.
    pub fn has_table(&self, key: &str) -> bool {
        self.keys.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// Reports that a key is missing.
    pub fn missing(&self, notes: &mut ParseErrors<'_>, key: &str, remedy: &str) {
        let place = if self.place.is_empty() { String::new() } else { format!("{}: ", self.place) };
        notes.note(self.span.clone(), format!("{place}{}{key} is missing; {remedy}", self.prefix));
    }

    /// Text.
    pub fn text(&self, notes: &mut ParseErrors<'_>, key: &str) -> Option<String> {
        self.entry(notes, key)?.text(notes).map(ToOwned::to_owned)
    }

    /// A value that is parsed from text.
    pub fn parsed<T: FromStr>(&self, notes: &mut ParseErrors<'_>, key: &str) -> Option<T>
    where
        T::Err: ToString,
    {
        self.entry(notes, key)?.parsed(notes)
    }

    /// True or false.
    pub fn flag(&self, notes: &mut ParseErrors<'_>, key: &str, default: bool) -> bool {
        let Some(entry) = self.entry(notes, key) else { return default };
        entry.value.as_bool().unwrap_or_else(|| {
            notes.note(entry.span, format!("{key} is {}; use true or false", kind(entry.value)));
            default
        })
    }

    /// A duration: text with a unit, or whole seconds.
    pub fn seconds(&self, notes: &mut ParseErrors<'_>, key: &str, default: Duration) -> Duration {
        self.optional_seconds(notes, key).unwrap_or(default)
    }

    /// A duration, if the key is set.
    pub fn optional_seconds(&self, notes: &mut ParseErrors<'_>, key: &str) -> Option<Duration> {
        let entry = self.entry(notes, key)?;
        let read = match entry.value {
            DeValue::String(text) => parse_duration(text),
            DeValue::Integer(number) if number.radix() == 10 => number
                .as_str()
                .parse()
                .map(Duration::from_secs)
                .map_err(|_| format!("{number} is not a duration; use 15 or \"15s\"")),
            other => Err(format!("{key} is {}; use a time such as \"15s\"", kind(other))),
        };
        read.map_err(|what| notes.note(entry.span, what)).ok()
    }

    /// A number of tries.
    pub fn tries(&self, notes: &mut ParseErrors<'_>, key: &str, default: u8) -> u8 {
        let Some(entry) = self.entry(notes, key) else { return default };
        let number = entry.value.as_integer().and_then(|number| number.as_str().parse().ok());
        number.unwrap_or_else(|| {
            notes.note(entry.span, format!("{key} is not a valid number of times; use 1 to 9"));
            default
        })
    }

    /// A key of the telephone.
    pub fn phone_key(&self, notes: &mut ParseErrors<'_>, key: &str, default: Key) -> Key {
        let Some(entry) = self.entry(notes, key) else { return default };
        let text = match entry.value {
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let mut chars = text.chars();
        let found = chars.next().filter(|_| chars.next().is_none()).and_then(|c| Key::try_from(c).ok());
        found.unwrap_or_else(|| {
            notes.note(
                entry.span,
                format!("{key} is not a telephone key; keys are \"0\" to \"9\", \"*\" and \"#\""),
            );
            default
        })
    }

    /// A node to go to.
    pub fn target(&self, notes: &mut ParseErrors<'_>, key: &str) -> Option<Target> {
        self.entry(notes, key)?.target(notes)
    }

    /// A node to go to; the key is required.
    pub fn required_target(&self, notes: &mut ParseErrors<'_>, key: &str) -> Option<Target> {
        let entry = self.entry(notes, key);
        if entry.is_none() {
            self.missing(notes, key, TARGETS);
        }
        entry?.target(notes)
    }
}
