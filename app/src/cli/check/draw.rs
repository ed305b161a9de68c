//! Renders the flow as a tree, as a Mermaid or Graphviz graph, and as JSON.
use std::collections::BTreeSet;
use std::fmt::Write;

use frontdesk_domain::CallFlow;
use frontdesk_domain::flow::{Exit, Target, Then};
use serde_json::json;

/// The flow as an indented tree; a node that was shown before is only named.
pub(super) fn tree(flow: &CallFlow) -> String {
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    for (how, target) in entrances(flow) {
        branch(flow, &target, 0, &how, &mut seen, &mut lines);
    }
    lines.join("")
}

/// The nodes at which calls begin, each with a description; the safety node, for callers after a fault, is left out.
fn entrances(flow: &CallFlow) -> Vec<(String, Target)> {
    let word = |setting: String| match setting.as_str() {
        "start" => "call".to_owned(),
        "closed" => "temporary closure".to_owned(),
        other => other
            .strip_prefix("numbers.")
            .map_or_else(|| "a rule about callers".to_owned(), |n| format!("call to {n}")),
    };
    let entrances = flow.draft().entrances().into_iter().filter(|(setting, _)| setting != "safety");
    entrances.map(|(setting, target)| (word(setting), target)).collect()
}

fn branch(
    flow: &CallFlow,
    place: &Target,
    depth: usize,
    how: &str,
    seen: &mut BTreeSet<Target>,
    lines: &mut Vec<String>,
) {
    let again = if seen.insert(place.clone()) { "" } else { " (above)" };
    lines.push(format!("{}{how} → {place}{again}\n", "  ".repeat(depth)));
    if !again.is_empty() {
        return;
    }
    for phone in phones(flow, place) {
        lines.push(format!("{}{phone}\n", "  ".repeat(depth + 1)));
    }
    for exit in flow.draft().exits(place) {
        match exit.target() {
            Some(target) => branch(flow, target, depth + 1, &exit.by.to_string(), seen, lines),
            None => lines.push(format!("{}{} → {}\n", "  ".repeat(depth + 1), exit.by, exit.then)),
        }
    }
}

fn phones(flow: &CallFlow, place: &Target) -> Vec<String> {
    let Target::Forward(name) = place else { return Vec::new() };
    let Some(forward) = flow.forward(name) else { return Vec::new() };
    let order = match forward.destinations.len() {
        1 => String::new(),
        _ => format!(", {}", forward.strategy.as_str().replace('_', " ")),
    };
    let phone = |callee: &frontdesk_domain::flow::Destination| {
        let screened = if callee.screening.is_some() { ", accepted by key" } else { "" };
        format!("rings {} for {} s{screened}{order}", callee.phone, callee.ring.as_secs())
    };
    forward.destinations.iter().map(phone).collect()
}

/// The number of paths, and the longest one.
pub(super) fn paths(flow: &CallFlow) -> String {
    let paths = flow.paths();
    let more = if paths.is_complete { "" } else { "more than " };
    let (count, seconds, steps) = (paths.count, paths.longest.seconds, paths.longest.steps.len());
    let mut text = format!("{more}{count} ways; the longest takes {seconds} s and {steps} steps:\n");
    for step in &paths.longest.steps {
        let _ = writeln!(text, "  {step}");
    }
    text
}

/// One edge of a graph.
struct Edge {
    from: String,
    to: String,
    label: String,
}

fn edges(flow: &CallFlow) -> Vec<Edge> {
    let begin = entrances(flow).into_iter().map(|(how, to)| Edge {
        from: "call".into(),
        to: to.to_string(),
        label: how,
    });
    let mut edges: Vec<Edge> = begin.collect();
    for place in flow.draft().places() {
        for Exit { by, then, .. } in flow.draft().exits(&place) {
            let to = match then {
                Then::Go(target) => target.to_string(),
                Then::Repeat => place.to_string(),
                // Where it leads depends on where the caller came from.
                Then::Back => continue,
            };
            edges.push(Edge { from: place.to_string(), to, label: by.to_string() });
        }
    }
    edges
}

/// As a Mermaid flowchart.
pub(super) fn mermaid(flow: &CallFlow) -> String {
    let id = |place: &str| place.replace([' ', '-'], "_");
    let mut text = "flowchart TD\n  call([call])\n".to_owned();
    for place in flow.draft().places() {
        let name = place.to_string();
        let shape = match place {
            Target::Menu(_) => ("[", "]"),
            Target::Forward(_) => ("[/", "/]"),
            Target::Mailbox(_) => ("[(", ")]"),
            Target::Hours(_) => ("{", "}"),
            Target::Goodbye(_) => ("([", "])"),
        };
        let _ = writeln!(text, "  {}{}\"{name}\"{}", id(&name), shape.0, shape.1);
    }
    for Edge { from, to, label } in edges(flow) {
        // In Mermaid, a quote ends a label and # begins an entity.
        let label = label.replace('"', "'").replace('#', "#35;");
        let _ = writeln!(text, "  {} -->|\"{label}\"| {}", id(&from), id(&to));
    }
    text
}

/// As a Graphviz digraph.
pub(super) fn dot(flow: &CallFlow) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut text = "digraph flow {\n  rankdir=TB;\n  \"call\" [shape=circle];\n".to_owned();
    for place in flow.draft().places() {
        let shape = match place {
            Target::Menu(_) => "box",
            Target::Forward(_) => "parallelogram",
            Target::Mailbox(_) => "cylinder",
            Target::Hours(_) => "diamond",
            Target::Goodbye(_) => "oval",
        };
        let _ = writeln!(text, "  {} [shape={shape}];", quoted(&place.to_string()));
    }
    for Edge { from, to, label } in edges(flow) {
        let _ = writeln!(text, "  {} -> {} [label={}];", quoted(&from), quoted(&to), quoted(&label));
    }
    text + "}\n"
}

/// The flow as JSON.
pub(super) fn json(flow: &CallFlow) -> String {
    let place = |place: Target| {
        let exits = flow
            .draft()
            .exits(&place)
            .into_iter()
            .map(|exit| json!({ "by": exit.by.to_string(), "then": exit.then.to_string() }));
        json!({ "place": place.to_string(), "kind": place.kind(), "phones": phones(flow, &place), "exits": exits.collect::<Vec<_>>() })
    };
    let paths = flow.paths();
    let begins = entrances(flow).into_iter().map(|(how, to)| json!({ "how": how, "then": to.to_string() }));
    let document = json!({
        "version": flow.version().to_string(),
        "begins": begins.collect::<Vec<_>>(),
        "places": flow.draft().places().map(place).collect::<Vec<_>>(),
        "paths": { "count": paths.count, "complete": paths.is_complete,
            "longest": { "seconds": paths.longest.seconds, "steps": paths.longest.steps } },
        "findings": [],
    });
    format!("{document:#}")
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::flow::FlowSettings;
    use frontdesk_domain::{BuiltinFlow, builtin_flow, read_flow};

    use super::*;

    fn builtin() -> CallFlow {
        let forward_to = vec!["+33611223344".parse().unwrap()];
        builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap()
    }

    #[test]
    fn the_built_in_flow_is_drawn() {
        let expected = "\
call → menu main
  1 Speak to somebody → forward team
    rings +33611223344 for 20 s, accepted by key
    not answered → mailbox main
  2 Leave a message → mailbox main (above)
  nothing pressed, 2 times → mailbox main (above)
  another key, 3 times → mailbox main (above)
";
        assert_eq!(tree(&builtin()), expected);
        assert!(paths(&builtin()).starts_with("11 ways; the longest takes"), "{}", paths(&builtin()));
    }

    #[test]
    fn every_place_and_exit_of_a_shop_is_in_each_drawing() {
        let text = include_str!("../../../../domain/examples/flows/shop.toml");
        let shop = read_flow(text, &FlowSettings { table: "flow", ..FlowSettings::default() }).unwrap();
        let drawn = [tree(&shop), mermaid(&shop), dot(&shop), json(&shop)];
        for place in shop.draft().places() {
            for drawing in &drawn {
                assert!(drawing.contains(&place.to_string()), "{place} in {drawing}");
            }
        }
        assert!(drawn.iter().all(|drawing| drawing.contains("301 Ann")));
        assert!(drawn[0].contains("call to +442079460001 → forward workshop"), "{}", drawn[0]);
    }
}
