//! The built-in flow: press 1 for a person, press 2 to leave a message.
use std::collections::BTreeMap;
use std::time::Duration;

use super::CallFlow;
use super::carrier_limits::CarrierLimits;
use super::draft::FlowDraft;
use super::forward::{Destination, Forward, Screening, ShownNumber, Strategy};
use super::mailbox::{Mailbox, Transcribe};
use super::menu::{Menu, Reprompt};
use super::name::NodeName;
use super::problem::Problems;
use super::prompt::{Prompt, Spoken};
use super::target::{Choice, Target};
use crate::keys::Key;
use crate::phone::address::PhoneAddress;

const LANGUAGE: &str = "en-GB";

/// The settings of the built-in flow.
#[derive(Debug, Clone)]
pub struct BuiltinFlow {
    /// The phones that key 1 calls, one after the other.
    pub forward_to: Vec<PhoneAddress>,
    /// Whether the callee hears the caller's number and presses a key to accept the call.
    pub screening: bool,
    /// How long each phone rings.
    pub ring: Duration,
    /// The maximum length of a forwarded conversation.
    pub time_limit: Duration,
    /// What the carrier can do.
    pub limits: CarrierLimits,
}

impl Default for BuiltinFlow {
    fn default() -> Self {
        Self {
            forward_to: Vec::new(),
            screening: true,
            ring: Duration::from_secs(20),
            time_limit: Duration::from_secs(4 * 3600),
            limits: CarrierLimits::default(),
        }
    }
}

/// The built-in flow for these settings. Fails without a phone to forward to or with one that the carrier
/// cannot ring, or if a time is out of range.
pub fn builtin_flow(settings: &BuiltinFlow) -> Result<CallFlow, Problems> {
    draft(settings).check(&settings.limits)
}

fn say(text: &str) -> Prompt {
    let language = LANGUAGE.parse().expect("the language of the built-in flow is valid");
    Prompt::new(language, Spoken::Text(text.to_owned()))
}

fn name(text: &'static str) -> NodeName {
    text.parse().expect("names of the built-in flow are valid")
}

fn key(c: char) -> Key {
    Key::try_from(c).expect("keys of the built-in flow are on the keypad")
}

pub(super) fn draft(settings: &BuiltinFlow) -> FlowDraft {
    let mailbox = Target::Mailbox(name("main"));
    let menu = Menu {
        prompt: say("Thank you for calling. To speak to somebody, press 1. To leave a message, press 2."),
        choices: BTreeMap::from([
            (key('1'), Choice::new("Speak to somebody", Target::Forward(name("team")))),
            (key('2'), Choice::new("Leave a message", mailbox.clone())),
        ]),
        extensions: BTreeMap::new(),
        timeout: Duration::from_secs(5),
        between_keys: None,
        interruptible: true,
        no_input: Reprompt { prompt: say("We did not hear a key."), limit: 2, then: mailbox.clone() },
        no_match: Reprompt {
            prompt: say("Sorry, that key has no meaning here."),
            limit: 3,
            then: mailbox.clone(),
        },
    };
    let screening = settings.screening.then(|| Screening {
        prompt: say("You have a call from {caller}. To take it, press 1. To decline, press 2."),
        withheld: "a withheld number".into(),
        no_number: "a caller without a number".into(),
        unknown: "a caller".into(),
        accept: key('1'),
        decline: key('2'),
        limit: 3,
        timeout: Duration::from_secs(4),
    });
    let destination = |phone: &PhoneAddress| Destination {
        phone: phone.clone(),
        digits: None,
        ring: settings.ring,
        screening: screening.clone(),
    };
    let forward = Forward {
        announcement: Some(say("One moment please, we are putting you through.")),
        strategy: Strategy::Sequential,
        shows: ShownNumber::Caller,
        destinations: settings.forward_to.iter().map(destination).collect(),
        time_limit: settings.time_limit,
        otherwise: mailbox,
    };
    let language = LANGUAGE.parse().expect("the language of the built-in flow is valid");
    FlowDraft {
        menus: BTreeMap::from([(name("main"), menu)]),
        forwards: BTreeMap::from([(name("team"), forward)]),
        mailboxes: BTreeMap::from([(name("main"), builtin_mailbox())]),
        ..FlowDraft::empty(language, Target::Menu(name("main")), name("main"))
    }
}

fn builtin_mailbox() -> Mailbox {
    Mailbox {
        unavailable: say("Sorry, nobody can take your call right now."),
        greeting: say(
            "Please leave a message after the tone. It will be recorded. When you have finished, hang up or press hash.",
        ),
        farewell: say("Thank you. Goodbye."),
        consent: None,
        max_length: Duration::from_secs(180),
        min_length: Duration::ZERO,
        beep: true,
        confirm: None,
        transcribe: Transcribe::Nobody,
        notify: Vec::new(),
        silence: Duration::from_secs(5),
        finish_on_key: key('#'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_flow_has_no_problems() {
        let settings =
            BuiltinFlow { forward_to: vec!["+33611223344".parse().unwrap()], ..BuiltinFlow::default() };
        let flow = builtin_flow(&settings).expect("the built-in flow is valid");
        assert_eq!(flow.phones().collect::<Vec<_>>(), settings.forward_to.iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_forward_without_phones_is_a_problem() {
        let problems = builtin_flow(&BuiltinFlow::default()).unwrap_err().to_string();
        assert!(problems.contains("forward team: the forward has no phones"), "{problems}");
    }
}
