//! The first step: who may call, whether the company is closed out of turn, and where the call begins.

use super::MailboxCause;
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
        let rules = self.flow.callers();
        match rules.iter().find(|rule| rule.fits(&self.cx.from, self.cx.attestation)).map(|rule| &rule.then) {
            Some(CallerThen::Reject) if self.cx.from == CallerId::Withheld => {
                return self.refuse(RefusedWhy::Withheld);
            }
            Some(CallerThen::Reject) => return self.refuse(RefusedWhy::Blocked),
            Some(CallerThen::Go(target)) => return self.enter(target, MailboxCause::Chosen, &way),
            Some(CallerThen::Allow) | None => {}
        }
        match standing.closure.as_ref().filter(|closure| closure.holds_at(self.cx.now)) {
            Some(closure) => {
                if self.cx.caller_gone {
                    return;
                }
                self.note(EventKind::Hours { hours: None, step: 0, why: HoursWhy::Closure });
                if let Some(words) = &closure.say {
                    let speech = self.flow.text(words.clone(), self.flow.language());
                    self.tell(Instruction::Say(speech));
                }
                self.enter(&self.flow.closed(), MailboxCause::Closed, &way);
            }
            None => self.enter(start, MailboxCause::Chosen, &way),
        }
    }

    /// Refuses a call before it is answered.
    fn refuse(&mut self, why: RefusedWhy) {
        self.note(EventKind::Refused { why });
        self.tell(Instruction::Reject);
    }
}
