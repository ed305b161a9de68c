//! Opening hours on the clock changes of three zones, past midnight, and on 29 February.
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn every_day(zone_name: &str, ranges: &[&str]) -> Schedule {
    let ranges: Vec<Range> = ranges.iter().map(|range| range.parse().unwrap()).collect();
    Schedule { week: std::array::from_fn(|_| ranges.clone()), ..Schedule::closed(zone(zone_name)) }
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Every change between two instants, and what it changes to.
fn changes(schedule: &Schedule, from: &str, to: &str) -> Vec<(String, &'static str)> {
    let (mut now, end) = (instant(from), instant(to));
    let mut found = Vec::new();
    while let Some(next) = schedule.next_change(now).filter(|next| *next < end) {
        found.push((next.to_string(), schedule.at(next).as_str()));
        now = next;
    }
    found
}

#[test]
fn ranges_parse_and_display() {
    for good in ["09:00-12:30", "22:00-02:00", "00:00-24:00"] {
        assert_eq!(good.parse::<Range>().unwrap().to_string(), good);
    }
    assert_eq!("9:00 - 17:00".parse::<Range>().unwrap().to_string(), "09:00-17:00");
    assert_eq!("20:00-00:00".parse::<Range>().unwrap().to_string(), "20:00-24:00");
    assert_eq!("00:00-24:00".parse::<Range>(), Ok(Range::ALL_DAY));
    for bad in [
        "",
        "9-5",
        "09:00",
        "09:00-09:00",
        "24:00-02:00",
        "09:60-10:00",
        "25:00-26:00",
        "-09:00-10:00",
        "09:00-1:5",
    ] {
        assert!(bad.parse::<Range>().is_err(), "{bad}");
    }
}

#[test]
fn days_parse_as_dates_spans_or_yearly_days() {
    for good in ["2026-12-24", "2026-12-24..2027-01-02", "12-25", "02-29"] {
        assert_eq!(good.parse::<Days>().unwrap().to_string(), good);
    }
    for bad in ["", "24.12.2026", "2026-02-29", "02-30", "13-01", "2027-01-02..2026-12-24"] {
        assert!(bad.parse::<Days>().is_err(), "{bad}");
    }
}

#[test]
fn an_office_with_a_lunch_break_opens_twice_a_day() {
    let office = every_day("Europe/Paris", &["09:00-12:00", "14:00-18:00"]);
    assert_eq!(
        changes(&office, "2026-11-25T00:00:00Z", "2026-11-25T23:00:00Z"),
        [
            ("2026-11-25T08:00:00Z".into(), "open"),
            ("2026-11-25T11:00:00Z".into(), "closed"),
            ("2026-11-25T13:00:00Z".into(), "open"),
            ("2026-11-25T17:00:00Z".into(), "closed"),
        ]
    );
}

#[test]
fn a_range_past_midnight_belongs_to_the_day_it_begins_on() {
    let mut bar = Schedule::closed(zone("Europe/Paris"));
    *bar.day_mut(Weekday::Friday) = vec!["22:00-02:00".parse().unwrap()];
    bar.dates.push(DatedRule { days: "2026-11-28".parse().unwrap(), ranges: vec![] });
    // Saturday the 28th is closed, but the bar that opened on Friday still closes at two.
    assert_eq!(bar.at(instant("2026-11-28T00:30:00Z")), Opening::Open);
    assert_eq!(bar.at(instant("2026-11-28T01:00:00Z")), Opening::Holiday);
    bar.dates[0].days = "2026-11-27".parse().unwrap();
    assert_eq!(bar.at(instant("2026-11-28T00:30:00Z")), Opening::Closed);
}

#[test]
fn a_repeated_hour_opens_and_closes_once() {
    // In Paris on 25 October 2026 the clock shows 02:00 to 03:00 twice.
    let night = every_day("Europe/Paris", &["01:00-02:30"]);
    assert_eq!(
        changes(&night, "2026-10-24T20:00:00Z", "2026-10-25T20:00:00Z"),
        [("2026-10-24T23:00:00Z".into(), "open"), ("2026-10-25T00:30:00Z".into(), "closed")]
    );
    let shift = every_day("Europe/Paris", &["22:00-06:00"]);
    let [(opens, _), (closes, _)] = &changes(&shift, "2026-10-24T18:00:00Z", "2026-10-25T12:00:00Z")[..]
    else {
        panic!()
    };
    assert_eq!(instant(opens).duration_until(instant(closes)), SignedDuration::from_hours(9));
}

#[test]
fn a_skipped_hour_opens_at_the_clock_change() {
    // In Paris on 29 March 2026 the clock jumps from 02:00 to 03:00.
    let night = every_day("Europe/Paris", &["02:30-05:00"]);
    assert_eq!(
        changes(&night, "2026-03-28T22:00:00Z", "2026-03-29T20:00:00Z"),
        [("2026-03-29T01:00:00Z".into(), "open"), ("2026-03-29T03:00:00Z".into(), "closed")]
    );
    let within = every_day("Europe/Paris", &["02:10-02:50"]);
    assert_eq!(changes(&within, "2026-03-28T22:00:00Z", "2026-03-29T20:00:00Z"), []);
}

#[test]
fn half_an_hour_is_a_clock_change_too() {
    // On Lord Howe Island on 5 April 2026 the clock shows 01:30 to 02:00 twice.
    let night = every_day("Australia/Lord_Howe", &["01:45-03:00"]);
    let found = changes(&night, "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z");
    assert_eq!(found, [("2026-04-04T14:45:00Z".into(), "open"), ("2026-04-04T16:30:00Z".into(), "closed")]);
}

#[test]
fn the_29th_of_february_comes_in_leap_years() {
    let mut office = every_day("Europe/Paris", &["00:00-24:00"]);
    office.dates.push(DatedRule { days: "02-29".parse().unwrap(), ranges: vec![] });
    let noon = |date: &str| office.at(instant(&format!("{date}T12:00:00Z")));
    assert_eq!(
        (noon("2028-02-29"), noon("2028-02-28"), noon("2028-03-01")),
        (Opening::Holiday, Opening::Open, Opening::Open)
    );
    assert_eq!((noon("2027-02-28"), noon("2027-03-01")), (Opening::Open, Opening::Open));
    assert_eq!(
        changes(&office, "2028-02-27T00:00:00Z", "2028-03-02T00:00:00Z"),
        [("2028-02-28T23:00:00Z".into(), "holiday"), ("2028-02-29T23:00:00Z".into(), "open")]
    );
}

#[test]
fn the_most_specific_dated_rule_wins() {
    let mut shop = every_day("UTC", &["09:00-18:00"]);
    let rule = |days: &str, ranges: &[&str]| DatedRule {
        days: days.parse().unwrap(),
        ranges: ranges.iter().map(|range| range.parse().unwrap()).collect(),
    };
    shop.dates = vec![
        rule("12-24", &[]),
        rule("2026-12-20..2026-12-31", &["10:00-12:00"]),
        rule("2026-12-24", &["09:00-10:00"]),
    ];
    assert_eq!(shop.at(instant("2026-12-24T09:30:00Z")), Opening::Open);
    assert_eq!(shop.at(instant("2026-12-24T11:00:00Z")), Opening::Closed);
    assert_eq!(shop.at(instant("2026-12-23T11:00:00Z")), Opening::Open);
    assert_eq!(shop.at(instant("2027-12-24T11:00:00Z")), Opening::Holiday);
    // A yearly day also overrides a span of dates.
    shop.dates.pop();
    assert_eq!(shop.at(instant("2026-12-24T11:00:00Z")), Opening::Holiday);
}

#[test]
fn a_schedule_without_hours_differs_from_one_that_opens_once() {
    let mut shop = Schedule::closed(zone("Europe/Paris"));
    shop.dates.push(DatedRule { days: "12-25".parse().unwrap(), ranges: vec![] });
    assert!(!shop.has_hours());
    shop.dates.push(DatedRule { days: "2027-06-01".parse().unwrap(), ranges: vec![Range::ALL_DAY] });
    assert!(shop.has_hours());
    assert_eq!(shop.next_change(instant("2026-11-25T00:00:00Z")), Some(instant("2027-05-31T22:00:00Z")));
}

const ZONES: [&str; 3] = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"];

/// The days around both clock changes of a year, in each zone.
fn any_day() -> impl Strategy<Value = (&'static str, Date)> {
    let changes = [
        ("Europe/Paris", "2026-03-29"),
        ("Europe/Paris", "2026-10-25"),
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
    ];
    let near = (prop::sample::select(changes.to_vec()), -2i32..=2).prop_map(|((zone, day), off)| {
        (zone, day.parse::<Date>().unwrap().checked_add(jiff::Span::new().days(off)).unwrap())
    });
    let any = (prop::sample::select(ZONES.to_vec()), 0i32..1500).prop_map(|(zone, off)| {
        (zone, "2026-01-01".parse::<Date>().unwrap().checked_add(jiff::Span::new().days(off)).unwrap())
    });
    prop_oneof![3 => near, 1 => any]
}

fn any_range() -> impl Strategy<Value = Range> {
    (0..DAY, 1..=DAY)
        .prop_filter("the ends of a range differ", |(from, to)| from != to)
        .prop_map(|(from, to)| Range { from, to })
}

/// The local clock at an instant.
fn clock(schedule: &Schedule, at: Timestamp) -> DateTime {
    at.to_zoned_datetime(schedule.zone.clone()).datetime()
}

proptest! {
    #[test]
    fn a_range_opens_when_the_clock_first_shows_it_and_closes_when_it_first_shows_its_end((name, day) in any_day(), range in any_range()) {
        // Only this day has hours, so only this range opens.
        let mut schedule = Schedule::closed(zone(name));
        schedule.dates.push(DatedRule { days: Days::One(day), ranges: vec![range] });
        let begins = day.to_datetime(Time::new(i8::try_from(range.from / 60).unwrap(), i8::try_from(range.from % 60).unwrap(), 0, 0).unwrap());
        let ends_on = if range.is_past_midnight() || range.to == DAY { day.tomorrow().unwrap() } else { day };
        let to = range.to % DAY;
        let ends = ends_on.to_datetime(Time::new(i8::try_from(to / 60).unwrap(), i8::try_from(to % 60).unwrap(), 0, 0).unwrap());
        // Minute by minute through four days, by the local clock.
        let mut at = zone(name).to_timestamp(day.yesterday().unwrap().to_datetime(Time::midnight())).unwrap();
        let (mut begun, mut ended) = (false, false);
        for _ in 0..4 * 24 * 60 {
            let shown = clock(&schedule, at);
            begun |= shown >= begins;
            ended |= shown >= ends;
            prop_assert_eq!(schedule.at(at) == Opening::Open, begun && !ended, "{} in {} at {} ({})", range, name, at, shown);
            at += SignedDuration::from_mins(1);
        }
    }

    #[test]
    fn between_two_changes_nothing_changes(
        (name, day) in any_day(), ranges in prop::collection::vec(any_range(), 0..4), minute in 0i64..1440,
    ) {
        let schedule = Schedule { week: std::array::from_fn(|_| ranges.clone()), ..Schedule::closed(zone(name)) };
        let now = zone(name).to_timestamp(day.to_datetime(Time::midnight())).unwrap() + SignedDuration::from_mins(minute);
        let is_open = schedule.at(now) == Opening::Open;
        let end = now + SignedDuration::from_hours(48);
        let next = schedule.next_change(now);
        let mut at = now;
        while at < end {
            let changed = next.is_some_and(|next| at >= next);
            if changed { break }
            prop_assert_eq!(schedule.at(at) == Opening::Open, is_open, "{} in {}", at, name);
            at += SignedDuration::from_mins(1);
        }
        if let Some(next) = next {
            prop_assert_ne!(schedule.at(next) == Opening::Open, is_open, "{} in {}", next, name);
        }
    }
}
