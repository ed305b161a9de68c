//! A menu with a caller in it: what was pressed, and what is asked next.

use super::instruction::Instruction;
use super::signal::Signal;
use super::step::Step;
use super::way::Way;
use super::{Dialogue, MOST_STEPS, MailboxCause};
use crate::call::event::EventKind;
use crate::flow::menu::Menu;
use crate::flow::name::NodeName;
use crate::flow::prompt::Prompt;
use crate::flow::target::{Choice, Target, Then};
use crate::keys::{Key, Keys};

/// How often nothing, and how often nothing meaningful, was pressed.
type Tries = [u8; 2];

/// The key that ends several in a row before the time for the next is over.
const END_OF_KEYS: char = '#';

impl Step<'_> {
    pub(super) fn answer_menu(&mut self, name: &NodeName, tries: Tries, signal: &Signal, way: &Way) {
        let Some(menu) = self.flow.menu(name) else { return self.rescue(way) };
        match signal {
            Signal::Keyed(keys) if !keys.is_empty() => self.keyed(name, menu, tries, keys, way),
            Signal::Keyed(_) | Signal::NoInput => self.silent(name, menu, tries, way),
            // Not what a menu can be told: ask again, as for a key that means nothing, so that it stays bounded.
            Signal::Arrived
            | Signal::DialEnded(_)
            | Signal::Recorded { .. }
            | Signal::CalleeAnswered
            | Signal::Fault => self.no_match(name, menu, tries, way),
        }
    }

    fn keyed(&mut self, name: &NodeName, menu: &Menu, tries: Tries, keys: &Keys, way: &Way) {
        let choice = menu.choice(keys);
        let label = choice.map(|choice| choice.label.clone());
        self.note(EventKind::Key { menu: name.clone(), step: way.step, keys: keys.clone(), choice: label });
        match choice {
            Some(choice) => {
                let mut way = way.clone();
                way.chosen = Some((name.clone(), keys.clone()));
                if let Some(language) = &choice.language {
                    way.language = Some(language.clone());
                }
                self.choose(name, menu, tries, choice, way);
            }
            None => self.no_match(name, menu, tries, way),
        }
    }

    fn choose(&mut self, name: &NodeName, menu: &Menu, tries: Tries, choice: &Choice, mut way: Way) {
        match &choice.then {
            Then::Go(target) => {
                self.enter(target, MailboxCause::Chosen, &way.leaving(name));
            }
            Then::Back => match way.menus.pop() {
                Some(before) => self.enter(&Target::Menu(before), MailboxCause::Chosen, &way),
                None => self.again(name, menu, tries, &way),
            },
            Then::Repeat => self.again(name, menu, tries, &way),
        }
    }

    /// The same question, because the caller wants to hear it again.
    fn again(&mut self, name: &NodeName, menu: &Menu, tries: Tries, way: &Way) {
        if way.step >= MOST_STEPS {
            return self.rescue(way);
        }
        self.ask(name, menu, None, tries, way);
    }

    fn no_match(&mut self, name: &NodeName, menu: &Menu, [silent, wrong]: Tries, way: &Way) {
        let count = wrong.saturating_add(1);
        let rule = &menu.no_match;
        if count >= rule.limit || way.step >= MOST_STEPS {
            self.enter(&rule.then, MailboxCause::NoMatch, way);
        } else {
            self.ask(name, menu, Some(&rule.prompt), [silent, count], way);
        }
    }

    fn silent(&mut self, name: &NodeName, menu: &Menu, [silent, wrong]: Tries, way: &Way) {
        self.note(EventKind::NoInput { menu: name.clone(), step: way.step });
        let count = silent.saturating_add(1);
        let rule = &menu.no_input;
        if count >= rule.limit || way.step >= MOST_STEPS {
            self.enter(&rule.then, MailboxCause::NoInput, way);
        } else {
            self.ask(name, menu, Some(&rule.prompt), [count, wrong], way);
        }
    }

    /// Asks a menu's question.
    pub(super) fn ask(
        &mut self,
        name: &NodeName,
        menu: &Menu,
        first: Option<&Prompt>,
        tries: Tries,
        way: &Way,
    ) {
        if self.cx.caller_gone {
            return;
        }
        let way = way.on(self.flow.edition());
        self.note(EventKind::Menu { menu: name.clone(), step: way.step });
        let language = way.language.as_ref();
        let mut prompts: Vec<_> = first
            .into_iter()
            .chain([&menu.prompt])
            .flat_map(|prompt| self.flow.speech(prompt, language))
            .collect();
        if !menu.interruptible {
            prompts.drain(..).for_each(|prompt| self.tell(Instruction::Say(prompt)));
        }
        let most_keys = menu.most_keys();
        let [no_input, no_match] = tries;
        self.tell(Instruction::Gather {
            prompts,
            max_keys: u8::try_from(most_keys).unwrap_or(u8::MAX),
            finish_on_key: (most_keys > 1).then(|| Key::try_from(END_OF_KEYS).ok()).flatten(),
            timeout: menu.timeout,
            then: Dialogue::Menu { menu: name.clone(), no_input, no_match, way },
        });
    }
}
