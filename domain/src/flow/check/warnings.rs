//! Warnings about settings that are allowed but probably not intended.
use std::time::Duration;

use super::super::draft::FlowDraft;
use super::super::forward::Strategy;
use super::super::hours::Hours;
use super::super::name::NodeName;
use super::super::problem::{Problem, ProblemKind};
use super::super::prompt::Spoken;
use super::super::target::Target;
use crate::Timestamp;
use crate::keys::Key;

/// Callers usually hang up before phones have rung this long.
const MAX_RINGING: Duration = Duration::from_secs(600);

/// Prefixes of numbers that are often expensive to call: personal and shared-cost numbers, and islands and
/// countries with high prices.
const EXPENSIVE: [&str; 27] = [
    "+4470", "+49180", "+43810", "+43820", "+33890", "+1242", "+1246", "+1264", "+1268", "+1284", "+1345",
    "+1441", "+1473", "+1649", "+1664", "+1721", "+1758", "+1767", "+1784", "+1809", "+1829", "+1849",
    "+1868", "+1869", "+1876", "+252", "+371",
];

impl FlowDraft {
    /// Everything that is allowed but probably not intended, each with its remedy.
    pub fn warnings(&self) -> Vec<Problem> {
        let mut warnings = Vec::new();
        self.warn_missing_keys(&mut warnings);
        for (name, forward) in &self.forwards {
            let place = Target::Forward(name.clone());
            let rings = forward.destinations.iter().map(|destination| destination.ring);
            let ringing: Duration = if forward.strategy == Strategy::Simultaneous {
                rings.max().unwrap_or_default()
            } else {
                rings.sum()
            };
            if ringing > MAX_RINGING {
                let minutes = ringing.as_secs() / 60;
                warnings.push(Problem::new(&place, "to", ProblemKind::LongRinging { minutes }));
            }
            for (position, destination) in forward.destinations.iter().enumerate() {
                let Some(number) = destination.phone.dialled() else { continue };
                if EXPENSIVE.iter().any(|prefix| number.as_str().starts_with(prefix)) {
                    let setting = format!("to.{position}.number");
                    warnings.push(Problem::new(&place, setting, ProblemKind::Expensive(number)));
                }
            }
        }
        warnings
    }

    /// Opening hours with listed dates that have all passed.
    pub fn past_dates(&self, now: Timestamp) -> Vec<Problem> {
        let past = |(name, hours): (&NodeName, &Hours)| {
            let last = hours.schedule.listed_until()?;
            let today = now.to_zoned_datetime(hours.schedule.zone.clone()).date();
            let place = Target::Hours(name.clone());
            (last < today).then(|| Problem::new(&place, "holidays", ProblemKind::PastDates(last)))
        };
        self.hours.iter().filter_map(past).collect()
    }

    /// Warns about keys that a menu's prompt mentions but the menu does not have.
    fn warn_missing_keys(&self, warnings: &mut Vec<Problem>) {
        for (name, menu) in &self.menus {
            let mut named: Vec<char> = Vec::new();
            for (_, spoken) in menu.prompt.all() {
                named.extend(digits_in(spoken));
            }
            named.sort_unstable();
            named.dedup();
            for key in named {
                let is_known = Key::try_from(key).is_ok_and(|key| menu.choices.contains_key(&key));
                let in_extension = menu.extensions.keys().any(|keys| keys.to_string().contains(key));
                if !is_known && !in_extension {
                    let place = Target::Menu(name.clone());
                    warnings.push(Problem::new(&place, "prompt", ProblemKind::PromptNamesMissingKey(key)));
                }
            }
        }
    }
}

/// The digits that are separate words of a text.
fn digits_in(spoken: &Spoken) -> Vec<char> {
    match spoken {
        Spoken::Text(text) => text
            .split(|c: char| !c.is_alphanumeric() && c != ':' && c != '+')
            .filter_map(|word| match word.as_bytes() {
                [digit] if digit.is_ascii_digit() => Some(char::from(*digit)),
                _ => None,
            })
            .collect(),
        Spoken::Audio(_) => Vec::new(),
        Spoken::InTurn(parts) => parts.iter().flat_map(|(_, spoken)| digits_in(spoken)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::builtin::{BuiltinFlow, draft};
    use crate::flow::hours::schedule::{DatedRule, Schedule};

    fn flow() -> FlowDraft {
        draft(&BuiltinFlow { forward_to: vec!["+33611223344".parse().unwrap()], ..BuiltinFlow::default() })
    }

    fn kinds(flow: &FlowDraft) -> Vec<ProblemKind> {
        flow.warnings().into_iter().map(|warning| warning.kind).collect()
    }

    #[test]
    fn the_built_in_flow_has_no_warnings() {
        assert_eq!(kinds(&flow()), []);
    }

    #[test]
    fn a_prompt_that_names_a_missing_key_is_a_warning() {
        let mut flow = flow();
        let menu = flow.menus.values_mut().next().unwrap();
        let one = Key::try_from('1').unwrap();
        menu.choices.retain(|key, _| *key == one);
        assert_eq!(kinds(&flow), [ProblemKind::PromptNamesMissingKey('2')]);
    }

    #[test]
    fn holidays_that_have_all_passed_are_a_warning() {
        let past = |dates: &[&str], now: &str| {
            let mut flow = flow();
            let closed = |days: &&str| DatedRule { days: days.parse().unwrap(), ranges: Vec::new() };
            let schedule = Schedule {
                zone: jiff::tz::TimeZone::UTC,
                week: std::array::from_fn(|_| Vec::new()),
                dates: dates.iter().map(closed).collect(),
            };
            let (open, safe) = (flow.start.clone(), Target::Mailbox(flow.safety.clone()));
            let hours = Hours { schedule, open, closed: safe, holiday: None };
            flow.hours.insert("office".parse().unwrap(), hours);
            let past = flow.past_dates(now.parse().unwrap());
            past.into_iter().map(|problem| problem.to_string()).collect::<Vec<_>>().join("; ")
        };
        let listed = ["2026-12-24..2026-12-26", "2026-05-01"];
        let said = past(&listed, "2026-12-27T00:00:00Z");
        assert!(said.contains("hours office") && said.contains("2026-12-26"), "{said}");
        assert_eq!(past(&listed, "2026-12-26T23:59:59Z"), "", "the last listed date is today");
        assert_eq!(past(&["12-25"], "2027-12-27T00:00:00Z"), "", "a yearly date never passes");
        assert_eq!(past(&["12-25", "2026-05-01"], "2027-12-27T00:00:00Z"), "", "an exception, not a list");
        let calendar = ["12-25", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-14", "2026-05-25"];
        assert!(past(&calendar, "2027-01-01T00:00:00Z").contains("2026-05-25"));
        assert_eq!(past(&[], "2027-01-01T00:00:00Z"), "");
    }

    #[test]
    fn hours_of_ringing_and_expensive_numbers_are_warnings() {
        let mut flow = flow();
        let forward = flow.forwards.values_mut().next().unwrap();
        forward.destinations[0].ring = Duration::from_secs(601);
        assert_eq!(kinds(&flow), [ProblemKind::LongRinging { minutes: 10 }]);
        let forward = flow.forwards.values_mut().next().unwrap();
        forward.destinations[0].ring = Duration::from_secs(20);
        forward.destinations[0].phone = "+447012345678".parse().unwrap();
        assert!(matches!(kinds(&flow)[..], [ProblemKind::Expensive(_)]));
    }
}
