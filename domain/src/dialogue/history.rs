//! The caller's earlier steps, which every state of a dialogue carries.
use crate::flow::language::Language;
use crate::flow::name::NodeName;
use crate::flow::version::FlowVersion;
use crate::keys::Keys;

/// The maximum number of menus for "back". When there are more, the oldest are dropped.
const MAX_BACK_MENUS: usize = 8;

/// The caller's earlier steps, and what was decided in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogueHistory {
    /// The number of the step. A repeated request has the same number, a second key press has the next.
    pub step: u16,
    /// The language the caller has chosen, or that of the number they dialled.
    pub language: Option<Language>,
    /// The menus for "back": it leads to the last and removes it.
    pub menus: Vec<NodeName>,
    /// The last keys with a meaning: the menu and the keys.
    pub chosen: Option<(NodeName, Keys)>,
    /// Whether phones have been rung for this call before.
    pub forwarded: bool,
    /// Whether the ringing phone shows our number, because an attempt with the caller's number has failed.
    pub shows_ours: bool,
    /// The number of this forward in the rotation over the phones (`round_robin`).
    pub rotation: Option<u32>,
    /// The version of the flow that produced this step.
    pub version: Option<FlowVersion>,
}

impl DialogueHistory {
    /// A history with this step number and nothing else.
    pub fn at_step(step: u16) -> Self {
        Self { step, ..Self::default() }
    }

    /// The same history, one step later, in a flow of that version.
    pub(super) fn on(&self, version: FlowVersion) -> Self {
        Self { step: self.step.saturating_add(1), version: Some(version), ..self.clone() }
    }

    /// The same history after after_menu a menu by one of its keys; "back" leads to that menu.
    pub(super) fn after_menu(mut self, menu: &NodeName) -> Self {
        self.menus.push(menu.clone());
        if self.menus.len() > MAX_BACK_MENUS {
            self.menus.remove(0);
        }
        self
    }

    /// The same history, without what later steps do not need.
    pub(super) fn without_menus(mut self) -> Self {
        self.menus.clear();
        self.chosen = None;
        self
    }
}
