//! Counts the paths that a call can take through a flow, and finds the longest.
use super::CallFlow;
use super::exits::By;
use super::forward::Strategy;
use super::prompt::{Prompt, Speech};
use super::target::{Target, Then};

/// The maximum number of paths that are counted.
const MAX_PATHS: usize = 100_000;

/// Estimated speaking time per character, and before the first character, in milliseconds.
const MILLIS_PER_CHARACTER: u64 = 65;
const MILLIS_BEFORE_TEXT: u64 = 400;

/// The paths through a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// How many there are. A path that returns to a node it already visited counts once and ends there.
    pub count: usize,
    /// Whether all were counted.
    pub is_complete: bool,
    /// The path on which the caller needs the longest time to reach a person, the end of a message, or a goodbye.
    pub longest: Path,
}

/// One path through a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path {
    /// The maximum time in seconds. Spoken text is estimated by its length; audio files count as 0.
    pub seconds: u64,
    /// The steps, in order.
    pub steps: Vec<String>,
}

/// A depth-first walk through the flow, with the current path.
struct Walk<'f> {
    flow: &'f CallFlow,
    current_path: Vec<Target>,
    steps: Vec<String>,
    millis: u64,
    found: Paths,
}

impl CallFlow {
    /// Every path that a call can take: each key, no key, other keys, each end of ringing, open and closed, and hanging up
    /// wherever that is possible.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, builtin_flow};
    ///
    /// let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    /// let paths = flow.paths();
    /// assert!(paths.is_complete && paths.longest.seconds > 60);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn paths(&self) -> Paths {
        let found = Paths { count: 0, is_complete: true, longest: Path::default() };
        let mut walk = Walk { flow: self, current_path: Vec::new(), steps: Vec::new(), millis: 0, found };
        let mut begun = Vec::new();
        let safety = self.draft().exists(&Target::Mailbox(self.safety().clone())).then_some("safety");
        for (how, target) in self.draft().entrances() {
            // The safety mailbox is only for faults, so it is not the start of a path.
            if Some(how.as_str()) != safety && !begun.contains(&target) {
                walk.visit("a call", &target, 0);
                begun.push(target);
            }
        }
        walk.found
    }
}

impl Walk<'_> {
    /// Counts a path that ends here.
    fn finish_path(&mut self, how: &str, millis: u64) {
        self.found.count += 1;
        let seconds = (self.millis + millis).div_ceil(1000);
        if seconds > self.found.longest.seconds {
            let steps = self.steps.iter().cloned().chain([how.to_owned()]).collect();
            self.found.longest = Path { seconds, steps };
        }
    }

    /// Continues the path to a node, after `millis` milliseconds.
    fn visit(&mut self, how: &str, place: &Target, millis: u64) {
        if self.found.count >= MAX_PATHS {
            self.found.is_complete = false;
            return;
        }
        self.steps.push(format!("{how} → {place}"));
        self.millis += millis;
        if self.current_path.contains(place) {
            self.finish_path("once more", 0);
        } else {
            self.current_path.push(place.clone());
            self.visit_exits(place);
            self.current_path.pop();
        }
        self.millis -= millis;
        self.steps.pop();
    }

    fn visit_exits(&mut self, place: &Target) {
        let flow = self.flow;
        let spoken = |prompt: &Prompt| speaking(&flow.speech(prompt, None));
        match place {
            Target::Menu(name) => {
                let Some(menu) = flow.menu(name) else { return };
                let question = spoken(&menu.prompt);
                let asked = question + millis(menu.timeout);
                self.finish_path("hangs up", question);
                for exit in flow.draft().exits(place) {
                    let time = match &exit.by {
                        By::NoInput(times) => {
                            let again = asked + spoken(&menu.no_input.prompt);
                            asked + again * u64::from(times.saturating_sub(1))
                        }
                        By::NoMatch(times) => {
                            let again = asked + spoken(&menu.no_match.prompt);
                            asked + again * u64::from(times.saturating_sub(1))
                        }
                        _ => question,
                    };
                    match &exit.then {
                        Then::Go(target) => self.visit(&exit.by.to_string(), target, time),
                        Then::Back | Then::Repeat => {
                            self.finish_path(&format!("{} → {}", exit.by, exit.then), time);
                        }
                    }
                }
            }
            Target::Forward(name) => self.ring(name),
            Target::Mailbox(name) => {
                let Some(mailbox) = flow.mailbox(name) else { return };
                let consent = mailbox.consent.as_ref().map_or(0, spoken);
                let greeting = spoken(&mailbox.unavailable) + consent + spoken(&mailbox.greeting);
                self.finish_path("hangs up", greeting);
                self.finish_path(
                    "leaves a message",
                    greeting + millis(mailbox.max_length) + spoken(&mailbox.farewell),
                );
            }
            Target::Hours(_) => {
                for exit in flow.draft().exits(place) {
                    if let Then::Go(target) = &exit.then {
                        self.visit(&exit.by.to_string(), target, 0);
                    }
                }
            }
            Target::Goodbye(name) => {
                let words = flow.goodbye(name).map_or(0, |goodbye| spoken(&goodbye.prompt));
                self.finish_path("goodbye", words);
            }
        }
    }

    fn ring(&mut self, name: &super::name::NodeName) {
        let flow = self.flow;
        let Some(forward) = flow.forward(name) else { return };
        let mut passed =
            forward.announcement.as_ref().map_or(0, |prompt| speaking(&flow.speech(prompt, None)));
        self.finish_path("hangs up while it rings", passed);
        let mut longest = passed;
        for destination in &forward.destinations {
            let asked = destination.screening.as_ref().map_or(0, |screening| {
                let question = speaking(&flow.speech(&screening.prompt, None)) + millis(screening.timeout);
                question * u64::from(screening.limit)
            });
            let rung = millis(destination.ring) + asked;
            self.finish_path(&format!("{} takes the call", destination.phone), passed + rung);
            longest = longest.max(passed + rung);
            if forward.strategy != Strategy::Simultaneous {
                passed += rung;
            }
        }
        self.visit("not answered", &forward.otherwise, longest.max(passed));
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn speaking(speech: &[Speech]) -> u64 {
    let words = speech.iter().filter_map(|part| match part {
        Speech::Text { text, .. } => Some(u64::try_from(text.chars().count()).unwrap_or(0)),
        Speech::Audio(_) => None,
    });
    words.map(|characters| MILLIS_BEFORE_TEXT + MILLIS_PER_CHARACTER * characters).sum()
}

#[cfg(test)]
mod tests {
    use crate::flow::builtin::{BuiltinFlow, builtin_flow};

    #[test]
    fn every_path_through_the_built_in_flow_is_counted() {
        let forward_to = vec!["+33611223344".parse().unwrap()];
        let paths = builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap().paths();
        // In the menu: hangs up; 1 to the phone: hangs up, taken, or to the mailbox (2 paths); 2, no key and other keys
        // to the mailbox (2 paths each).
        assert_eq!((paths.count, paths.is_complete), (1 + 2 + 2 + 3 * 2, true));
        // Ringing, three questions, and a message of three minutes.
        assert!((240..330).contains(&paths.longest.seconds), "{:?}", paths.longest);
        assert_eq!(paths.longest.steps.last().unwrap(), "leaves a message");
    }
}
