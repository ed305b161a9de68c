//! The first step: who may call, whether the company is closed out of turn, and where the call begins.

use super::MailboxCause;
use super::context::Closure;
use super::instruction::Instruction;
use super::step::Step;
use super::way::Way;
use crate::call::event::{EventKind, HoursWhy, RefusedWhy};
use crate::flow::callers::CallerThen;
use crate::phone::CallerId;

impl Step<'_> {
    /// A caller has dialled one of our numbers.
    pub(super) fn arrive(&mut self) {
        let (start, language) = self.flow.entrance(&self.cx.to);
        let way = Way { language: language.cloned(), ..Way::default() };
        let standing = &self.cx.standing;
        if standing.is_blocked {
            return self.refuse(RefusedWhy::Blocked);
        }
        if standing.calls_too_often {
            return self.refuse(RefusedWhy::Limit);
        }
        let rule = self.flow.callers().iter().find(|rule| rule.fits(&self.cx.from, self.cx.attestation));
        let then = rule.map_or(&CallerThen::Allow, |rule| &rule.then);
        match (then, standing.closure.as_ref().filter(|closure| closure.holds_at(self.cx.now))) {
            (CallerThen::Reject, _) if self.cx.from == CallerId::Withheld => {
                self.refuse(RefusedWhy::Withheld);
            }
            (CallerThen::Reject, _) => self.refuse(RefusedWhy::Blocked),
            // Closed is closed, wherever a rule leads.
            (CallerThen::Allow | CallerThen::Go(_), Some(closure)) => self.turn_away(closure, &way),
            (CallerThen::Go(target), None) => self.enter(target, MailboxCause::Chosen, &way),
            (CallerThen::Allow, None) => self.enter(start, MailboxCause::Chosen, &way),
        }
    }

    /// The company is closed out of turn.
    fn turn_away(&mut self, closure: &Closure, way: &Way) {
        if self.cx.caller_gone {
            return;
        }
        self.note(EventKind::Hours { hours: None, step: 0, why: HoursWhy::Closure });
        if let Some(words) = &closure.say {
            let speech = self.flow.text(words.clone(), self.flow.language());
            self.tell(Instruction::Say(speech));
        }
        self.enter(&self.flow.closed(), MailboxCause::Closed, way);
    }

    /// Refuses a call before it is answered.
    fn refuse(&mut self, why: RefusedWhy) {
        self.note(EventKind::Refused { why });
        self.tell(Instruction::Reject);
    }
}
