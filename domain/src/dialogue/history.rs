//! How a caller has come to where they are: what every place of a dialogue carries along.
use crate::flow::language::Language;
use crate::flow::name::NodeName;
use crate::flow::version::FlowVersion;
use crate::keys::Keys;

/// The most menus that "back" can lead through. Deeper ones are forgotten from the top.
const DEEPEST: usize = 8;

/// How a caller has come to where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogueHistory {
    /// The number of the step: a repeated request has the same, a second press of a key has the next.
    pub step: u16,
    /// The language the caller has chosen, or that of the number they dialled.
    pub language: Option<Language>,
    /// The menus that "back" leads through: it leads to the last, which it removes.
    pub menus: Vec<NodeName>,
    /// The last meaningful keys: at which menu, and which.
    pub chosen: Option<(NodeName, Keys)>,
    /// Whether phones have been rung for this call before.
    pub forwarded: bool,
    /// Whether the phone that rings is shown our number, because a call with the caller's has failed.
    pub shows_ours: bool,
    /// The number of this forward in the rotation over the phones (`round_robin`).
    pub rotation: Option<u32>,
    /// The version of the flow that the caller came through.
    pub version: Option<FlowVersion>,
}

impl DialogueHistory {
    /// The first step, in no particular language.
    pub fn at_step(step: u16) -> Self {
        Self { step, ..Self::default() }
    }

    /// The same history, one step later, in a flow of that version.
    pub(super) fn on(&self, version: FlowVersion) -> Self {
        Self { step: self.step.saturating_add(1), version: Some(version), ..self.clone() }
    }

    /// The same history after leaving a menu by one of its keys; "back" leads to that menu.
    pub(super) fn leaving(mut self, menu: &NodeName) -> Self {
        self.menus.push(menu.clone());
        if self.menus.len() > DEEPEST {
            self.menus.remove(0);
        }
        self
    }

    /// The same history, without what later steps do not need.
    pub(super) fn without_past(mut self) -> Self {
        self.menus.clear();
        self.chosen = None;
        self
    }
}
