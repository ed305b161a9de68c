//! When the company is open on the next fourteen days.
use std::fmt::Write;

use frontdesk_domain::CallFlow;
use jiff::ToSpan;
use jiff::civil::Date;

/// The number of days shown.
const DAYS: i32 = 14;

/// The opening hours, one line per day.
pub(super) fn table(flow: &CallFlow, today: Date) -> String {
    let mut text = String::new();
    if flow.draft().hours.is_empty() {
        return "the flow has no opening hours: it is always open\n".to_owned();
    }
    for (name, hours) in &flow.draft().hours {
        let zone = hours.schedule.zone.iana_name().unwrap_or("UTC");
        let _ = writeln!(text, "hours {name} ({zone})");
        for day in (0..DAYS).filter_map(|later| today.checked_add(later.days()).ok()) {
            let ranges: Vec<String> = hours.schedule.ranges(day).iter().map(ToString::to_string).collect();
            let open = if ranges.is_empty() { "closed".to_owned() } else { ranges.join(", ") };
            let dated = hours
                .schedule
                .dated(day)
                .map_or_else(String::new, |rule| format!("  (as {} says)", rule.days));
            let _ = writeln!(text, "  {} {day}  {open}{dated}", &day.strftime("%a").to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::flow::FlowSettings;
    use frontdesk_domain::read_flow;

    #[test]
    fn the_next_days_are_shown_with_their_exceptions() {
        let text = include_str!("../../../../domain/examples/flows/practice.toml");
        let flow = read_flow(text, &FlowSettings { table: "flow", ..FlowSettings::default() }).unwrap();
        let table = super::table(&flow, "2026-12-21".parse().unwrap());
        assert!(
            table.starts_with("hours practice (Europe/Paris)\n  Mon 2026-12-21  08:30-12:30, 14:00-19:00\n"),
            "{table}"
        );
        assert!(table.contains("Thu 2026-12-24  08:30-12:30  (as 2026-12-24 says)"), "{table}");
        assert!(table.contains("Fri 2026-12-25  closed  (as 12-25 says)"), "{table}");
        assert_eq!(table.lines().count(), 15);
    }
}
