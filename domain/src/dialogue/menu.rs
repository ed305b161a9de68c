//! The steps of a caller in a menu: what was pressed, and what is asked next.
use super::Dialogue;
use super::history::DialogueHistory;
use super::instruction::Instruction;
use super::signal::Signal;
use super::step_builder::StepBuilder;
use crate::call::event::EventKind;
use crate::call::status::MailboxCause;
use crate::flow::MAX_STEPS;
use crate::flow::menu::Menu;
use crate::flow::name::NodeName;
use crate::flow::prompt::Prompt;
use crate::flow::target::{Choice, Target, Then};
use crate::keys::{Key, Keys};

/// How often no key was pressed, and how often a key without a meaning.
type Tries = [u8; 2];

/// The key that ends the input of several keys before the timeout for the next key.
const END_OF_KEYS: char = '#';

impl StepBuilder<'_> {
    pub(super) fn answer_menu(
        &mut self,
        name: &NodeName,
        tries: Tries,
        signal: &Signal,
        history: &DialogueHistory,
    ) {
        let Some(menu) = self.flow.menu(name) else { return self.rescue(history) };
        match signal {
            Signal::Keyed(keys) if !keys.is_empty() => self.keyed(name, menu, tries, keys, history),
            Signal::Keyed(_) | Signal::NoInput => self.silent(name, menu, tries, history),
            // Unexpected signal at a menu: handled like an unknown key, so that retries stay bounded.
            Signal::Arrived
            | Signal::DialEnded(_)
            | Signal::Recorded { .. }
            | Signal::CalleeAnswered
            | Signal::Fault => self.no_match(name, menu, tries, history),
        }
    }

    fn keyed(&mut self, name: &NodeName, menu: &Menu, tries: Tries, keys: &Keys, history: &DialogueHistory) {
        let choice = menu.choice(keys);
        let label = choice.map(|choice| choice.label.clone());
        self.note(EventKind::Key {
            menu: name.clone(),
            step: history.step,
            keys: keys.clone(),
            choice: label,
        });
        match choice {
            Some(choice) => {
                let mut history = history.clone();
                history.chosen = Some((name.clone(), keys.clone()));
                if let Some(language) = &choice.language {
                    history.language = Some(language.clone());
                }
                self.choose(name, menu, tries, choice, history);
            }
            None => self.no_match(name, menu, tries, history),
        }
    }

    fn choose(
        &mut self,
        name: &NodeName,
        menu: &Menu,
        tries: Tries,
        choice: &Choice,
        mut history: DialogueHistory,
    ) {
        match &choice.then {
            Then::Go(target) => {
                self.enter(target, MailboxCause::Chosen, &history.after_menu(name));
            }
            Then::Back => match history.menus.pop() {
                Some(before) => self.enter(&Target::Menu(before), MailboxCause::Chosen, &history),
                None => self.again(name, menu, tries, &history),
            },
            Then::Repeat => self.again(name, menu, tries, &history),
        }
    }

    /// Asks the same question again, because the caller requested it.
    fn again(&mut self, name: &NodeName, menu: &Menu, tries: Tries, history: &DialogueHistory) {
        if history.step >= MAX_STEPS {
            return self.rescue(history);
        }
        self.ask(name, menu, None, tries, history);
    }

    fn no_match(&mut self, name: &NodeName, menu: &Menu, [silent, wrong]: Tries, history: &DialogueHistory) {
        let count = wrong.saturating_add(1);
        let rule = &menu.no_match;
        if count >= rule.limit || history.step >= MAX_STEPS {
            self.enter(&rule.then, MailboxCause::NoMatch, history);
        } else {
            self.ask(name, menu, Some(&rule.prompt), [silent, count], history);
        }
    }

    fn silent(&mut self, name: &NodeName, menu: &Menu, [silent, wrong]: Tries, history: &DialogueHistory) {
        self.note(EventKind::NoInput { menu: name.clone(), step: history.step });
        let count = silent.saturating_add(1);
        let rule = &menu.no_input;
        if count >= rule.limit || history.step >= MAX_STEPS {
            self.enter(&rule.then, MailboxCause::NoInput, history);
        } else {
            self.ask(name, menu, Some(&rule.prompt), [count, wrong], history);
        }
    }

    /// Asks a menu's question.
    pub(super) fn ask(
        &mut self,
        name: &NodeName,
        menu: &Menu,
        first: Option<&Prompt>,
        tries: Tries,
        history: &DialogueHistory,
    ) {
        if self.cx.caller_gone {
            return;
        }
        let history = history.on(self.flow.version());
        self.note(EventKind::Menu { menu: name.clone(), step: history.step });
        let language = history.language.as_ref();
        let mut prompts: Vec<_> = first
            .into_iter()
            .chain([&menu.prompt])
            .flat_map(|prompt| self.flow.speech(prompt, language))
            .collect();
        if !menu.interruptible {
            prompts.drain(..).for_each(|prompt| self.push(Instruction::Say(prompt)));
        }
        let most_keys = menu.most_keys();
        let [no_input, no_match] = tries;
        self.push(Instruction::Gather {
            prompts,
            max_keys: u8::try_from(most_keys).unwrap_or(u8::MAX),
            finish_on_key: (most_keys > 1).then(|| Key::try_from(END_OF_KEYS).ok()).flatten(),
            timeout: menu.timeout,
            between_keys: menu.between_keys.unwrap_or(menu.timeout),
            then: Dialogue::Menu { menu: name.clone(), no_input, no_match, history },
        });
    }
}
