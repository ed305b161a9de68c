//! A flow before it is checked.
use std::collections::BTreeMap;

use serde::Serialize;

use crate::flow::callers::CallerRule;
use crate::flow::forward::Forward;
use crate::flow::hours::Hours;
use crate::flow::language::Language;
use crate::flow::mailbox::{Goodbye, Mailbox};
use crate::flow::menu::Menu;
use crate::flow::name::NodeName;
use crate::flow::prompt::Prompt;
use crate::flow::target::Target;
use crate::phone::PhoneNumber;

/// Where calls to one of several main numbers begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entrance {
    /// The first node.
    pub start: Target,
    /// The language of its callers, until they choose another.
    pub language: Option<Language>,
}

/// A complete flow that has not been checked. [`FlowDraft::check`] is the only way to get a
/// [`CallFlow`](crate::CallFlow).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowDraft {
    /// The company's name.
    pub company: String,
    /// The language of callers who chose none.
    pub language: Language,
    /// The voice for each language, as the carrier names it; the carrier's own choice where none is named.
    pub voices: BTreeMap<Language, String>,
    /// Where calls begin, unless the called number has an entrance of its own.
    pub start: Target,
    /// The entrances of individual company numbers.
    pub main_numbers: BTreeMap<PhoneNumber, Entrance>,
    /// The rules about callers; the first that matches applies.
    pub callers: Vec<CallerRule>,
    /// The prefixes of the numbers that may be dialled (`+33`); if empty, any number may be.
    pub countries: Vec<String>,
    /// Where callers go during a temporary closure; the safety mailbox when `None`.
    pub closed: Option<Target>,
    /// The mailbox for callers when nothing else is possible.
    pub safety: NodeName,
    /// The opening hours by name.
    pub hours: BTreeMap<NodeName, Hours>,
    /// The menus by name.
    pub menus: BTreeMap<NodeName, Menu>,
    /// The forwards by name.
    pub forwards: BTreeMap<NodeName, Forward>,
    /// The mailboxes by name.
    pub mailboxes: BTreeMap<NodeName, Mailbox>,
    /// The goodbyes by name.
    pub goodbyes: BTreeMap<NodeName, Goodbye>,
}

impl FlowDraft {
    /// A draft without nodes.
    pub fn empty(language: Language, start: Target, safety: NodeName) -> Self {
        Self {
            company: String::new(),
            language,
            voices: BTreeMap::new(),
            start,
            main_numbers: BTreeMap::new(),
            callers: Vec::new(),
            countries: Vec::new(),
            closed: None,
            safety,
            hours: BTreeMap::new(),
            menus: BTreeMap::new(),
            forwards: BTreeMap::new(),
            mailboxes: BTreeMap::new(),
            goodbyes: BTreeMap::new(),
        }
    }

    /// Whether the node exists.
    pub fn exists(&self, target: &Target) -> bool {
        match target {
            Target::Menu(name) => self.menus.contains_key(name),
            Target::Forward(name) => self.forwards.contains_key(name),
            Target::Mailbox(name) => self.mailboxes.contains_key(name),
            Target::Hours(name) => self.hours.contains_key(name),
            Target::Goodbye(name) => self.goodbyes.contains_key(name),
        }
    }

    /// Every node.
    pub fn places(&self) -> impl Iterator<Item = Target> + '_ {
        let hours = self.hours.keys().cloned().map(Target::Hours);
        let menus = self.menus.keys().cloned().map(Target::Menu);
        let forwards = self.forwards.keys().cloned().map(Target::Forward);
        let mailboxes = self.mailboxes.keys().cloned().map(Target::Mailbox);
        let goodbyes = self.goodbyes.keys().cloned().map(Target::Goodbye);
        hours.chain(menus).chain(forwards).chain(mailboxes).chain(goodbyes)
    }

    /// Every prompt that callers hear: its node, its setting, and the prompt.
    pub(crate) fn caller_prompts(&self) -> Vec<(Target, &'static str, &Prompt)> {
        let mut prompts = Vec::new();
        for (name, menu) in &self.menus {
            let place = || Target::Menu(name.clone());
            prompts.push((place(), "prompt", &menu.prompt));
            prompts.push((place(), "no_input.prompt", &menu.no_input.prompt));
            prompts.push((place(), "no_match.prompt", &menu.no_match.prompt));
        }
        for (name, forward) in &self.forwards {
            prompts.extend(
                forward.announcement.iter().map(|p| (Target::Forward(name.clone()), "announcement", p)),
            );
        }
        for (name, mailbox) in &self.mailboxes {
            let place = || Target::Mailbox(name.clone());
            prompts.push((place(), "unavailable", &mailbox.unavailable));
            prompts.extend(mailbox.consent.iter().map(|p| (place(), "consent", p)));
            prompts.push((place(), "greeting", &mailbox.greeting));
            prompts.push((place(), "farewell", &mailbox.farewell));
            prompts.extend(mailbox.confirm.iter().map(|c| (place(), "confirm.prompt", &c.prompt)));
        }
        for (name, goodbye) in &self.goodbyes {
            prompts.push((Target::Goodbye(name.clone()), "prompt", &goodbye.prompt));
        }
        prompts
    }

    /// Every prompt, including those for callees only.
    pub(crate) fn prompts(&self) -> impl Iterator<Item = &Prompt> {
        let callees = self.forwards.values().flat_map(|forward| &forward.destinations);
        let screenings =
            callees.filter_map(|callee| callee.screening.as_ref()).map(|screening| &screening.prompt);
        self.caller_prompts().into_iter().map(|(_, _, prompt)| prompt).chain(screenings)
    }

    /// Every language that a call can be in.
    pub(crate) fn languages(&self) -> Vec<&Language> {
        let chosen =
            self.menus.values().flat_map(|menu| menu.ways().filter_map(|(_, c)| c.language.as_ref()));
        let entered = self.main_numbers.values().filter_map(|entrance| entrance.language.as_ref());
        let mut languages: Vec<&Language> =
            std::iter::once(&self.language).chain(chosen).chain(entered).collect();
        languages.sort_unstable();
        languages.dedup();
        languages
    }
}
