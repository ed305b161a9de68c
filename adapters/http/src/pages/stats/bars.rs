//! Bar charts stacked by outcome.
use std::collections::BTreeMap;

use frontdesk_domain::Outcome;
use serde::Serialize;

use crate::i18n::locale::Language;
use crate::i18n::messages;

/// Height of the bars, and the width of each with the gap after it.
const HEIGHT: u64 = 120;
const STEP: usize = 24;
/// Room for the counts above the bars.
const TOP: u64 = 12;

/// Calls by outcome.
pub(super) type ByOutcome = BTreeMap<Option<Outcome>, u64>;

/// A bar chart stacked by outcome.
#[derive(Debug, Serialize)]
pub(crate) struct Bars {
    width: usize,
    columns: Vec<Bar>,
    most: u64,
}

#[derive(Debug, Serialize)]
struct Bar {
    label: String,
    short: String,
    count: u64,
    parts: Vec<Part>,
    x: usize,
    address: Option<String>,
    text: String,
    /// The count as shown above the bar, where there is room for three digits.
    above: String,
    /// The y coordinate of that text.
    top: u64,
}

#[derive(Debug, Serialize)]
struct Part {
    class: &'static str,
    y: u64,
    height: u64,
}

/// A count as text, in thousands from 1000 on.
fn above(count: u64) -> String {
    if count < 1000 { count.to_string() } else { format!("{}k", (count + 500) / 1000) }
}

fn class(outcome: Option<Outcome>) -> &'static str {
    outcome.map_or("live", Outcome::as_str)
}

impl Bars {
    pub(super) fn of(columns: Vec<(String, String, ByOutcome, Option<String>)>, language: Language) -> Self {
        let most = columns.iter().map(|(.., counts, _)| counts.values().sum()).max().unwrap_or(0);
        let bar = |(place, (label, short, counts, address)): (
            usize,
            (String, String, ByOutcome, Option<String>),
        )| {
            let mut y = TOP + HEIGHT;
            let parts = counts.iter().filter(|(_, count)| **count > 0).map(|(outcome, count)| {
                let height = (count * HEIGHT / most.max(1)).max(1);
                y = y.saturating_sub(height);
                Part { class: class(*outcome), y, height }
            });
            let parts = parts.collect();
            let text: Vec<String> = counts
                .iter()
                .map(|(outcome, count)| {
                    format!("{} {}", messages::outcome(*outcome, language), language.number(*count))
                })
                .collect();
            let count: u64 = counts.values().sum();
            Bar {
                label,
                short,
                count,
                above: above(count),
                top: y.saturating_sub(3),
                parts,
                x: place * STEP,
                address,
                text: text.join(", "),
            }
        };
        let bars: Vec<Bar> = columns.into_iter().enumerate().map(bar).collect();
        Self { width: bars.len() * STEP, columns: bars, most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_above_the_bars_are_rounded_to_thousands() {
        assert_eq!([0, 999, 1000, 1499, 1999, 12_500].map(above), ["0", "999", "1k", "1k", "2k", "13k"]);
    }
}
