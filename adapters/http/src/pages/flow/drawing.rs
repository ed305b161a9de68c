//! The flow as a graph: a column for each distance from the start, a box for each node with its exits as rows, and a line
//! from each exit to its target.
use std::collections::{BTreeMap, BTreeSet};

use frontdesk_domain::CallFlow;
use frontdesk_domain::call::Traffic;
use frontdesk_domain::flow::{By, Exit, Target, Then};
use serde::Serialize;

use crate::i18n::locale::Language;

const WIDTH: i32 = 230;
const GAP_X: i32 = 90;
const GAP_Y: i32 = 18;
const HEAD: i32 = 30;
const ROW: i32 = 22;
const MARGIN: i32 = 10;
/// Longer texts would overflow their box.
const MAX_LABEL_CHARS: usize = 30;

/// The drawing, in units of the SVG.
#[derive(Debug, Serialize)]
pub(crate) struct Drawing {
    width: i32,
    height: i32,
    boxes: Vec<Place>,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Place {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    kind: &'static str,
    name: String,
    title: String,
    calls: u32,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    y: i32,
    text: String,
    leads: String,
    calls: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Line {
    path: String,
    busy: bool,
}

impl Drawing {
    pub fn of(flow: &CallFlow, traffic: &Traffic, language: Language) -> Self {
        let columns = columns(flow);
        let mut next_y: BTreeMap<usize, i32> = BTreeMap::new();
        let mut boxes: Vec<(Target, Place)> = Vec::new();
        for (place, column) in &columns {
            let exits = flow.draft().exits(place);
            let y = *next_y.get(column).unwrap_or(&MARGIN);
            let rows: Vec<Row> = exits
                .iter()
                .enumerate()
                .map(|(row, exit)| Row {
                    y: HEAD + ROW * i32::try_from(row).unwrap_or(0) + ROW / 2,
                    text: cut(&by(&exit.by, language)),
                    leads: leads(exit, language),
                    calls: calls(traffic, place, exit, &exits),
                })
                .collect();
            let height = HEAD + ROW * i32::try_from(rows.len()).unwrap_or(0) + 6;
            next_y.insert(*column, y + height + GAP_Y);
            let drawn = Place {
                x: MARGIN + i32::try_from(*column).unwrap_or(0) * (WIDTH + GAP_X),
                y,
                width: WIDTH,
                height,
                kind: place.kind(),
                name: cut(place.name().as_str()),
                title: language.say(&format!("place-{}", place.kind())),
                calls: traffic.came_to(place),
                rows,
            };
            boxes.push((place.clone(), drawn));
        }
        let lines = lines(flow, &boxes);
        let width = boxes.iter().map(|(_, drawn)| drawn.x + drawn.width).max().unwrap_or(0) + MARGIN;
        let height = boxes.iter().map(|(_, drawn)| drawn.y + drawn.height).max().unwrap_or(0) + MARGIN;
        Self { width, height, boxes: boxes.into_iter().map(|(_, drawn)| drawn).collect(), lines }
    }
}

/// Every node with its column: to the right of all nodes that lead to it, ignoring back edges.
fn columns(flow: &CallFlow) -> Vec<(Target, usize)> {
    let mut layers = Layers { flow, order: Vec::new(), seen: BTreeSet::new(), onwards: Vec::new() };
    for (_, target) in flow.draft().entrances() {
        layers.visit(&target, &mut Vec::new());
    }
    // In topological order: each node comes before the nodes that it leads to.
    layers.order.reverse();
    let mut columns: BTreeMap<&Target, usize> = BTreeMap::new();
    for place in &layers.order {
        let column = columns.get(place).copied().unwrap_or(0);
        for (_, to) in layers.onwards.iter().filter(|(from, _)| from == place) {
            let known = columns.entry(to).or_default();
            *known = (*known).max(column + 1);
        }
    }
    layers.order.iter().map(|place| (place.clone(), columns.get(place).copied().unwrap_or(0))).collect()
}

/// A walk through the flow that distinguishes forward edges from back edges.
struct Layers<'f> {
    flow: &'f CallFlow,
    /// Nodes in post-order: each comes after the nodes that it leads to.
    order: Vec<Target>,
    seen: BTreeSet<Target>,
    onwards: Vec<(Target, Target)>,
}

impl Layers<'_> {
    fn visit(&mut self, place: &Target, above: &mut Vec<Target>) {
        if !self.seen.insert(place.clone()) {
            return;
        }
        above.push(place.clone());
        let exits = self.flow.draft().exits(place);
        // The last exit first, so that the first one comes out on top when the order is reversed.
        for next in exits.iter().rev().filter_map(Exit::target) {
            if !above.contains(next) {
                self.onwards.push((place.clone(), next.clone()));
                self.visit(next, above);
            }
        }
        above.pop();
        self.order.push(place.clone());
    }
}

fn lines(flow: &CallFlow, boxes: &[(Target, Place)]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (place, from) in boxes {
        for (exit, row) in flow.draft().exits(place).iter().zip(&from.rows) {
            let to = exit.target().and_then(|target| boxes.iter().find(|(place, _)| place == target));
            let Some((_, to)) = to else { continue };
            let (x1, y1) = (from.x + from.width, from.y + row.y);
            let (x2, y2) = (to.x, to.y + HEAD / 2);
            // A back edge bends outwards on both sides; a forward edge is drawn between the columns.
            let bend = if x2 > x1 { (x2 - x1) / 2 } else { GAP_X - 10 };
            let path = format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend);
            lines.push(Line { path, busy: row.calls.is_some_and(|calls| calls > 0) });
        }
    }
    lines
}

/// The number of calls that took an exit, if the log can tell it from others with the same target.
fn calls(traffic: &Traffic, place: &Target, exit: &Exit, exits: &[Exit]) -> Option<u32> {
    let target = exit.target()?;
    if let (Target::Menu(menu), By::Keys { keys, .. }) = (place, &exit.by) {
        return Some(traffic.pressed(menu, keys));
    }
    let all = traffic.ways.get(&(Some(place.clone()), target.clone())).copied().unwrap_or(0);
    let same = |other: &&Exit| other.target() == Some(target);
    let pressed: u32 = exits
        .iter()
        .filter(same)
        .filter_map(|other| match (place, &other.by) {
            (Target::Menu(menu), By::Keys { keys, .. }) => Some(traffic.pressed(menu, keys)),
            _ => None,
        })
        .sum();
    // If several exits without keys have the same target, the first one shows their common count.
    let first = exits.iter().filter(same).find(|other| !matches!(other.by, By::Keys { .. }));
    (first == Some(exit)).then(|| all.saturating_sub(pressed))
}

fn by(by: &By, language: Language) -> String {
    let times = |id: &str, limit: &u8| language.say_with(id, [("n", u32::from(*limit).into())]);
    match by {
        By::Keys { keys, label } => format!("{keys} {label}"),
        By::NoInput(limit) => times("by-no-input", limit),
        By::NoMatch(limit) => times("by-no-match", limit),
        By::Nobody => language.say("by-nobody"),
        By::Open => language.say("opening-open"),
        By::Closed => language.say("opening-closed"),
        By::Holiday => language.say("opening-holiday"),
    }
}

fn leads(exit: &Exit, language: Language) -> String {
    match &exit.then {
        Then::Go(target) => {
            format!("{} {}", language.say(&format!("place-{}", target.kind())), target.name())
        }
        Then::Back => language.say("then-back"),
        Then::Repeat => language.say("then-repeat"),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_LABEL_CHARS {
        return text.to_owned();
    }
    text.chars().take(MAX_LABEL_CHARS - 1).chain(['…']).collect()
}
