//! The feed: tabs, filters, days and their rows.
use frontdesk_domain::{Outcome, Reason, Timestamp};
use frontdesk_ports::access::SavedView;
use frontdesk_ports::{CallRecord, Tally};
use serde::Serialize;

use crate::filter::{RANGES, Shown, Tab};
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::offers::Offers;
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
    /// Where live updates of this page come from.
    pub live: String,
    /// What the view can be taken out as, and where.
    pub exports: Vec<(String, String)>,
    /// The views that this person has saved.
    pub views: Vec<ViewLink>,
    pub zone: String,
    /// No call ever came: how to have one come.
    pub first_run: bool,
    pub steps: SetupSteps,
    /// What the search finds beside the tab.
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

/// Rows by day, and where the next ones are.
#[derive(Debug, Serialize)]
pub(crate) struct List {
    pub days: Vec<Day>,
    pub older: Option<String>,
    pub csrf: String,
    /// The page's own address, to come back to.
    pub here: String,
}

/// What a search on a tab would find in all calls.
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

/// A day of the viewer's.
#[derive(Debug, Serialize)]
pub(crate) struct Day {
    pub key: String,
    pub label: String,
    /// Whether its heading stands on the page already.
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

/// The filters as a form.
#[derive(Debug, Serialize)]
pub(crate) struct FilterForm {
    tab: &'static str,
    text: String,
    outcomes: Vec<Choice>,
    /// Whether outcomes can be chosen: a tab of one outcome has chosen.
    has_outcome: bool,
    reasons: Vec<Choice>,
    ranges: Vec<Choice>,
    assignees: Vec<Choice>,
    /// Empty if all calls come by one.
    carriers: Vec<Choice>,
    fields: Vec<Field>,
    /// Whether anything is filtered, and how to end that.
    clear: Option<String>,
    /// How many calls fit, in words.
    found: String,
    on: String,
    more: bool,
    /// The other filters, which a new search keeps.
    others: Vec<(String, String)>,
    /// Whether the page's address names its tab.
    named_tab: bool,
}

#[derive(Debug, Serialize)]
struct Choice {
    word: String,
    label: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Field {
    name: &'static str,
    label: String,
    kind: &'static str,
    value: String,
    /// Values to choose from; others can be typed.
    offers: Vec<String>,
}

/// How many, up to the bound of counting.
pub(crate) fn tally_text(tally: &Tally) -> String {
    if tally.more { format!("{MAX_COUNTED}+") } else { tally.all().to_string() }
}

/// How many calls a list shows, in words.
pub(crate) fn found_text(count: u64, more: bool, viewer: &Viewer) -> String {
    let text = if more { format!("{MAX_COUNTED}+") } else { count.to_string() };
    viewer.language.say_with("found", [("n", count.into()), ("text", text.into())])
}

impl TabLink {
    /// Every tab, with the counts that are worth a look.
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

/// The highest count shown; higher counts help no one.
pub(crate) const MAX_COUNTED: u32 = 999;

impl FilterForm {
    pub fn new(shown: &Shown, tally: &Tally, offers: &Offers, viewer: &Viewer) -> Self {
        let language = viewer.language;
        let chosen = |name: &str, word: &str| shown.value(name) == word;
        let outcomes = Outcome::VARIANTS.iter().map(|outcome| {
            let label = messages::outcome(Some(*outcome), language);
            let found = tally.of(Some(*outcome));
            let more = if tally.more { "+" } else { "" };
            let label = if found > 0 { format!("{label} ({found}{more})") } else { label };
            Choice { word: outcome.as_str().to_owned(), label, chosen: chosen("outcome", outcome.as_str()) }
        });
        let reasons = Reason::VARIANTS.iter().map(|reason| Choice {
            word: reason.as_str().to_owned(),
            label: language.say(&format!("reason-{reason}")),
            chosen: chosen("reason", reason.as_str()),
        });
        let assignees = offers.people.iter().map(|name| Choice {
            word: name.clone(),
            label: name.clone(),
            chosen: chosen("assignee", name),
        });
        let carriers = offers.carriers.iter().filter(|_| offers.carriers.len() > 1).map(|name| Choice {
            word: name.clone(),
            label: messages::carrier(name, language),
            chosen: chosen("provider", name),
        });
        let ranges = RANGES.iter().map(|word| Choice {
            word: (*word).to_owned(),
            label: language.say(&format!("range-{word}")),
            chosen: chosen("range", word),
        });
        let field = |name, kind| {
            let label = language.say(&format!("filter-{name}"));
            let offers = match name {
                "destination" => offers.destinations.clone(),
                "mailbox" => offers.mailboxes.clone(),
                _ => Vec::new(),
            };
            Field { name, label, kind, value: shown.value(name), offers }
        };
        let fields = vec![
            field("from", "text"),
            field("destination", "text"),
            field("mailbox", "text"),
            field("tag", "text"),
            field("since", "date"),
            field("through", "date"),
        ];
        let choices = ["reason", "provider"];
        let more = fields.iter().any(|field| !field.value.is_empty())
            || choices.iter().any(|name| !shown.value(name).is_empty());
        Self {
            tab: shown.tab.as_str(),
            text: shown.value("q"),
            outcomes: outcomes.collect(),
            reasons: reasons.collect(),
            ranges: ranges.collect(),
            assignees: assignees.collect(),
            carriers: carriers.collect(),
            fields,
            clear: (!shown.filters.is_empty()).then(|| shown.without_filters(shown.tab)),
            others: shown.filters.iter().filter(|(name, _)| name != "q").cloned().collect(),
            named_tab: shown.page(shown.tab, &[]).contains("tab="),
            // An outcome that is chosen does not narrow the counts of the others.
            found: match shown.query.outcome.filter(|_| shown.tab.outcome().is_none()) {
                Some(outcome) => found_text(tally.of(Some(outcome)), tally.more, viewer),
                None => found_text(tally.all(), tally.more, viewer),
            },
            has_outcome: shown.tab.outcome().is_none(),
            on: shown.value("on"),
            more,
        }
    }
}

/// A day as people name it.
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
