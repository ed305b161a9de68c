//! Parses the nodes of a flow: menus, forwards, mailboxes and goodbyes.
use std::collections::BTreeMap;
use std::time::Duration;

use toml::de::DeValue;

use super::FlowSettings;
use super::notes::ParseErrors;
use super::phrases::Phrases;
use super::prompts::Languages;
use super::table::{Entry, Table};
use crate::flow::forward::{Destination, Forward, Screening, ShownNumber, Strategy};
use crate::flow::mailbox::{Confirm, Goodbye, Mailbox, Transcribe};
use crate::flow::menu::{Menu, Reprompt};
use crate::flow::prompt::{Prompt, Spoken};
use crate::flow::target::{Choice, Target};
use crate::keys::{Key, Keys};
use crate::phone::PhoneNumber;

pub(super) const MENU: [&str; 8] =
    ["prompt", "timeout", "between_keys", "interruptible", "keys", "extensions", "no_input", "no_match"];
pub(super) const FORWARD: [&str; 8] =
    ["announcement", "strategy", "to", "ring", "screening", "caller_id", "time_limit", "otherwise"];
pub(super) const MAILBOX: [&str; 12] = [
    "unavailable",
    "consent",
    "greeting",
    "farewell",
    "max_length",
    "min_length",
    "silence",
    "beep",
    "finish_on_key",
    "confirm",
    "transcribe",
    "notify",
];

/// How long each phone rings unless the flow says otherwise.
const RING: Duration = Duration::from_secs(20);

fn key(c: char) -> Key {
    Key::try_from(c).expect("keys written here are on the keypad")
}

pub(super) fn menu(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    languages: &Languages<'_>,
    safety: &Target,
) -> Option<Menu> {
    let prompt = languages.prompt(notes, table, "prompt");
    let mut choices = BTreeMap::new();
    let mut extensions = BTreeMap::new();
    for (setting, map_single) in [("keys", true), ("extensions", false)] {
        let Some(inner) = table.inner(notes, setting, &[]) else { continue };
        for (written, span, entry) in inner.entries(notes) {
            let choice = choice(notes, &inner, &written, &entry);
            match written.parse::<Keys>() {
                Ok(keys) if map_single => match keys.single() {
                    Some(key) => choices.extend(choice.map(|choice| (key, choice))),
                    None => notes
                        .note(span, format!("{written:?} is not one key; several in a row are extensions")),
                },
                Ok(keys) => extensions.extend(choice.map(|choice| (keys, choice))),
                Err(error) => notes.note(span, error.to_string()),
            }
        }
    }
    let no_input = reprompt(notes, table, languages, safety, ("no_input", 2, |phrases| phrases.no_input));
    let no_match = reprompt(notes, table, languages, safety, ("no_match", 3, |phrases| phrases.no_match));
    Some(Menu {
        choices,
        extensions,
        timeout: table.seconds(notes, "timeout", Duration::from_secs(5)),
        between_keys: table.optional_seconds(notes, "between_keys"),
        interruptible: table.flag(notes, "interruptible", true),
        prompt: prompt?,
        no_input: no_input?,
        no_match: no_match?,
    })
}

fn choice(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    written: &str,
    entry: &Entry<'_>,
) -> Option<Choice> {
    if !matches!(entry.value, DeValue::Table(_)) {
        let then = entry.then(notes)?;
        return Some(Choice { label: then.to_string(), language: None, then });
    }
    let inner = table.as_inner(notes, written, entry, &["label", "language", "then"])?;
    let language = inner.parsed(notes, "language");
    let label = inner.text(notes, "label");
    let Some(then) = inner.entry(notes, "then") else {
        inner.missing(notes, "then", "say where the key leads");
        return None;
    };
    let then = then.then(notes)?;
    Some(Choice { label: label.unwrap_or_else(|| then.to_string()), language, then })
}

/// A reprompt's key, its default number of tries, and its built-in phrase.
type Usual = (&'static str, u8, fn(&Phrases) -> &'static str);

fn reprompt(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    languages: &Languages<'_>,
    safety: &Target,
    (setting, tries, ours): Usual,
) -> Option<Reprompt> {
    let Some(inner) = table.inner(notes, setting, &["prompt", "tries", "then"]) else {
        let prompt = languages.ours(notes, table, &format!("{setting}.prompt"), ours)?;
        return Some(Reprompt { prompt, limit: tries, then: safety.clone() });
    };
    let prompt = languages.prompt_or(notes, &inner, "prompt", ours);
    let then = match inner.entry(notes, "then") {
        Some(entry) => entry.target(notes),
        None => Some(safety.clone()),
    };
    Some(Reprompt { limit: inner.tries(notes, "tries", tries), prompt: prompt?, then: then? })
}

pub(super) fn forward(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    languages: &Languages<'_>,
    safety: &Target,
    settings: &FlowSettings<'_>,
) -> Option<Forward> {
    let strategy = table.entry(notes, "strategy").and_then(|entry| strategy(notes, &entry));
    let ring = table.seconds(notes, "ring", RING);
    let screened = screening(notes, table, languages, Some(Screening::usual(languages)));
    let mut destinations = Vec::new();
    for (position, entry) in table.entry(notes, "to").iter().flat_map(Entry::list).enumerate() {
        notes.mark(&table.place, &format!("to.{position}"), entry.span.clone());
        destinations.extend(destination(notes, table, languages, (position, &entry), (ring, &screened)));
    }
    let shows = table.entry(notes, "caller_id").and_then(|entry| match entry.text(notes)? {
        "caller" => Some(ShownNumber::Caller),
        "ours" => Some(ShownNumber::Ours),
        _ => entry.parsed::<PhoneNumber>(notes).map(ShownNumber::Fixed),
    });
    let otherwise = match table.entry(notes, "otherwise") {
        Some(entry) => entry.target(notes),
        None => Some(safety.clone()),
    };
    Some(Forward {
        announcement: languages.optional(notes, table, "announcement"),
        strategy: strategy.unwrap_or(Strategy::Sequential),
        destinations,
        shows: shows.unwrap_or(ShownNumber::Caller),
        time_limit: table.seconds(notes, "time_limit", settings.time_limit),
        otherwise: otherwise?,
    })
}

fn strategy(notes: &mut ParseErrors<'_>, entry: &Entry<'_>) -> Option<Strategy> {
    let word = entry.text(notes)?;
    let found = Strategy::VARIANTS.iter().copied().find(|strategy| strategy.as_str() == word);
    if found.is_none() {
        let message =
            format!("{word:?} is not a valid strategy; use sequential, simultaneous or round_robin");
        notes.note(entry.span.clone(), message);
    }
    found
}

fn destination(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    languages: &Languages<'_>,
    (position, entry): (usize, &Entry<'_>),
    (ring, screened): (Duration, &Option<Screening>),
) -> Option<Destination> {
    if entry.value.as_str().is_some() {
        return Some(Destination {
            phone: entry.parsed(notes)?,
            digits: None,
            ring,
            screening: screened.clone(),
        });
    }
    let inner = table.as_inner(
        notes,
        &format!("to.{position}"),
        entry,
        &["number", "digits", "ring", "screening"],
    )?;
    let screening = screening(notes, &inner, languages, screened.clone());
    let ring = inner.seconds(notes, "ring", ring);
    let Some(phone) = inner.entry(notes, "number") else {
        inner.missing(notes, "number", "name the number to ring, such as \"+33123456789\"");
        return None;
    };
    let digits = inner.parsed(notes, "digits");
    Some(Destination { phone: phone.parsed(notes)?, digits, ring, screening })
}

impl Screening {
    /// The default, for a flow that only switches screening on.
    fn usual(languages: &Languages<'_>) -> Self {
        let ours =
            Phrases::of(languages.first.primary()).or(Phrases::of("en")).expect("there are English phrases");
        let spoken = Spoken::Text(ours.screening.to_owned());
        Self {
            prompt: Prompt::new(languages.first.clone(), spoken),
            withheld: ours.withheld.to_owned(),
            no_number: ours.no_number.to_owned(),
            unknown: ours.unknown.to_owned(),
            accept: key('1'),
            decline: key('2'),
            limit: 3,
            timeout: Duration::from_secs(4),
        }
    }
}

/// Whether and how the callee is screened: `true`, `false`, or a table with settings that differ from the default.
fn screening(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    languages: &Languages<'_>,
    inherited: Option<Screening>,
) -> Option<Screening> {
    if !table.has_table("screening") {
        let on = table.flag(notes, "screening", inherited.is_some());
        return on.then(|| inherited.unwrap_or_else(|| Screening::usual(languages)));
    }
    let known = ["prompt", "withheld", "no_number", "unknown", "accept", "decline", "tries", "timeout"];
    let inner = table.inner(notes, "screening", &known)?;
    let usual = inherited.unwrap_or_else(|| Screening::usual(languages));
    Some(Screening {
        prompt: languages.optional(notes, &inner, "prompt").unwrap_or(usual.prompt),
        withheld: inner.text(notes, "withheld").unwrap_or(usual.withheld),
        no_number: inner.text(notes, "no_number").unwrap_or(usual.no_number),
        unknown: inner.text(notes, "unknown").unwrap_or(usual.unknown),
        accept: inner.phone_key(notes, "accept", usual.accept),
        decline: inner.phone_key(notes, "decline", usual.decline),
        limit: inner.tries(notes, "tries", usual.limit),
        timeout: inner.seconds(notes, "timeout", usual.timeout),
    })
}

pub(super) fn mailbox(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    languages: &Languages<'_>,
) -> Option<Mailbox> {
    let unavailable = languages.prompt_or(notes, table, "unavailable", |phrases| phrases.unavailable);
    let greeting = languages.prompt_or(notes, table, "greeting", |phrases| phrases.greeting);
    let farewell = languages.prompt_or(notes, table, "farewell", |phrases| phrases.farewell);
    let notify = table.entry(notes, "notify");
    let notify =
        notify.iter().flat_map(Entry::list).filter_map(|entry| entry.text(notes).map(ToOwned::to_owned));
    let notify: Vec<String> = notify.collect();
    Some(Mailbox {
        consent: languages.optional(notes, table, "consent"),
        max_length: table.seconds(notes, "max_length", Duration::from_secs(180)),
        min_length: table.seconds(notes, "min_length", Duration::ZERO),
        silence: table.seconds(notes, "silence", Duration::from_secs(5)),
        beep: table.flag(notes, "beep", true),
        finish_on_key: table.phone_key(notes, "finish_on_key", key('#')),
        confirm: confirm(notes, table, languages),
        transcribe: transcribe(notes, table),
        notify,
        unavailable: unavailable?,
        greeting: greeting?,
        farewell: farewell?,
    })
}

/// `true` means the carrier; older flow files use it, from before there was a second option.
fn transcribe(notes: &mut ParseErrors<'_>, table: &Table<'_>) -> Transcribe {
    let Some(entry) = table.entry(notes, "transcribe") else { return Transcribe::Nobody };
    match (entry.value.as_bool(), entry.value.as_str()) {
        (Some(false), _) => Transcribe::Nobody,
        (Some(true), _) | (_, Some("carrier")) => Transcribe::Carrier,
        (_, Some("here")) => Transcribe::Here,
        _ => {
            notes.note(entry.span, "transcribe is false, \"carrier\" or \"here\"".to_owned());
            Transcribe::Nobody
        }
    }
}

fn confirm(notes: &mut ParseErrors<'_>, table: &Table<'_>, languages: &Languages<'_>) -> Option<Confirm> {
    let timeout = Duration::from_secs(5);
    if !table.has_table("confirm") {
        let on = table.flag(notes, "confirm", false);
        let prompt = if on {
            languages.ours(notes, table, "confirm.prompt", |phrases| phrases.confirm)?
        } else {
            return None;
        };
        return Some(Confirm { prompt, keep: key('1'), again: key('2'), timeout });
    }
    let inner = table.inner(notes, "confirm", &["prompt", "keep", "again", "timeout"])?;
    let prompt = languages.prompt_or(notes, &inner, "prompt", |phrases| phrases.confirm);
    Some(Confirm {
        keep: inner.phone_key(notes, "keep", key('1')),
        again: inner.phone_key(notes, "again", key('2')),
        timeout: inner.seconds(notes, "timeout", timeout),
        prompt: prompt?,
    })
}

pub(super) fn goodbye(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    languages: &Languages<'_>,
) -> Option<Goodbye> {
    Some(Goodbye { prompt: languages.prompt(notes, table, "prompt")? })
}
