//! The feed: tabs, filters, days and their rows.
use frontdesk_domain::Timestamp;
use frontdesk_ports::access::SavedView;
use frontdesk_ports::{CallRecord, Tally};
use serde::Serialize;

use crate::filter::{Shown, Tab};
use crate::i18n::viewer::Viewer;
use crate::pages::feed::count::tally_text;
use crate::pages::feed::filter_form::FilterForm;
use crate::pages::feed::row::CallRow;
use crate::pages::frame::Frame;
use crate::pages::setup_steps::SetupSteps;

/// The feed.
#[derive(Debug, Serialize)]
pub(crate) struct FeedPage {
    pub frame: Frame,
    pub tabs: Vec<TabLink>,
    pub filter: FilterForm,
    pub list: List,
    /// The URL of this page's live updates.
    pub live: String,
    /// The labels and URLs of the view's exports.
    pub exports: Vec<(String, String)>,
    /// The views that this person has saved.
    pub views: Vec<ViewLink>,
    pub zone: String,
    /// Whether there is no call yet; the page then shows how to place one.
    pub first_run: bool,
    pub steps: SetupSteps,
    /// The matches of the search in all calls, if there are more than on the tab.
    pub in_all: Option<MatchesInAll>,
    /// The users to whom calls are assigned.
    pub people: Vec<String>,
    /// The next call that needs attention, for users who work through the list.
    pub next: Option<String>,
}

/// A saved view.
#[derive(Debug, Serialize)]
pub(crate) struct ViewLink {
    name: String,
    address: String,
    chosen: bool,
}

impl ViewLink {
    pub fn new(view: SavedView, shown: &Shown) -> Self {
        let address = format!("/?{}", view.query);
        Self { name: view.name, chosen: address == shown.address("/", &[]), address }
    }
}

/// Rows by day, and the URL of the next page.
#[derive(Debug, Serialize)]
pub(crate) struct List {
    pub days: Vec<Day>,
    pub older: Option<String>,
    pub csrf: String,
    /// The page's own URL, to return to after a change.
    pub here: String,
}

/// The matches in all calls, for a search on a tab.
#[derive(Debug, Serialize)]
pub(crate) struct MatchesInAll {
    text: String,
    address: String,
}

impl MatchesInAll {
    pub fn new(all: &Tally, shown: &Shown, viewer: &Viewer) -> Self {
        let text = viewer
            .language
            .say_with("found-in-all", [("n", all.all().into()), ("text", tally_text(all).into())]);
        Self { text, address: shown.page(Tab::All, &[]) }
    }
}

/// A day in the viewer's time zone.
#[derive(Debug, Serialize)]
pub(crate) struct Day {
    pub key: String,
    pub label: String,
    /// Whether its heading is already on the page.
    pub goes_on: bool,
    pub rows: Vec<CallRow>,
}

/// A tab.
#[derive(Debug, Serialize)]
pub(crate) struct TabLink {
    word: &'static str,
    label: String,
    address: String,
    chosen: bool,
    count: Option<String>,
}

impl TabLink {
    /// Every tab; those of calls that need attention and of calls in progress have a count.
    pub fn all(shown: &Shown, attention: &Tally, live: &Tally, viewer: &Viewer) -> Vec<Self> {
        let link = |tab: Tab| Self {
            word: tab.as_str(),
            label: viewer.language.say(&format!("tab-{}", tab.as_str())),
            address: shown.without_filters(tab),
            chosen: tab == shown.tab,
            count: match tab {
                Tab::Attention => Some(tally_text(attention)),
                Tab::Live => Some(tally_text(live)),
                _ => None,
            },
        };
        Tab::VARIANTS.iter().copied().map(link).collect()
    }
}

/// The key of a row's day, and its label, such as "Today · Sunday, 22 November 2026".
pub(crate) fn day_label(row: &CallRow, viewer: &Viewer, now: Timestamp) -> (String, String) {
    let Some(started) = &row.started else { return (String::new(), viewer.language.say("date-unknown")) };
    let named = |id: &str| viewer.language.say_with(id, [("date", started.day.as_str().into())]);
    let today = now.to_zoned_datetime(viewer.zone.clone()).date();
    let label = if started.key == today.to_string() {
        named("date-today")
    } else if today.yesterday().is_ok_and(|yesterday| started.key == yesterday.to_string()) {
        named("date-yesterday")
    } else {
        started.day.clone()
    };
    (started.key.clone(), label)
}

impl Day {
    /// Calls, newest first, grouped by day. `known` is the day whose heading is already on the page.
    pub fn all(calls: &[CallRecord], viewer: &Viewer, now: Timestamp, known: Option<&str>) -> Vec<Self> {
        let mut days: Vec<Self> = Vec::new();
        for record in calls {
            let row = CallRow::new(record, viewer);
            let (key, label) = day_label(&row, viewer, now);
            if let Some(day) = days.last_mut().filter(|day| day.key == key) {
                day.rows.push(row);
            } else {
                let goes_on = days.is_empty() && known == Some(key.as_str());
                days.push(Self { key, label, goes_on, rows: vec![row] });
            }
        }
        days
    }
}
