//! The problems that a flow can have, each with its remedy.
use std::fmt;

use jiff::civil::Date;

use super::language::Language;
use super::target::Target;
use crate::keys::{DialDigits, Keys};
use crate::phone::PhoneNumber;
use crate::phone::address::PhoneAddress;

/// One problem, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The node of the flow (`menu main`); empty for the flow as a whole.
    pub place: String,
    /// The setting of that node (`no_input.then`); empty for the node as a whole.
    pub setting: String,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl Problem {
    pub(crate) fn new(place: impl fmt::Display, setting: impl Into<String>, kind: ProblemKind) -> Self {
        Self { place: place.to_string(), setting: setting.into(), kind }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.place.as_str(), self.setting.as_str()];
        let place = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        if place.is_empty() { self.kind.fmt(f) } else { write!(f, "{place}: {}", self.kind) }
    }
}

/// A kind of problem; its message names the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum ProblemKind {
    /// The target does not exist.
    #[error("leads to {0}, which does not exist; define it or correct the name")]
    UnknownTarget(Target),
    /// No caller can reach this node.
    #[error("no caller can get here; let a key or a rule lead here, or remove it")]
    Unreachable,
    /// A caller who presses nothing never reaches an end.
    #[error("a caller who presses nothing is trapped; let this path end at a mailbox or a goodbye")]
    Loop,
    /// A caller who presses nothing is led through more steps than a call may have.
    #[error(
        "a caller who presses nothing goes through {got} steps to an end; a call has at most {most}, so lower the tries"
    )]
    TooLong {
        /// The steps.
        got: usize,
        /// The most there may be.
        most: usize,
    },
    /// A key leads back to the previous menu, but there is none.
    #[error("\"back\" leads nowhere, no menu leads here by a key; use \"repeat\" or name a target")]
    NoWayBack,
    /// A menu without keys.
    #[error("the menu has no keys; add at least one")]
    NoChoices,
    /// An extension that is not 2 to 6 digits.
    #[error("{0} cannot be an extension; use 2 to 6 digits, without * and #")]
    BadExtension(Keys),
    /// The key that ends an extension has a meaning of its own.
    #[error("# ends an extension, so it cannot be a key of a menu with extensions; use another key")]
    HashEndsExtensions,
    /// A forward without phones.
    #[error("the forward has no phones; add at least one number")]
    NoDestinations,
    /// More phones at once than the carrier can ring.
    #[error(
        "{count} phones would ring at once; the carrier rings at most {most}, so ring fewer or one after the other"
    )]
    TooManyAtOnce {
        /// The number of phones.
        count: usize,
        /// The carrier's limit.
        most: usize,
    },
    /// Phones that ring at once have different ring times.
    #[error("phones that ring at once must ring for the same time; give each the same")]
    DifferentRings,
    /// Phones would ring longer than callers wait.
    #[error(
        "phones ring for {minutes} minutes one after the other, and callers hang up before that; ring fewer or shorter"
    )]
    LongRinging {
        /// How long, in minutes.
        minutes: u64,
    },
    /// Every listed date has passed, so that the next holidays are ordinary days.
    #[error("the last listed date was {0}; list the next holidays, or renew the calendar file")]
    PastDates(Date),
    /// A number that is often expensive to call.
    #[error("{0} begins like a number that is often expensive to call; check the carrier's price")]
    Expensive(PhoneNumber),
    /// A prompt names a key that the menu does not have.
    #[error(
        "the prompt mentions the key {0}, which the menu does not have; add the key or change the prompt"
    )]
    PromptNamesMissingKey(char),
    /// The carrier rings numbers only.
    #[error("{0} cannot be rung by the carrier, which knows numbers only; name one such as +33123456789")]
    CannotBeRung(PhoneAddress),
    /// The carrier cannot dial digits after a phone is picked up.
    #[error("the carrier cannot dial {0} once the phone is picked up; leave digits out")]
    CannotDialDigits(DialDigits),
    /// The destination is one of our own numbers.
    #[error("{0} is one of the company's own numbers, so the call would loop; use another")]
    OwnNumber(PhoneNumber),
    /// The same phone twice.
    #[error("{0} is listed twice; list it once")]
    SameNumberTwice(PhoneAddress),
    /// A number that only a mistake or fraud would ring.
    #[error("{number} {why}; name the number of a person's phone")]
    BadDestination {
        /// The number.
        number: PhoneNumber,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A number of a country that is not allowed.
    #[error(
        "{0} starts with none of the allowed prefixes; add its prefix to countries or use another number"
    )]
    CountryNotAllowed(PhoneNumber),
    /// One key for two things.
    #[error("{0} is assigned twice; use another key for one of them")]
    SameKeyTwice(char),
    /// A prompt without text.
    #[error("a prompt is empty, the caller would hear silence; write the text")]
    EmptyPrompt,
    /// A prompt with more characters than a carrier speaks.
    #[error("a prompt has {length} characters, the carrier speaks at most {most}; shorten it")]
    LongPrompt {
        /// The prompt's length in characters.
        length: usize,
        /// The carrier's limit.
        most: usize,
    },
    /// A prompt with a voice has more characters than such voices speak.
    #[error(
        "a prompt for a named voice has {length} characters, such voices speak at most {most}; shorten it"
    )]
    LongPromptForVoice {
        /// The prompt's length in characters.
        length: usize,
        /// The carrier's limit.
        most: usize,
    },
    /// A prompt is missing in a language that callers can choose.
    #[error("it is not written in {0}, which callers can choose; add it")]
    MissingLanguage(Language),
    /// A number of tries outside 1 to 9.
    #[error("{0} tries is out of range; use 1 to 9")]
    BadLimit(u8),
    /// A time outside the allowed range.
    #[error("{what} is {got} s; use {least} to {most} s")]
    BadSeconds {
        /// The setting.
        what: &'static str,
        /// Its value in seconds.
        got: u64,
        /// The least allowed.
        least: u64,
        /// The most allowed.
        most: u64,
    },
    /// The shortest message is not shorter than the longest.
    #[error("min_length must be shorter than max_length")]
    ShortestTooLong,
    /// The maximum length is longer than the carrier transcribes.
    #[error(
        "the carrier transcribes messages of at most {most} s, and this mailbox takes {seconds} s; lower max_length or leave transcribe out"
    )]
    TooLongToTranscribe {
        /// The mailbox's longest message in seconds.
        seconds: u64,
        /// The carrier's limit.
        most: u64,
    },
    /// Opening hours that never open.
    #[error("it never opens; add hours for a day of the week")]
    NeverOpen,
    /// A caller rule without callers.
    #[error("the rule has no callers; add at least one number, prefix, or withheld")]
    NoCallers,
}

/// Everything that is wrong with a flow; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("; "))
    }
}
