//! Holidays out of an `.ics` calendar: its all-day events.
use frontdesk_domain::Days;
use icalendar::{Calendar, Component, DatePerhapsTime};
use jiff::ToSpan;
use jiff::civil::Date;

/// The days of a calendar's events. Events of some hours, and repetitions other than yearly, are refused, because
/// their days would be ambiguous.
pub(super) fn days(text: &str) -> Result<Vec<Days>, String> {
    let calendar: Calendar = text.parse().map_err(|error| format!("it is no calendar: {error}"))?;
    let mut days = Vec::new();
    for component in &calendar.components {
        if let Some(event) = component.as_event() {
            days.push(day(event).map_err(|why| {
                let name = event.get_summary().unwrap_or("without a name");
                format!("the event {name:?} {why}")
            })?);
        }
    }
    if days.is_empty() { Err("it holds no events".to_owned()) } else { Ok(days) }
}

fn day(event: &icalendar::Event) -> Result<Days, String> {
    let first = whole_day(event.get_start()).ok_or("is not of whole days; only those close the company")?;
    // The end is the day after the last (RFC 5545, section 3.6.1); without one it is a single day.
    let last =
        whole_day(event.get_end()).and_then(|end| end.checked_sub(1.day()).ok()).unwrap_or(first).max(first);
    match event.property_value("RRULE") {
        None if last == first => Ok(Days::One(first)),
        None => Ok(Days::Span(first, last)),
        Some("FREQ=YEARLY") if last == first => Ok(Days::Yearly { month: first.month(), day: first.day() }),
        Some(rule) => Err(format!("repeats by {rule}; only single days every year (FREQ=YEARLY) can repeat")),
    }
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
        let read: Vec<String> = days(&text).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(read, ["2026-12-25", "2026-12-24..2027-01-02", "07-14"]);
    }

    #[test]
    fn what_would_close_other_days_than_one_thinks_is_refused() {
        for (event_lines, why) in [
            ("DTSTART:20261225T090000Z\r\nDTEND:20261225T170000Z\r\n", "not of whole days"),
            ("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=WEEKLY\r\n", "repeats by FREQ=WEEKLY"),
        ] {
            let error = days(&calendar(&event(event_lines))).unwrap_err();
            assert!(error.contains(why) && error.contains("Day off"), "{error}");
        }
        assert!(days(&calendar("")).unwrap_err().contains("no events"));
        assert!(days("<html>").is_err());
    }
}
