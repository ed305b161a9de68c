//! The statistics page: counts as bar charts and tables, with links to the calls behind them.
use std::collections::BTreeMap;

use frontdesk_domain::{Outcome, Timestamp};
use frontdesk_ports::{CallStats, CarrierCount, Figures, FollowUp, QuarterCount, answer_rate};
use jiff::civil::Date;
use serde::Serialize;

use crate::i18n::locale::Language;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::frame::Frame;
use crate::pages::stats::bars::{Bars, ByOutcome};

/// The statistics page.
#[derive(Debug, Serialize)]
pub(crate) struct FiguresPage {
    pub frame: Frame,
    pub ranges: Vec<(&'static str, String, bool)>,
    pub zone: String,
    pub tiles: Vec<Tile>,
    pub outcomes: Vec<OutcomeCount>,
    pub days: Bars,
    pub hours: Bars,
    pub heat: Vec<HeatRow>,
    pub destinations: Vec<Destination>,
    pub menus: Vec<MenuLine>,
    /// Empty if all calls have the same carrier.
    pub carriers: Vec<CarrierLine>,
    pub people: Vec<PersonLine>,
}

/// The calls of one carrier.
#[derive(Debug, Serialize)]
pub(crate) struct CarrierLine {
    name: String,
    calls: u64,
    rate: String,
    address: String,
}

/// A user's follow-up of the period's calls.
#[derive(Debug, Serialize)]
pub(crate) struct PersonLine {
    name: String,
    done: u64,
    assigned: u64,
    address: String,
}

/// A figure, and its value in the previous period.
#[derive(Debug, Serialize)]
pub(crate) struct Tile {
    value: String,
    label: String,
    before: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct OutcomeCount {
    label: String,
    class: &'static str,
    count: String,
    address: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct HeatRow {
    day: String,
    cells: Vec<HeatCell>,
}

#[derive(Debug, Serialize)]
struct HeatCell {
    hour: String,
    count: u64,
    /// From 0 (no calls) to 4 (the busiest hours).
    heat: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Destination {
    number: String,
    calls: u64,
    answered: u64,
    rate: String,
    address: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct MenuLine {
    menu: String,
    calls: u64,
    abandoned: u64,
    rate: String,
    address: String,
}

fn percent(rate: Option<f64>, language: Language) -> String {
    let text = |rate: f64| language.say_with("percent", [("n", format!("{:.0}", rate * 100.0).into())]);
    rate.map_or_else(|| "\u{2013}".to_owned(), text)
}

fn seconds(seconds: Option<f64>, language: Language) -> String {
    let text = |seconds: f64| language.say_with("seconds", [("n", format!("{seconds:.0}").into())]);
    seconds.map_or_else(|| "\u{2013}".to_owned(), text)
}

fn address(range: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("range", range).extend_pairs(pairs);
    format!("/?{}", query.finish())
}

impl FiguresPage {
    /// The page with the figures of a range and of the previous range of the same length.
    pub fn new(
        frame: Frame,
        (figures, before): (&Figures, &Figures),
        range: &str,
        viewer: &Viewer,
        span: (Timestamp, Timestamp),
    ) -> Self {
        let (stats, language, zone) = (CallStats::of(figures), viewer.language, &viewer.zone);
        let (earlier, number) = (CallStats::of(before), |n| language.number(n));
        let tile = |label: &str, value: String, before: String| Tile {
            value,
            label: language.say(label),
            before: language.say_with("tile-before", [("value", before.into())]),
        };
        let mut days: BTreeMap<Date, ByOutcome> = BTreeMap::new();
        let mut hours = vec![ByOutcome::new(); 24];
        let mut heat = [[0u64; 24]; 7];
        let (first, after) =
            (span.0.to_zoned_datetime(zone.clone()).date(), span.1.to_zoned_datetime(zone.clone()).date());
        // Days without calls are drawn, too, unless the span is longer than 92 days.
        if first.until(after).is_ok_and(|span| span.get_days() <= 92) {
            let mut day = first;
            while day < after {
                days.insert(day, ByOutcome::new());
                let Ok(next) = day.tomorrow() else { break };
                day = next;
            }
        }
        // The counts of a quarter of an hour are adjacent, so its local time is computed only once.
        for of_quarter in figures.quarters.chunk_by(QuarterCount::is_same_quarter) {
            let Some(quarter) = of_quarter.first() else { continue };
            let local = quarter.began_at().to_zoned_datetime(zone.clone());
            let (day, hour) =
                (days.entry(local.date()).or_default(), usize::from(local.hour().unsigned_abs()));
            let weekday = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
            for count in of_quarter {
                let calls = u64::from(count.calls);
                *day.entry(count.outcome).or_default() += calls;
                *hours[hour].entry(count.outcome).or_default() += calls;
                heat[weekday][hour] += calls;
            }
        }
        let hottest = heat.iter().flatten().copied().max().unwrap_or(0);
        let day = |(date, counts): (Date, ByOutcome)| {
            let query = [("since", date.to_string()), ("through", date.to_string())];
            let mut address = form_urlencoded::Serializer::new(String::new());
            address.extend_pairs(query);
            let label = language.short_day(date);
            (label, date.strftime("%-d").to_string(), counts, Some(format!("/?{}", address.finish())))
        };
        let hour_label = |hour: usize| language.say_with("hour", [("hour", hour.into())]);
        let hour = |(hour, counts): (usize, ByOutcome)| (hour_label(hour), hour.to_string(), counts, None);
        let cell = |(hour, count): (usize, u64)| HeatCell {
            hour: hour_label(hour),
            count,
            heat: if count == 0 { 0 } else { 1 + (count * 4 - 1) / hottest.max(1) },
        };
        Self {
            frame,
            ranges: Vec::new(),
            zone: viewer.zone_name(),
            tiles: vec![
                tile("tile-calls", number(stats.calls), number(earlier.calls)),
                tile(
                    "tile-answered",
                    percent(stats.answer_rate, language),
                    percent(earlier.answer_rate, language),
                ),
                tile(
                    "tile-median",
                    seconds(stats.median_seconds_to_answer, language),
                    seconds(earlier.median_seconds_to_answer, language),
                ),
                tile(
                    "tile-p90",
                    seconds(stats.p90_seconds_to_answer, language),
                    seconds(earlier.p90_seconds_to_answer, language),
                ),
            ],
            outcomes: stats
                .outcomes
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(outcome, count)| {
                    let address = address(range, &[("outcome", outcome.as_str())]);
                    let (label, class) = (messages::outcome(Some(*outcome), language), outcome.as_str());
                    OutcomeCount { label, class, count: language.number(*count), address }
                })
                .collect(),
            days: Bars::of(days.into_iter().map(day).collect(), language),
            hours: Bars::of(hours.into_iter().enumerate().map(hour).collect(), language),
            heat: heat
                .into_iter()
                .zip(1..)
                .map(|(cells, day)| HeatRow {
                    day: language.say(&format!("weekday-{day}")),
                    cells: cells.into_iter().enumerate().map(cell).collect(),
                })
                .collect(),
            destinations: destinations(figures, range, language),
            menus: menus(figures, range, language),
            carriers: carriers(&stats.carriers, range, language),
            people: people(figures, range),
        }
    }
}

fn people(figures: &Figures, range: &str) -> Vec<PersonLine> {
    let line = |(name, count): &(String, FollowUp)| PersonLine {
        name: name.clone(),
        done: count.done,
        assigned: count.assigned,
        address: address(range, &[("assignee", name)]),
    };
    figures.users.iter().map(line).collect()
}

fn carriers(counts: &[CarrierCount], range: &str, language: Language) -> Vec<CarrierLine> {
    let line = |count: &CarrierCount| CarrierLine {
        name: messages::carrier(&count.name, language),
        calls: count.calls,
        rate: percent(count.answer_rate, language),
        address: address(range, &[("provider", &count.name)]),
    };
    if counts.len() > 1 { counts.iter().map(line).collect() } else { Vec::new() }
}

fn destinations(figures: &Figures, range: &str, language: Language) -> Vec<Destination> {
    let mut found: BTreeMap<&str, ByOutcome> = BTreeMap::new();
    for (number, outcome, count) in &figures.destinations {
        *found.entry(number).or_default().entry(*outcome).or_default() += count;
    }
    let line = |(number, counts): (&str, ByOutcome)| Destination {
        number: crate::i18n::phone_format::spoken(number, None),
        calls: counts.values().sum(),
        answered: counts.get(&Some(Outcome::Answered)).copied().unwrap_or(0),
        rate: percent(answer_rate(|outcome| counts.get(&Some(outcome)).copied().unwrap_or(0)), language),
        address: address(range, &[("destination", number)]),
    };
    let mut lines: Vec<_> = found.into_iter().map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.calls));
    lines
}

fn menus(figures: &Figures, range: &str, language: Language) -> Vec<MenuLine> {
    let mut found: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (menu, outcome, _, count) in &figures.menus {
        let (calls, abandoned) = found.entry(menu).or_default();
        *calls += count;
        *abandoned += if *outcome == Some(Outcome::Abandoned) { *count } else { 0 };
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
    let line = |(menu, (calls, abandoned)): (&str, (u64, u64))| MenuLine {
        menu: menu.to_owned(),
        calls,
        abandoned,
        rate: percent(Some(abandoned as f64 / calls.max(1) as f64), language),
        address: address(range, &[("menu", menu), ("outcome", "abandoned")]),
    };
    found.into_iter().map(line).collect()
}
