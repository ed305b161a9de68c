//! Parses opening hours: days of the week, dates, holidays and calendars.
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::notes::ParseErrors;
use super::table::{Entry, Table};
use super::{FlowSettings, TimedEvents};
use crate::flow::hours::Hours;
use crate::flow::hours::schedule::{DatedRule, Days, Range, Schedule};

/// The keys of the days, Monday first.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

pub(super) fn hours(
    notes: &mut ParseErrors<'_>,
    table: &Table<'_>,
    settings: &FlowSettings<'_>,
) -> Option<Hours> {
    let zone = table.entry(notes, "timezone").and_then(|entry| zone(notes, &entry));
    let mut schedule = Schedule::closed(zone.unwrap_or_else(|| settings.zone.clone()));
    if let Some(week) = table.inner(notes, "week", &[]) {
        // Ranges of days first, so that a single day overrides them.
        let mut days = week.entries(notes);
        days.sort_by_key(|(name, ..)| !name.contains('-'));
        for (name, span, entry) in days {
            let ranges = ranges(notes, &entry);
            let days = weekdays(&name);
            if days.is_none() {
                let message = format!(
                    "{name:?} is not a valid day; use mon, tue, wed, thu, fri, sat, sun or several such as mon-fri"
                );
                notes.note(span, message);
            }
            days.into_iter().flatten().for_each(|day| schedule.day_mut(day).clone_from(&ranges));
        }
    }
    if let Some(dates) = table.inner(notes, "dates", &[]) {
        for (name, span, entry) in dates.entries(notes) {
            let ranges = ranges(notes, &entry);
            match name.parse() {
                Ok(days) => schedule.dates.push(DatedRule { days, ranges }),
                Err(error) => notes.note(span, error.to_string()),
            }
        }
    }
    for entry in table.entry(notes, "holidays").iter().flat_map(Entry::list) {
        let days: Option<Days> = entry.parsed(notes);
        schedule.dates.extend(days.map(|days| DatedRule { days, ranges: Vec::new() }));
    }
    let timed =
        if table.flag(notes, "skip_timed_events", false) { TimedEvents::Skip } else { TimedEvents::Refuse };
    for entry in table.entry(notes, "holidays_from").iter().flat_map(Entry::list) {
        let Some(name) = entry.text(notes) else { continue };
        match (settings.calendar)(name, timed) {
            Ok(days) => {
                schedule.dates.extend(days.into_iter().map(|days| DatedRule { days, ranges: Vec::new() }));
            }
            Err(why) => notes.note(entry.span, why),
        }
    }
    let (open, closed) = (table.required_target(notes, "open"), table.required_target(notes, "closed"));
    let holiday = table.target(notes, "holiday");
    Some(Hours { schedule, open: open?, closed: closed?, holiday })
}

fn zone(notes: &mut ParseErrors<'_>, entry: &Entry<'_>) -> Option<TimeZone> {
    let name = entry.text(notes)?;
    let found = TimeZone::get(name).ok();
    if found.is_none() {
        notes.note(
            entry.span.clone(),
            format!("{name:?} is not an IANA time zone; use one such as Europe/Paris"),
        );
    }
    found
}

fn weekdays(name: &str) -> Option<Vec<Weekday>> {
    let place = |name: &str| DAYS.iter().position(|(day, _)| *day == name);
    let (first, last) = match name.split_once('-') {
        Some((first, last)) => (place(first)?, place(last)?),
        None => (place(name)?, place(name)?),
    };
    // Wraps around the end of the week: sat-mon includes Sunday.
    let count = (last + DAYS.len() - first) % DAYS.len() + 1;
    Some(DAYS.iter().cycle().skip(first).take(count).map(|(_, day)| *day).collect())
}

/// The hours of a day: ranges, or the word "closed".
fn ranges(notes: &mut ParseErrors<'_>, entry: &Entry<'_>) -> Vec<Range> {
    if entry.value.as_str() == Some("closed") {
        return Vec::new();
    }
    entry.list().iter().filter_map(|entry| entry.parsed(notes)).collect()
}
