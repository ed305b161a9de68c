//! The flow that callers go through just now, and those that calls in progress began with.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use adapters_twilio::{PromptAudio, UnplayableAudio};
use frontdesk_domain::{CallFlow, Dialogue};

use crate::config::OwnFlow;

/// How many earlier flows are kept for calls in progress. Nobody replaces a flow more often during one call.
const MOST_KEPT: usize = 8;

/// The flow in force.
pub struct FlowInForce {
    editions: RwLock<Editions>,
    audio: Arc<PromptAudio>,
}

struct Editions {
    current: Arc<CallFlow>,
    /// The last replaced first.
    before: VecDeque<Arc<CallFlow>>,
}

impl FlowInForce {
    /// With this flow in force from the start.
    pub fn new(own: OwnFlow, audio: Arc<PromptAudio>) -> Result<Self, UnplayableAudio> {
        audio.publish(own.audio)?;
        let editions = Editions { current: Arc::new(own.flow), before: VecDeque::new() };
        Ok(Self { editions: RwLock::new(editions), audio })
    }

    /// The flow in force.
    pub fn current(&self) -> Arc<CallFlow> {
        self.read(|editions| editions.current.clone())
    }

    /// The flow that a call goes on by: the one it has come by so far, as long as that is remembered.
    pub fn for_call(&self, at: &Dialogue) -> Arc<CallFlow> {
        let edition = at.way().edition;
        self.read(|editions| {
            let known = std::iter::once(&editions.current).chain(&editions.before);
            let own = known.into_iter().find(|flow| Some(flow.edition()) == edition);
            own.unwrap_or(&editions.current).clone()
        })
    }

    /// Puts another flow in force; whether it is another. Calls in progress go on by the one they began with.
    pub fn replace(&self, own: OwnFlow) -> Result<bool, UnplayableAudio> {
        // Where the new flow's audio is must be known before the first caller hears of it.
        self.audio.publish(own.audio)?;
        let mut editions = self.editions.write().unwrap_or_else(PoisonError::into_inner);
        if editions.current.edition() == own.flow.edition() {
            return Ok(false);
        }
        let before = std::mem::replace(&mut editions.current, Arc::new(own.flow));
        editions.before.push_front(before);
        editions.before.truncate(MOST_KEPT);
        Ok(true)
    }

    fn read<T>(&self, read: impl FnOnce(&Editions) -> T) -> T {
        read(&self.editions.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::{BuiltinFlow, Context, Instruction, LegId, Signal, advance, builtin_flow};

    use super::*;

    fn own(number: &str) -> OwnFlow {
        let settings = BuiltinFlow { forward_to: vec![number.parse().unwrap()], ..BuiltinFlow::default() };
        OwnFlow { flow: builtin_flow(&settings).unwrap(), audio: Vec::new() }
    }

    /// Where a caller is who has just heard the menu.
    fn in_the_menu(flow: &CallFlow) -> Dialogue {
        let cx = Context::new(LegId::new("test", "CA1").unwrap(), "2026-11-25T09:00:00Z".parse().unwrap());
        let turn = advance(flow, &Dialogue::Start, &Signal::Arrived, &cx);
        let Some(Instruction::Gather { then, .. }) = turn.instructions.into_iter().next() else { panic!() };
        then
    }

    #[test]
    fn a_call_goes_on_by_the_flow_it_began_with() {
        let force = FlowInForce::new(own("+33611223344"), Arc::default()).unwrap();
        let first = force.current();
        let at = in_the_menu(&first);
        assert!(force.replace(own("+33611223355")).unwrap());
        assert_eq!(force.for_call(&at).edition(), first.edition());
        assert_ne!(force.current().edition(), first.edition());
        assert_eq!(force.for_call(&Dialogue::Start).edition(), force.current().edition());
    }

    #[test]
    fn the_same_flow_is_no_other_flow_and_a_forgotten_one_is_the_current() {
        let force = FlowInForce::new(own("+33611223344"), Arc::default()).unwrap();
        assert!(!force.replace(own("+33611223344")).unwrap());
        let at = in_the_menu(&force.current());
        for n in 0..=MOST_KEPT {
            assert!(force.replace(own(&format!("+3361122330{n}"))).unwrap());
        }
        assert_eq!(force.for_call(&at).edition(), force.current().edition());
    }
}
