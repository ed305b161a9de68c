//! Reads holidays from an `.ics` calendar: its all-day events.
use frontdesk_domain::flow::{Days, TimedEvents};
use icalendar::{Calendar, Component, DatePerhapsTime};
use jiff::ToSpan;
use jiff::civil::Date;

/// The days of a file's events. A property that changes the days is applied, or the event is refused by
/// name: no day may be open or closed because a property was ignored. Cancelled events are left out.
pub(super) fn days(text: &str, timed: TimedEvents) -> Result<Vec<Days>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut days = Vec::new();
    // A file may hold several calendars (RFC 5545, section 3.4).
    for object in text.split_inclusive("END:VCALENDAR").filter(|object| !object.trim().is_empty()) {
        let calendar: Calendar = object.parse().map_err(|error| format!("it is not a calendar: {error}"))?;
        let is_cancelled = calendar.property_value("METHOD").is_some_and(|method| method == "CANCEL");
        for event in calendar.components.iter().filter_map(|component| component.as_event()) {
            if is_cancelled || event.property_value("STATUS") == Some("CANCELLED") {
                continue;
            }
            if timed == TimedEvents::Skip && whole_day(event.get_start()).is_none() {
                continue;
            }
            days.extend(days_of(event).map_err(|why| {
                let name = event.get_summary().unwrap_or("without a name");
                let start = event.property_value("DTSTART").unwrap_or("without a start");
                format!("the event {name:?} of {start} {why}")
            })?);
        }
    }
    if days.is_empty() { Err("it contains no events".to_owned()) } else { Ok(days) }
}

fn days_of(event: &icalendar::Event) -> Result<Vec<Days>, String> {
    const NOT_APPLIED: [&str; 3] = ["EXDATE", "EXRULE", "RECURRENCE-ID"];
    let has =
        |name: &str| event.properties().contains_key(name) || event.multi_properties().contains_key(name);
    if let Some(name) = NOT_APPLIED.into_iter().find(|name| has(name)) {
        return Err(format!("has {name}, which is not supported; write its days as events of their own"));
    }
    let first = whole_day(event.get_start()).ok_or(
        "is not of whole days; only those close the company (skip_timed_events = true leaves it out)",
    )?;
    let last = last_day(event, first)?;
    let mut days = vec![match event.property_value("RRULE").filter(|rule| !rule.is_empty()) {
        None if last == first => Days::One(first),
        None => Days::Span(first, last),
        Some(rule) if last == first && is_every_year(rule, first) => {
            Days::Yearly { month: first.month(), day: first.day(), since: Some(first.year()) }
        }
        Some(rule) => {
            return Err(format!("repeats by {rule}; only single days every year (FREQ=YEARLY) can repeat"));
        }
    }];
    let further = event.multi_properties().get("RDATE").into_iter().flatten();
    let further =
        further.chain(event.properties().get("RDATE")).flat_map(|property| property.value().split(','));
    for date in further {
        let day = Date::strptime("%Y%m%d", date);
        let day = day.map_err(|_| format!("has the further date {date}, which is not a whole day"))?;
        // Each instance is as long as the event (RFC 5545, section 3.8.5.2).
        let end = day.checked_add(last - first).map_err(|error| error.to_string())?;
        days.push(if end == day { Days::One(day) } else { Days::Span(day, end) });
    }
    Ok(days)
}

/// The last day of an event: the day before its end, or the last of its duration (RFC 5545, section 3.6.1).
fn last_day(event: &icalendar::Event, first: Date) -> Result<Date, String> {
    let before = |end: Date| end.checked_sub(1.day()).map(|last| last.max(first)).map_err(|e| e.to_string());
    if event.property_value("DTEND").is_some() {
        return before(whole_day(event.get_end()).ok_or("has an end that is not a whole day")?);
    }
    let Some(duration) = event.property_value("DURATION") else { return Ok(first) };
    let unreadable = || format!("lasts {duration}; use whole days (P2D) or weeks (P1W)");
    let length = duration.strip_prefix('P').ok_or_else(unreadable)?;
    let (number, unit) = length.split_at_checked(length.len().saturating_sub(1)).ok_or_else(unreadable)?;
    let number: i64 = number.parse().map_err(|_| unreadable())?;
    let days = match unit {
        "D" => number,
        "W" => number.saturating_mul(7),
        _ => return Err(unreadable()),
    };
    before(first.checked_add(days.max(1).days()).map_err(|error| error.to_string())?)
}

/// Whether a rule only repeats the event's day every year.
fn is_every_year(rule: &str, first: Date) -> bool {
    rule.split(';').filter(|part| !part.is_empty()).all(|part| match part.split_once('=') {
        Some(("FREQ", value)) => value == "YEARLY",
        Some(("INTERVAL", value)) => value == "1",
        Some(("WKST", _)) => true,
        Some(("BYMONTH", value)) => value.parse() == Ok(first.month()),
        Some(("BYMONTHDAY", value)) => value.parse() == Ok(first.day()),
        _ => false,
    }) && rule.contains("FREQ=YEARLY")
}

fn whole_day(date: Option<DatePerhapsTime>) -> Option<Date> {
    match date? {
        DatePerhapsTime::Date(date) => date.to_string().parse().ok(),
        DatePerhapsTime::DateTime(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Days>, String> {
        days(text, TimedEvents::Refuse)
    }

    fn calendar(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{events}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Day off\r\n{lines}END:VEVENT\r\n")
    }

    #[test]
    fn whole_days_spans_and_yearly_days_are_read() {
        let text = calendar(
            &[
                event("DTSTART;VALUE=DATE:20261225\r\n"),
                event("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20270103\r\n"),
                event("DTSTART;VALUE=DATE:20260714\r\nDTEND;VALUE=DATE:20260715\r\nRRULE:FREQ=YEARLY\r\n"),
            ]
            .concat(),
        );
        let read: Vec<String> = read(&text).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(read, ["2026-12-25", "2026-12-24..2027-01-02", "07-14 since 2026"]);
    }

    #[test]
    fn every_property_that_changes_the_days_is_applied() {
        for (lines, expected) in [
            ("DTSTART;VALUE=DATE:20261208\r\nDURATION:P2D\r\n", "2026-12-08..2026-12-09"),
            ("DTSTART;VALUE=DATE:20261208\r\nDURATION:P1W\r\n", "2026-12-08..2026-12-14"),
            (
                "DTSTART;VALUE=DATE:20261221\r\nRDATE;VALUE=DATE:20261222,20261223\r\n",
                "2026-12-21 2026-12-22 2026-12-23",
            ),
            ("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY;INTERVAL=1;WKST=MO\r\n", "12-25 since 2026"),
            (
                "DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25\r\n",
                "12-25 since 2026",
            ),
            (
                "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nRDATE;VALUE=DATE:20270401\r\n",
                "2026-12-24..2026-12-26 2027-04-01..2027-04-03",
            ),
            ("DTSTART;VALUE=DATE:20261225\r\nRRULE:\r\n", "2026-12-25"),
        ] {
            let read: Vec<String> =
                read(&calendar(&event(lines))).unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(read.join(" "), expected, "{lines}");
        }
        let cancelled = event("DTSTART;VALUE=DATE:20261210\r\nSTATUS:CANCELLED\r\n");
        let kept = event("DTSTART;VALUE=DATE:20261211\r\n");
        assert_eq!(read(&calendar(&[cancelled, kept.clone()].concat())).unwrap().len(), 1);
        let several =
            format!("\u{feff}{}{}", calendar(&kept), calendar(&event("DTSTART;VALUE=DATE:20261212\r\n")));
        assert_eq!(read(&several).unwrap().len(), 2);
    }

    #[test]
    fn unsupported_properties_are_refused() {
        for (event_lines, why) in [
            ("DTSTART:20261225T090000Z\r\nDTEND:20261225T170000Z\r\n", "not of whole days"),
            ("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=WEEKLY\r\n", "repeats by FREQ=WEEKLY"),
            ("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY;INTERVAL=2\r\n", "repeats by"),
            ("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY;COUNT=3\r\n", "repeats by"),
            ("DTSTART;VALUE=DATE:20200505\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20270505\r\n", "EXDATE"),
            ("DTSTART;VALUE=DATE:20200505\r\nRECURRENCE-ID;VALUE=DATE:20270505\r\n", "RECURRENCE-ID"),
            ("DTSTART;VALUE=DATE:20261225\r\nDURATION:PT8H\r\n", "lasts PT8H"),
            ("DTSTART;VALUE=DATE:20261224\r\nDTEND:20261227T000000\r\n", "not a whole day"),
            ("DTSTART;VALUE=DATE:20261224\r\nRDATE:20261227T000000\r\n", "not a whole day"),
        ] {
            let error = read(&calendar(&event(event_lines))).unwrap_err();
            assert!(error.contains(why) && error.contains("Day off"), "{error}");
        }
        assert!(read(&calendar("")).unwrap_err().contains("no events"));
        assert!(read("<html>").is_err());
    }

    #[test]
    fn timed_events_are_left_out_if_that_is_wanted() {
        let text = calendar(
            &[
                event("DTSTART:20261225T090000Z\r\nDTEND:20261225T170000Z\r\nRRULE:FREQ=WEEKLY\r\n"),
                event("DTSTART;VALUE=DATE:20261226\r\n"),
            ]
            .concat(),
        );
        assert!(read(&text).unwrap_err().contains("skip_timed_events"));
        assert_eq!(days(&text, TimedEvents::Skip).unwrap(), ["2026-12-26".parse().unwrap()]);
    }
}
