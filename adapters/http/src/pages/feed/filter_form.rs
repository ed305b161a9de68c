//! The filters of the feed as a form.
use frontdesk_domain::{Outcome, Reason};
use frontdesk_ports::Tally;
use serde::Serialize;

use crate::filter::{RANGES, Shown};
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::count::{counted, found_text};
use crate::pages::feed::offers::Offers;

/// The filters as a form.
#[derive(Debug, Serialize)]
pub(crate) struct FilterForm {
    tab: &'static str,
    text: String,
    outcomes: Vec<Choice>,
    /// Whether an outcome can be chosen, which is not the case on a tab that shows only one.
    has_outcome: bool,
    reasons: Vec<Choice>,
    ranges: Vec<Choice>,
    assignees: Vec<Choice>,
    /// Empty if only one carrier is configured.
    carriers: Vec<Choice>,
    fields: Vec<Field>,
    /// The URL without filters; `None` if there are none.
    clear: Option<String>,
    /// The number of matching calls, as a phrase.
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

impl FilterForm {
    pub fn new(shown: &Shown, tally: &Tally, found: &Tally, offers: &Offers, viewer: &Viewer) -> Self {
        let language = viewer.language;
        let chosen = |name: &str, word: &str| shown.value(name) == word;
        let outcomes = Outcome::VARIANTS.iter().map(|outcome| {
            let label = messages::outcome(Some(*outcome), language);
            let found = tally.of(Some(*outcome));
            let label = if found > 0 { format!("{label} ({})", counted(tally, found).1) } else { label };
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
            found: found_text(found, viewer),
            has_outcome: shown.tab.outcome().is_none(),
            on: shown.value("on"),
            more,
        }
    }
}
