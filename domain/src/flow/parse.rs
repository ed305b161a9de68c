//! Parses a flow from a TOML table and keeps the location of every setting for error messages.
//!
//! All errors are reported, not only the first: what cannot be parsed, and, once everything can be parsed, what
//! [`FlowDraft::check`](crate::flow::FlowDraft::check) finds.

mod finding;
mod nodes;
mod notes;
mod phrases;
mod prompts;
mod rules;
mod table;
mod week;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::CallFlow;
use super::carrier_limits::CarrierLimits;
use super::hours::schedule::Days;
use super::language::Language;
pub use finding::{Finding, Findings};
use notes::ParseErrors;

/// What a flow file does not contain itself.
pub struct FlowSettings<'a> {
    /// The table of the file that holds the flow (`flow`); empty when the whole file is the flow.
    pub table: &'a str,
    /// The time zone of opening hours that name none.
    pub zone: TimeZone,
    /// The time limit of forwards that name none.
    pub time_limit: Duration,
    /// What the carrier can do.
    pub limits: CarrierLimits,
    /// Reads the closed days from a calendar that the flow names.
    pub calendar: &'a CalendarReader<'a>,
    /// Checks that an audio file that the flow names can be played; the error says why not.
    pub audio: &'a dyn Fn(&str) -> Result<(), String>,
}

/// Reads the closed days from the calendar with this name; the error says why it cannot be read.
pub type CalendarReader<'a> = dyn Fn(&str, TimedEvents) -> Result<Vec<Days>, String> + 'a;

/// What to do with calendar events that do not last whole days; such events never close a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimedEvents {
    /// The calendar is refused.
    Refuse,
    /// They are left out.
    Skip,
}

impl Default for FlowSettings<'_> {
    fn default() -> Self {
        Self {
            table: "",
            zone: TimeZone::UTC,
            time_limit: Duration::from_secs(4 * 3600),
            limits: CarrierLimits::default(),
            calendar: &|name, _| Err(format!("the calendar {name:?} cannot be read here")),
            audio: &|_| Ok(()),
        }
    }
}

impl fmt::Debug for FlowSettings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowSettings").field("table", &self.table).finish_non_exhaustive()
    }
}

/// The flow that a text describes, or everything that is wrong with it.
///
/// ```
/// use frontdesk_domain::read_flow;
/// use frontdesk_domain::flow::FlowSettings;
///
/// let text = r#"
///     company = "Example"
///     start = "menu main"
///     [menus.main]
///     prompt = "For the team, press 1. To leave a message, press 2."
///     keys.1 = { label = "Team", then = "forward team" }
///     keys.2 = { label = "Message", then = "mailbox main" }
///     [forwards.team]
///     to = ["+33611223344"]
///     [mailboxes.main]
/// "#;
/// let flow = read_flow(text, &FlowSettings::default())?;
/// assert_eq!(flow.numbers().count(), 1);
///
/// let mistaken = text.replace("forward team", "forward tema");
/// let findings = read_flow(&mistaken, &FlowSettings::default()).unwrap_err();
/// assert!(findings.to_string().contains("tema"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_flow(text: &str, settings: &FlowSettings<'_>) -> Result<CallFlow, Findings> {
    let mut notes = ParseErrors::new(text);
    let (whole, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        notes.note(error.span().unwrap_or(0..0), error.message().to_owned());
    }
    if notes.is_clean() {
        let table = whole.get_ref();
        let found = match settings.table {
            "" => Some((0..0, table)),
            name => table
                .get_key_value(name)
                .and_then(|(key, value)| value.get_ref().as_table().map(|table| (key.span(), table))),
        };
        match found {
            Some((span, table)) => {
                let draft = rules::draft(&mut notes, span, table, settings);
                if notes.is_clean() {
                    let problems = draft.problems(&settings.limits);
                    if problems.is_empty() {
                        return Ok(CallFlow::of(draft));
                    }
                    for problem in &problems {
                        notes.problem(problem);
                    }
                }
            }
            None => notes.note(0..0, format!("there is no table [{}]", settings.table)),
        }
    }
    Err(notes.findings())
}

/// All languages that a flow names, at any level.
fn languages(table: &DeTable<'_>, found: &mut BTreeSet<Language>) {
    use toml::de::DeValue;
    for (key, value) in table {
        match value.get_ref() {
            DeValue::String(text) if key.get_ref() == "language" => found.extend(text.parse().ok()),
            DeValue::Table(inner) => languages(inner, found),
            _ => {}
        }
    }
}
