//! The flow for a caller who cannot be asked for input: the phones to call, and the mailbox for the message.
use std::collections::BTreeSet;

use super::CallFlow;
use super::forward::Forward;
use super::mailbox::Mailbox;
use super::target::{Target, Then};

/// A path through a flow that needs no input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallbackRoute<'f> {
    /// The phones to call, if the flow calls any.
    pub forward: Option<&'f Forward>,
    /// The mailbox that takes the message.
    pub mailbox: &'f Mailbox,
}

impl CallFlow {
    /// The first forward that is found when the keys of each menu are tried in ascending order, and the mailbox for its
    /// unanswered calls.
    pub fn plain_route(&self) -> FallbackRoute<'_> {
        let forward = self.first_forward(self.start(), &mut BTreeSet::new());
        let from = forward.map_or(self.start(), |forward| &forward.otherwise);
        FallbackRoute { forward, mailbox: self.mailbox_without_keys(from) }
    }

    fn first_forward<'f>(&'f self, from: &'f Target, seen: &mut BTreeSet<&'f Target>) -> Option<&'f Forward> {
        if !seen.insert(from) {
            return None;
        }
        match from {
            Target::Forward(name) => self.forward(name),
            Target::Menu(name) => {
                let choices = self.menu(name).into_iter().flat_map(|menu| menu.choices.values());
                let targets = choices.filter_map(|choice| match &choice.then {
                    Then::Go(target) => Some(target),
                    Then::Back | Then::Repeat => None,
                });
                targets.collect::<Vec<_>>().into_iter().find_map(|target| self.first_forward(target, seen))
            }
            // The time is unknown here. A phone that rings after hours is better than one that does not ring.
            Target::Hours(name) => self.first_forward(&self.hours(name)?.open, seen),
            Target::Mailbox(_) | Target::Goodbye(_) => None,
        }
    }

    /// The mailbox that a caller reaches who presses nothing and is not answered.
    fn mailbox_without_keys<'f>(&'f self, from: &'f Target) -> &'f Mailbox {
        let mut seen = BTreeSet::new();
        let mut target = from;
        while seen.insert(target) {
            let next = match target {
                Target::Mailbox(name) => match self.mailbox(name) {
                    Some(mailbox) => return mailbox,
                    None => break,
                },
                Target::Menu(name) => self.menu(name).map(|menu| &menu.no_input.then),
                Target::Forward(name) => self.forward(name).map(|forward| &forward.otherwise),
                Target::Hours(name) => self.hours(name).map(|hours| &hours.closed),
                // A goodbye takes no message, so the safety mailbox does.
                Target::Goodbye(_) => None,
            };
            let Some(next) = next else { break };
            target = next;
        }
        self.mailbox(self.safety()).expect("a flow's safety mailbox exists")
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::builtin::{BuiltinFlow, builtin_flow, draft};
    use crate::flow::target::{Choice, Target};

    fn builtin() -> BuiltinFlow {
        BuiltinFlow { forward_to: vec!["+33611223344".parse().unwrap()], ..BuiltinFlow::default() }
    }

    #[test]
    fn the_fallback_route_calls_the_phones_of_the_first_key_and_then_takes_a_message() {
        let flow = builtin_flow(&builtin()).unwrap();
        let route = flow.plain_route();
        assert_eq!(route.forward.unwrap().destinations.len(), 1);
        assert_eq!(Some(route.mailbox), flow.mailbox(flow.safety()));
    }

    #[test]
    fn menus_that_lead_to_each_other_end_at_a_mailbox() {
        let mut draft = draft(&builtin());
        let main = draft.start.clone();
        for menu in draft.menus.values_mut() {
            menu.choices.insert('3'.try_into().unwrap(), Choice::new("Again", main.clone()));
        }
        for forward in draft.forwards.values_mut() {
            forward.otherwise = main.clone();
        }
        assert!(matches!(main, Target::Menu(_)));
        let flow = draft.check(&crate::flow::CarrierLimits::default()).unwrap();
        assert_eq!(Some(flow.plain_route().mailbox), flow.mailbox(flow.safety()));
    }
}
