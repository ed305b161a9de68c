//! The call flow: the nodes that callers go through, and how they are connected.
//!
//! A [`CallFlow`] is only made from a [`FlowDraft`] in which no problem was found: every target exists, every
//! node can be reached, and a caller who presses nothing reaches a mailbox or a spoken goodbye.

pub(crate) mod builtin;
pub(crate) mod callers;
pub(crate) mod carrier_limits;
pub(crate) mod check;
pub(crate) mod draft;
pub(crate) mod exits;
pub(crate) mod fallback_route;
pub(crate) mod forward;
pub(crate) mod hours;
pub(crate) mod language;
pub(crate) mod mailbox;
pub(crate) mod menu;
pub(crate) mod name;
pub(crate) mod parse;
pub(crate) mod paths;
pub(crate) mod problem;
pub(crate) mod prompt;
pub(crate) mod target;
pub(crate) mod version;

pub use callers::{Attestation, CallerPattern, CallerRule, CallerThen, InvalidCallerPattern};
pub use carrier_limits::CarrierLimits;
pub use draft::{Entrance, FlowDraft};
pub use exits::{By, Exit};
pub use fallback_route::FallbackRoute;
pub use forward::{Destination, Forward, Screening, ShownNumber, Strategy};
pub use hours::Hours;
pub use hours::schedule::{DatedRule, Days, InvalidDays, InvalidRange, Opening, Range, Schedule};
pub use language::{InvalidLanguage, Language};
pub use mailbox::{Confirm, Goodbye, Mailbox, Transcribe};
pub use menu::{Menu, Reprompt};
pub use name::{InvalidNodeName, NodeName};
pub use parse::{CalendarReader, Finding, Findings, FlowSettings, TimedEvents};
pub use paths::{Path, Paths};
pub use problem::{Problem, ProblemKind, Problems};
pub use prompt::{AudioFile, Prompt, Speech, Spoken};
pub use target::{Choice, Target, Then};
pub use version::{FlowVersion, InvalidFlowVersion};

use std::collections::BTreeSet;
use std::time::Duration;

use crate::phone::PhoneNumber;
use crate::phone::address::PhoneAddress;

/// The maximum number of steps in a call; after that, no menu is played any more. More than any caller needs.
pub(crate) const MAX_STEPS: u16 = 60;

/// A flow that passed all checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFlow {
    draft: FlowDraft,
    version: FlowVersion,
}

impl CallFlow {
    fn of(draft: FlowDraft) -> Self {
        Self { version: FlowVersion::of(&draft), draft }
    }

    /// The version: a hash of the flow's content.
    pub fn version(&self) -> FlowVersion {
        self.version
    }

    /// The flow as it was written.
    pub fn draft(&self) -> &FlowDraft {
        &self.draft
    }

    /// Where a call to that number begins, and in which language.
    pub fn entrance(&self, dialled: &str) -> (&Target, Option<&Language>) {
        let own = PhoneNumber::read_called(dialled).and_then(|number| self.draft.main_numbers.get(&number));
        own.map_or((&self.draft.start, None), |Entrance { start, language }| (start, language.as_ref()))
    }

    /// Where calls to a number without an entrance of its own begin.
    pub fn start(&self) -> &Target {
        &self.draft.start
    }

    /// Where callers go during a temporary closure.
    pub fn closed(&self) -> Target {
        self.draft.closed.clone().unwrap_or_else(|| Target::Mailbox(self.draft.safety.clone()))
    }

    /// The rules about who may call.
    pub fn callers(&self) -> &[CallerRule] {
        &self.draft.callers
    }

    /// The mailbox for callers when nothing else is possible (the flow changed during the call, or a fault).
    pub fn safety(&self) -> &NodeName {
        &self.draft.safety
    }

    /// The company's name, as callees hear it.
    pub fn company(&self) -> &str {
        &self.draft.company
    }

    /// The language of a caller who chose none.
    pub fn language(&self) -> &Language {
        &self.draft.language
    }

    /// The menu of that name.
    pub fn menu(&self, name: &NodeName) -> Option<&Menu> {
        self.draft.menus.get(name)
    }

    /// The forward of that name.
    pub fn forward(&self, name: &NodeName) -> Option<&Forward> {
        self.draft.forwards.get(name)
    }

    /// The mailbox of that name.
    pub fn mailbox(&self, name: &NodeName) -> Option<&Mailbox> {
        self.draft.mailboxes.get(name)
    }

    /// The opening hours of that name.
    pub fn hours(&self, name: &NodeName) -> Option<&Hours> {
        self.draft.hours.get(name)
    }

    /// The goodbye of that name.
    pub fn goodbye(&self, name: &NodeName) -> Option<&Goodbye> {
        self.draft.goodbyes.get(name)
    }

    /// The names of the mailboxes.
    pub fn mailboxes(&self) -> impl Iterator<Item = &NodeName> {
        self.draft.mailboxes.keys()
    }

    /// Every audio file that it plays.
    pub fn audio_files(&self) -> BTreeSet<&AudioFile> {
        let mut files = BTreeSet::new();
        for prompt in self.draft.prompts() {
            prompt.all().for_each(|(_, spoken)| spoken.audio_files(&mut files));
        }
        files
    }

    /// Every text that the flow has read out, with its language, so that a carrier can prepare it. Texts for callees contain
    /// placeholders such as `{caller}` for what differs from call to call.
    pub fn texts(&self) -> BTreeSet<(&Language, &str)> {
        let mut texts = BTreeSet::new();
        for prompt in self.draft.prompts() {
            prompt.all().for_each(|(language, spoken)| spoken.texts(language, &mut texts));
        }
        texts
    }

    /// The longest time that caller and callee can talk: the largest time limit of all forwards.
    pub fn longest_forward(&self) -> Duration {
        self.draft.forwards.values().map(|forward| forward.time_limit).max().unwrap_or_default()
    }

    /// Every phone that this flow can ring; no other phone is ever rung.
    pub fn phones(&self) -> impl Iterator<Item = &PhoneAddress> {
        self.draft.forwards.values().flat_map(|forward| forward.destinations.iter().map(|to| &to.phone))
    }

    /// Every number among them.
    pub fn numbers(&self) -> impl Iterator<Item = &PhoneNumber> {
        self.phones().filter_map(PhoneAddress::number)
    }

    /// The prompt as listeners of that language hear it.
    pub fn speech(&self, prompt: &Prompt, language: Option<&Language>) -> Vec<Speech> {
        let (language, spoken) = prompt.spoken(language);
        let mut speech = Vec::new();
        self.push_speech(spoken, language, &mut speech);
        speech
    }

    fn push_speech(&self, spoken: &Spoken, language: &Language, speech: &mut Vec<Speech>) {
        match spoken {
            Spoken::Text(text) => speech.push(self.text(text.clone(), language)),
            Spoken::Audio(file) => speech.push(Speech::Audio(file.clone())),
            Spoken::InTurn(parts) => {
                for (language, spoken) in parts {
                    self.push_speech(spoken, language, speech);
                }
            }
        }
    }

    /// A text in a language, with the voice that the flow names for it.
    pub fn text(&self, text: String, language: &Language) -> Speech {
        Speech::Text { text, language: language.clone(), voice: self.draft.voices.get(language).cloned() }
    }
}
