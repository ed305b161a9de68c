//! The first step: caller rules, temporary closure, and the entrance of the flow.
use super::context::Closure;
use super::history::DialogueHistory;
use super::instruction::Instruction;
use super::step_builder::StepBuilder;
use crate::call::event::EventKind;
use crate::call::status::MailboxCause;
use crate::call::status::{HoursReason, RefusalReason};
use crate::flow::callers::CallerThen;
use crate::phone::caller::CallerId;

impl StepBuilder<'_> {
    /// A caller has dialled one of our numbers.
    pub(super) fn arrive(&mut self) {
        let (start, language) = self.flow.entrance(&self.cx.to);
        let history = DialogueHistory { language: language.cloned(), ..DialogueHistory::default() };
        let restrictions = &self.cx.restrictions;
        if restrictions.is_blocked {
            return self.refuse(RefusalReason::Blocked);
        }
        if restrictions.calls_too_often {
            return self.refuse(RefusalReason::Limit);
        }
        let rule = self
            .flow
            .callers()
            .iter()
            .find(|rule| rule.fits(&self.cx.from, &self.cx.to, self.cx.attestation));
        let then = rule.map_or(&CallerThen::Allow, |rule| &rule.then);
        match (then, restrictions.closure.as_ref().filter(|closure| closure.holds_at(self.cx.now))) {
            (CallerThen::Reject, _) if self.cx.from == CallerId::Withheld => {
                self.refuse(RefusalReason::Withheld);
            }
            (CallerThen::Reject, _) => self.refuse(RefusalReason::Blocked),
            // A closure overrides the target of a rule.
            (CallerThen::Allow | CallerThen::Go(_), Some(closure)) => self.turn_away(closure, &history),
            (CallerThen::Go(target), None) => self.enter(target, MailboxCause::Chosen, &history),
            (CallerThen::Allow, None) => self.enter(start, MailboxCause::Chosen, &history),
        }
    }

    /// The company is closed temporarily.
    fn turn_away(&mut self, closure: &Closure, history: &DialogueHistory) {
        if self.cx.caller_gone {
            return;
        }
        self.note(EventKind::Hours { hours: None, step: 0, why: HoursReason::Closure });
        if let Some(words) = &closure.say {
            let speech = self.flow.text(words.clone(), self.flow.language());
            self.push(Instruction::Say(speech));
        }
        self.enter(&self.flow.closed(), MailboxCause::Closed, history);
    }

    /// Refuses a call before it is answered.
    fn refuse(&mut self, why: RefusalReason) {
        self.note(EventKind::Refused { why });
        self.push(Instruction::Reject { why });
    }
}
