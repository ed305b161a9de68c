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

fn branch<'f>(
    flow: &'f CallFlow,
    place: &'f Target,
    depth: usize,
    how: &str,
    seen: &mut BTreeSet<&'f Target>,
    lines: &mut Vec<String>,
) {
    let again = if seen.insert(place) { "" } else { " (above)" };
    lines.push(format!("{}{how} → {place}{again}\n", "  ".repeat(depth)));
    if !again.is_empty() {
        return;
    }
    match place {
        Target::Menu(name) => {
            let Some(menu) = flow.menu(name) else { return };
            for (key, choice) in &menu.choices {
                branch(flow, &choice.then, depth + 1, &format!("{key} {}", choice.label), seen, lines);
            }
            let silent = format!("nothing pressed, {} times", menu.no_input.limit);
            branch(flow, &menu.no_input.then, depth + 1, &silent, seen, lines);
            let senseless = format!("another key, {} times", menu.no_match.limit);
            branch(flow, &menu.no_match.then, depth + 1, &senseless, seen, lines);
        }
        Target::Forward(name) => {
            let Some(forward) = flow.forward(name) else { return };
            for destination in &forward.destinations {
                let screened = if destination.screening.is_some() { ", accepted by key" } else { "" };
                let (number, ring) = (&destination.number, destination.ring.as_secs());
                lines.push(format!("{}rings {number} for {ring} s{screened}\n", "  ".repeat(depth + 1)));
            }
            branch(flow, &forward.otherwise, depth + 1, "nobody takes it", seen, lines);
        }
        Target::Mailbox(_) => {}
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
