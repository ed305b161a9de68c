//! Checks that all languages have the same messages, and that every message used by a template or script exists.
use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// The variables of each message.
fn variables(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in language.source().lines().filter(|line| !line.starts_with('#')) {
        if let (false, Some((id, _))) = (line.starts_with(' '), line.split_once(" =")) {
            assert!(found.insert(id.to_owned(), BTreeSet::new()).is_none(), "{id} is defined twice");
            id.clone_into(&mut current);
        }
        let names = line.split('$').skip(1).chain(line.split('%').skip(1).step_by(2));
        let word = |rest: &str| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
        if let Some(known) = found.get_mut(&current) {
            known.extend(names.map(word).filter(|word| !word.is_empty()));
        }
    }
    found
}

#[test]
fn every_language_parses_and_has_every_message_with_the_same_variables() {
    for language in Language::ALL {
        assert!(FluentResource::try_new(language.source().to_owned()).is_ok(), "{language:?}");
    }
    assert_eq!(variables(Language::English), variables(Language::French));
}

#[test]
fn templates_and_scripts_use_only_existing_messages() {
    let known = variables(Language::English);
    let read = |dir: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
        std::fs::read_dir(path).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            (path.display().to_string(), std::fs::read_to_string(path).unwrap_or_default())
        })
    };
    let ours = |file: &str| file.contains(".js") && !file.contains(".min.js");
    let mut asked = 0;
    for (file, text) in read("templates") {
        for rest in text.split("t(k=\"").skip(1) {
            let id = rest.split('"').next().unwrap();
            // Ids that end in a hyphen are completed by a variable.
            let there = known.contains_key(id)
                || id.ends_with('-') && known.keys().any(|known| known.starts_with(id));
            assert!(there, "{file} asks for {id}");
            asked += 1;
        }
    }
    for (file, text) in read("static").filter(|(file, _)| ours(file)) {
        for rest in text.split(" t(\"").skip(1).chain(text.split("(t(\"").skip(1)) {
            let id = format!("js-{}", rest.split('"').next().unwrap());
            assert!(
                known.contains_key(&id) || known.contains_key(&format!("{id}-other")),
                "{file} asks for {id}"
            );
            asked += 1;
        }
    }
    assert!(asked > 150, "{asked}");
}

#[test]
fn the_browsers_first_supported_language_is_used() {
    for (header, language) in [
        ("fr-FR,fr;q=0.9,en;q=0.8", Language::French),
        ("de, fr;q=0.5, en;q=0.7", Language::English),
        ("de;q=1, fr;q=0.1", Language::French),
        ("fr;q=0, en", Language::English),
        ("FR", Language::French),
        ("*", Language::English),
        ("", Language::English),
        ("fr;q=x", Language::English),
    ] {
        assert_eq!(Language::accepted(header), language, "{header}");
    }
}

#[test]
fn numbers_days_and_counts_follow_the_language() {
    assert_eq!(Language::English.number(1_234_567), "1,234,567");
    assert_eq!(Language::French.number(1_234), "1\u{202f}234");
    let day = jiff::civil::date(2026, 11, 1);
    assert_eq!(Language::English.day(day), "Sunday, 1 November 2026");
    assert_eq!(Language::French.day(day), "dimanche 1er novembre 2026");
    assert_eq!(Language::French.short_day(day), "dim. 1er nov.");
    let found = |language: Language, n: u64| language.say_with("notes", [("n", n.into())]);
    assert_eq!(
        (found(Language::English, 0), found(Language::French, 0)),
        ("0 notes".into(), "0 note".into())
    );
    assert_eq!(
        Language::English.say_with("speech", [("speech", 8.into()), ("length", 21.into())]),
        "8 s of speech in 21 s"
    );
}
