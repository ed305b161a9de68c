//! Menus: questions answered by pressing keys.
use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::flow::prompt::Prompt;
use crate::flow::target::{Choice, Target};
use crate::keys::{Key, Keys};

/// What to do when a caller pressed nothing, or a key without a meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reprompt {
    /// Said before the menu is asked again.
    pub prompt: Prompt,
    /// How many times it may happen in a menu; the last time leads to `then`. At least 1.
    pub limit: u8,
    /// The next node after the last time.
    pub then: Target,
}

/// A question answered by pressing a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Menu {
    /// The question.
    pub prompt: Prompt,
    /// What each key means.
    pub choices: BTreeMap<Key, Choice>,
    /// What several keys in a row mean: extensions that callers dial directly.
    pub extensions: BTreeMap<Keys, Choice>,
    /// How long to wait for a key after the prompt.
    pub timeout: Duration,
    /// How long to wait for the next one of several keys; `timeout` if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_keys: Option<Duration>,
    /// Whether a key interrupts the question.
    pub interruptible: bool,
    /// Nothing was pressed.
    pub no_input: Reprompt,
    /// Keys without a meaning were pressed.
    pub no_match: Reprompt,
}

impl Menu {
    /// What these keys mean here.
    pub fn choice(&self, keys: &Keys) -> Option<&Choice> {
        match keys.single() {
            Some(key) => self.choices.get(&key),
            None => self.extensions.get(keys),
        }
    }

    /// All choices of the menu: the keys, and what they mean.
    pub fn ways(&self) -> impl Iterator<Item = (Keys, &Choice)> {
        let single = self.choices.iter().map(|(key, choice)| (Keys::from(*key), choice));
        single.chain(self.extensions.iter().map(|(keys, choice)| (keys.clone(), choice)))
    }

    /// The number of keys of the longest choice.
    pub fn most_keys(&self) -> usize {
        self.extensions.keys().map(Keys::len).max().unwrap_or(0).max(1)
    }
}
