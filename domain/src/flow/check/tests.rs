//! Problems in drafts that are built in code; broken flow files are tested in `tests/it/broken_flows.rs`.
use std::time::Duration;

use super::*;
use crate::flow::builtin::{BuiltinFlow, draft};
use crate::flow::name::NodeName;
use crate::flow::problem::ProblemKind;
use crate::flow::prompt::{Prompt, Spoken};
use crate::flow::target::Target;

fn sound() -> FlowDraft {
    draft(&BuiltinFlow { forward_to: vec!["+33611223344".parse().unwrap()], ..BuiltinFlow::default() })
}

fn name(text: &str) -> NodeName {
    text.parse().unwrap()
}

fn kinds(draft: FlowDraft) -> Vec<ProblemKind> {
    draft
        .check(&CarrierLimits::default())
        .expect_err("the draft has a problem")
        .0
        .into_iter()
        .map(|p| p.kind)
        .collect()
}

#[test]
fn a_target_that_does_not_exist_is_named() {
    let mut flow = sound();
    flow.start = Target::Menu(name("mian"));
    assert!(kinds(flow).contains(&ProblemKind::UnknownTarget(Target::Menu(name("mian")))));
}

#[test]
fn an_unreachable_node_is_reported() {
    let mut flow = sound();
    let menu = flow.menus[&name("main")].clone();
    flow.menus.insert(name("attic"), menu);
    assert_eq!(kinds(flow), [ProblemKind::Unreachable]);
}

#[test]
fn a_no_input_loop_is_refused() {
    let mut flow = sound();
    flow.menus.get_mut(&name("main")).unwrap().no_input.then = Target::Menu(name("main"));
    assert!(kinds(flow).contains(&ProblemKind::Loop));
}

#[test]
fn empty_menus_groups_and_prompts_are_refused() {
    let mut flow = sound();
    flow.menus.get_mut(&name("main")).unwrap().choices.clear();
    flow.forwards.get_mut(&name("team")).unwrap().destinations.clear();
    flow.mailboxes.get_mut(&name("main")).unwrap().greeting =
        Prompt::new("en-GB".parse().unwrap(), Spoken::Text("  ".into()));
    let kinds = kinds(flow);
    for kind in [ProblemKind::NoChoices, ProblemKind::NoDestinations, ProblemKind::EmptyPrompt] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
}

#[test]
fn limits_and_times_out_of_range_are_refused() {
    let mut flow = sound();
    flow.menus.get_mut(&name("main")).unwrap().no_match.limit = 0;
    flow.forwards.get_mut(&name("team")).unwrap().destinations[0].ring = Duration::from_secs(601);
    assert_eq!(
        kinds(flow),
        [ProblemKind::BadLimit(0), ProblemKind::BadSeconds { what: "ring", got: 601, least: 5, most: 600 }]
    );
}
