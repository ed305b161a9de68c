//! Parses the flow as a whole: where calls begin, who may call, and all its nodes.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::notes::ParseErrors;
use super::prompts::Languages;
use super::table::{Entry, Table};
use super::{FlowSettings, languages, nodes, week};
use crate::flow::callers::{CallerRule, CallerThen};
use crate::flow::draft::{Entrance, FlowDraft};
use crate::flow::language::Language;
use crate::flow::name::NodeName;
use crate::flow::target::Target;
use crate::phone::PhoneNumber;

const FLOW: [&str; 14] = [
    "company",
    "language",
    "voices",
    "start",
    "numbers",
    "callers",
    "countries",
    "closed",
    "safety",
    "hours",
    "menus",
    "forwards",
    "mailboxes",
    "goodbyes",
];
const HOURS: [&str; 9] = [
    "timezone",
    "week",
    "dates",
    "holidays",
    "holidays_from",
    "skip_timed_events",
    "open",
    "closed",
    "holiday",
];

/// The language of a flow that names none.
const LANGUAGE: &str = "en-GB";

pub(super) fn draft<'t>(
    notes: &mut ParseErrors<'_>,
    span: Range<usize>,
    table: &'t DeTable<'t>,
    settings: &FlowSettings<'_>,
) -> FlowDraft {
    let flow = Table::of_place(notes, String::new(), span, table, &FLOW);
    let languages = languages_of(notes, &flow, table, settings);
    let safety = safety(notes, &flow, table);
    let to_safety = Target::Mailbox(safety.clone());
    let start = flow.required_target(notes, "start");
    let mut draft =
        FlowDraft::empty(languages.first.clone(), start.unwrap_or_else(|| to_safety.clone()), safety);
    draft.company = flow.text(notes, "company").unwrap_or_default();
    draft.closed = flow.target(notes, "closed");
    draft.voices = voices(notes, &flow);
    draft.countries = countries(notes, &flow);
    draft.main_numbers = main_numbers(notes, &flow);
    draft.callers = callers(notes, &flow);
    draft.hours = named(notes, &flow, "hours", &HOURS, |notes, table| week::hours(notes, table, settings));
    draft.menus = named(notes, &flow, "menus", &nodes::MENU, |notes, table| {
        nodes::menu(notes, table, &languages, &to_safety)
    });
    draft.forwards = named(notes, &flow, "forwards", &nodes::FORWARD, |notes, table| {
        nodes::forward(notes, table, &languages, &to_safety, settings)
    });
    draft.mailboxes = named(notes, &flow, "mailboxes", &nodes::MAILBOX, |notes, table| {
        nodes::mailbox(notes, table, &languages)
    });
    draft.goodbyes =
        named(notes, &flow, "goodbyes", &["prompt"], |notes, table| nodes::goodbye(notes, table, &languages));
    draft
}

fn languages_of<'s>(
    notes: &mut ParseErrors<'_>,
    flow: &Table<'_>,
    table: &DeTable<'_>,
    settings: &FlowSettings<'s>,
) -> Languages<'s> {
    let first: Option<Language> = flow.parsed(notes, "language");
    let first = first.unwrap_or_else(|| LANGUAGE.parse().expect("a language"));
    let mut found = BTreeSet::new();
    languages(table, &mut found);
    found.remove(&first);
    let all = std::iter::once(first.clone()).chain(found).collect();
    Languages { first, all, audio: settings.audio }
}

/// The safety mailbox: the one that the flow names, or else its only one, or the one called `main`.
fn safety(notes: &mut ParseErrors<'_>, flow: &Table<'_>, table: &DeTable<'_>) -> NodeName {
    let main: NodeName = "main".parse().expect("a name");
    let Some(entry) = flow.entry(notes, "safety") else {
        let mailboxes = table.get("mailboxes").and_then(|value| value.get_ref().as_table());
        let mut names = mailboxes.into_iter().flat_map(|table| table.keys());
        let only = names.next().filter(|_| names.next().is_none());
        return only.and_then(|name| name.get_ref().parse().ok()).unwrap_or(main);
    };
    match entry.target(notes) {
        Some(Target::Mailbox(name)) => name,
        Some(_) => {
            let message = "safety must be a mailbox; use \"mailbox …\"";
            notes.note(entry.span, message.to_owned());
            main
        }
        None => main,
    }
}

/// Every node of a kind, by name.
fn named<'t, T>(
    notes: &mut ParseErrors<'_>,
    flow: &Table<'t>,
    key: &str,
    known: &[&str],
    read: impl Fn(&mut ParseErrors<'_>, &Table<'t>) -> Option<T>,
) -> BTreeMap<NodeName, T> {
    let mut found = BTreeMap::new();
    let Some(table) = flow.inner(notes, key, &[]) else { return found };
    for (written, span, entry) in table.entries(notes) {
        let name: NodeName = match written.parse() {
            Ok(name) => name,
            Err(error) => {
                notes.note(span, format!("{error}"));
                continue;
            }
        };
        let kind = match key {
            "menus" => Target::Menu(name.clone()),
            "forwards" => Target::Forward(name.clone()),
            "mailboxes" => Target::Mailbox(name.clone()),
            "hours" => Target::Hours(name.clone()),
            _ => Target::Goodbye(name.clone()),
        };
        let DeValue::Table(inner) = entry.value else {
            notes.note(entry.span, format!("{kind} is not a table; write [{key}.{name}] above its settings"));
            continue;
        };
        let place = Table::of_place(notes, kind.to_string(), span, inner, known);
        found.extend(read(notes, &place).map(|read| (name, read)));
    }
    found
}

fn voices(notes: &mut ParseErrors<'_>, flow: &Table<'_>) -> BTreeMap<Language, String> {
    let mut voices = BTreeMap::new();
    let Some(table) = flow.inner(notes, "voices", &[]) else { return voices };
    for (written, span, entry) in table.entries(notes) {
        match written.parse() {
            Ok(language) => voices.extend(entry.text(notes).map(|voice| (language, voice.to_owned()))),
            Err(error) => notes.note(span, error.to_string()),
        }
    }
    voices
}

fn countries(notes: &mut ParseErrors<'_>, flow: &Table<'_>) -> Vec<String> {
    let mut countries = Vec::new();
    for entry in flow.entry(notes, "countries").iter().flat_map(Entry::list) {
        let Some(text) = entry.text(notes) else { continue };
        let digits = text.strip_prefix('+').unwrap_or_default();
        if (1..=14).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
            countries.push(text.to_owned());
        } else {
            notes.note(
                entry.span.clone(),
                format!("{text:?} is not a number prefix; use one such as \"+33\""),
            );
        }
    }
    countries
}

fn main_numbers(notes: &mut ParseErrors<'_>, flow: &Table<'_>) -> BTreeMap<PhoneNumber, Entrance> {
    let mut numbers = BTreeMap::new();
    let Some(table) = flow.inner(notes, "numbers", &[]) else { return numbers };
    for (written, span, entry) in table.entries(notes) {
        let number: Option<PhoneNumber> = match written.parse() {
            Ok(number) => Some(number),
            Err(error) => {
                notes.note(span, format!("{written:?} is {error}"));
                None
            }
        };
        let entrance = if matches!(entry.value, DeValue::Table(_)) {
            table.as_inner(notes, &written, &entry, &["start", "language"]).and_then(|inner| {
                let language = inner.parsed(notes, "language");
                Some(Entrance { start: inner.required_target(notes, "start")?, language })
            })
        } else {
            entry.target(notes).map(|start| Entrance { start, language: None })
        };
        numbers.extend(number.zip(entrance));
    }
    numbers
}

fn callers(notes: &mut ParseErrors<'_>, flow: &Table<'_>) -> Vec<CallerRule> {
    let mut rules = Vec::new();
    for (place, entry) in flow.entry(notes, "callers").iter().flat_map(Entry::list).enumerate() {
        let key = format!("callers.{place}");
        notes.mark("", &key, entry.span.clone());
        let Some(inner) = flow.as_inner(notes, &key, &entry, &["callers", "then"]) else { continue };
        let patterns = inner.entry(notes, "callers");
        let callers = patterns.iter().flat_map(Entry::list).filter_map(|entry| entry.parsed(notes)).collect();
        let then = inner.entry(notes, "then");
        let then = match then.as_ref().map(|entry| (entry, entry.value.as_str())) {
            Some((_, Some("allow"))) => Some(CallerThen::Allow),
            Some((_, Some("reject"))) => Some(CallerThen::Reject),
            Some((entry, _)) => entry.target(notes).map(CallerThen::Go),
            None => {
                inner.missing(
                    notes,
                    "then",
                    "use \"allow\", \"reject\" or a target such as \"mailbox main\"",
                );
                None
            }
        };
        rules.extend(then.map(|then| CallerRule { callers, then }));
    }
    rules
}
