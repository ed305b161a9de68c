//! The current flow, and the earlier flows that calls in progress began with.
use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use frontdesk_domain::flow::AudioFile;
use frontdesk_domain::{CallFlow, Dialogue};
use frontdesk_ports::{PromptAudio, UnplayableAudio};
use parking_lot::RwLock;

/// A flow and the audio that it plays.
#[derive(Debug, Clone)]
pub struct FlowWithAudio {
    /// The flow.
    pub flow: CallFlow,
    /// The files, by the names that the flow gives them.
    pub audio: Vec<(AudioFile, Bytes)>,
}

/// How many earlier flows stay available to calls in progress. Flows are not expected to be replaced more often during one call.
const MAX_EARLIER: usize = 8;

/// The current flow, and the earlier flows of calls in progress.
pub struct FlowVersions {
    versions: RwLock<Versions>,
    audio: Arc<dyn PromptAudio>,
}

struct Versions {
    current: Arc<CallFlow>,
    /// Earlier flows, most recently replaced first.
    before: VecDeque<Arc<CallFlow>>,
}

impl FlowVersions {
    /// Starts with this flow as the current one.
    pub fn new(own: FlowWithAudio, audio: Arc<dyn PromptAudio>) -> Result<Self, UnplayableAudio> {
        audio.publish(own.audio)?;
        let versions = Versions { current: Arc::new(own.flow), before: VecDeque::new() };
        Ok(Self { versions: RwLock::new(versions), audio })
    }

    /// The current flow.
    pub fn current(&self) -> Arc<CallFlow> {
        self.read(|versions| versions.current.clone())
    }

    /// The flow that a call continues with: the one it began with, or the current one if that is no longer stored.
    pub fn for_call(&self, at: &Dialogue) -> Arc<CallFlow> {
        let version = at.history().version;
        self.read(|versions| {
            let known = std::iter::once(&versions.current).chain(&versions.before);
            let own = known.into_iter().find(|flow| Some(flow.version()) == version);
            own.unwrap_or(&versions.current).clone()
        })
    }

    /// Replaces the current flow. Returns whether the new one is different. Calls in progress keep the flow they began with.
    pub fn replace(&self, own: FlowWithAudio) -> Result<bool, UnplayableAudio> {
        // The audio must be available before the first caller hears the new flow.
        self.audio.publish(own.audio)?;
        let mut versions = self.versions.write();
        if versions.current.version() == own.flow.version() {
            return Ok(false);
        }
        let before = std::mem::replace(&mut versions.current, Arc::new(own.flow));
        versions.before.push_front(before);
        versions.before.truncate(MAX_EARLIER);
        Ok(true)
    }

    fn read<T>(&self, read: impl FnOnce(&Versions) -> T) -> T {
        read(&self.versions.read())
    }
}

#[cfg(test)]
mod tests {
    use adapters_memory::MemoryPrompts;
    use frontdesk_domain::{BuiltinFlow, Context, Instruction, LegId, Signal, advance, builtin_flow};

    use super::*;

    fn own(number: &str) -> FlowWithAudio {
        let settings = BuiltinFlow { forward_to: vec![number.parse().unwrap()], ..BuiltinFlow::default() };
        FlowWithAudio { flow: builtin_flow(&settings).unwrap(), audio: Vec::new() }
    }

    /// The dialogue of a caller after the first menu.
    fn in_the_menu(flow: &CallFlow) -> Dialogue {
        let cx = Context::new(LegId::new("test", "CA1").unwrap(), "2026-11-25T09:00:00Z".parse().unwrap());
        let turn = advance(flow, &Dialogue::Start, &Signal::Arrived, &cx);
        let Some(Instruction::Gather { then, .. }) = turn.instructions.into_iter().next() else { panic!() };
        then
    }

    #[test]
    fn a_call_keeps_the_flow_it_began_with() {
        let force = FlowVersions::new(own("+33611223344"), Arc::new(MemoryPrompts::default())).unwrap();
        let first = force.current();
        let at = in_the_menu(&first);
        assert!(force.replace(own("+33611223355")).unwrap());
        assert_eq!(force.for_call(&at).version(), first.version());
        assert_ne!(force.current().version(), first.version());
        assert_eq!(force.for_call(&Dialogue::Start).version(), force.current().version());
    }

    #[test]
    fn an_unchanged_flow_is_not_replaced_and_a_dropped_one_falls_back_to_the_current() {
        let force = FlowVersions::new(own("+33611223344"), Arc::new(MemoryPrompts::default())).unwrap();
        assert!(!force.replace(own("+33611223344")).unwrap());
        let at = in_the_menu(&force.current());
        for n in 0..=MAX_EARLIER {
            assert!(force.replace(own(&format!("+3361122330{n}"))).unwrap());
        }
        assert_eq!(force.for_call(&at).version(), force.current().version());
    }
}
