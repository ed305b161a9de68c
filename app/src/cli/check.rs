//! `frontdesk check`: the flow as a tree, and every problem.

use std::collections::BTreeSet;
use std::process::ExitCode;

use frontdesk_domain::{CallFlow, Target};

use crate::config::{Config, ConfigErrors};

pub(super) fn run(config: Result<Config, ConfigErrors>) -> ExitCode {
    match config {
        Ok(config) => {
            if let Some(flow) = &config.flow {
                print!("{}", tree(flow));
            }
            println!("no problems");
            ExitCode::SUCCESS
        }
        Err(errors) => {
            for error in &errors.0 {
                println!("{error}");
            }
            println!("{} problem{}", errors.0.len(), if errors.0.len() == 1 { "" } else { "s" });
            ExitCode::from(1)
        }
    }
}

/// The flow as an indented tree; a place that was shown before is only named.
fn tree(flow: &CallFlow) -> String {
    let mut lines = Vec::new();
    branch(flow, flow.start(), 0, "call", &mut BTreeSet::new(), &mut lines);
    lines.join("")
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
    if let Target::Forward(name) = place {
        for destination in flow.forward(name).into_iter().flat_map(|forward| &forward.destinations) {
            let screened = if destination.screening.is_some() { ", accepted by key" } else { "" };
            let (number, ring) = (&destination.number, destination.ring.as_secs());
            lines.push(format!("{}rings {number} for {ring} s{screened}\n", "  ".repeat(depth + 1)));
        }
    }
    for exit in flow.draft().exits(place) {
        match exit.target() {
            Some(target) => branch(flow, target, depth + 1, &exit.by.to_string(), seen, lines),
            None => lines.push(format!("{}{} → {}\n", "  ".repeat(depth + 1), exit.by, exit.then)),
        }
    }
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::{BuiltinFlow, builtin_flow};

    #[test]
    fn the_built_in_flow_is_drawn() {
        let forward_to = vec!["+33611223344".parse().unwrap()];
        let flow = builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap();
        let expected = "\
call → menu main
  1 Speak to somebody → forward team
    rings +33611223344 for 20 s, accepted by key
    nobody takes it → mailbox main
  2 Leave a message → mailbox main (above)
  nothing pressed, 2 times → mailbox main (above)
  another key, 3 times → mailbox main (above)
";
        assert_eq!(super::tree(&flow), expected);
    }
}
