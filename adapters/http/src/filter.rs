//! The filter of the feed: a tab, a range of days, and the filters that the API has, too. It is part of the page's URL, so
//! that views are saved as URLs, and an export with the same query contains what the page shows.
use frontdesk_domain::named;
use frontdesk_domain::{Outcome, Timestamp};
use frontdesk_ports::CallQuery;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use strum::{IntoStaticStr, VariantArray};

use crate::i18n::viewer::Viewer;
use crate::query::{BadParameter, call_query, whole_day, with_contacts};

/// A tab of the feed: a part of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Tab {
    /// Everything.
    All,
    /// Calls that need attention.
    Attention,
    Missed,
    Voicemail,
    /// Calls in progress.
    Live,
    /// Calls that are done.
    Done,
}

named!(Tab);

impl Tab {
    /// The outcome that the tab shows, if it shows only one.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Voicemail => Some(Outcome::Voicemail),
            Self::Missed => Some(Outcome::Missed),
            Self::Attention | Self::All | Self::Live | Self::Done => None,
        }
    }

    /// The tab of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|tab| tab.as_str() == name)
    }

    fn narrow(self, query: &mut CallQuery) {
        query.outcome = self.outcome().or(query.outcome);
        match self {
            Self::All | Self::Voicemail | Self::Missed => {}
            Self::Attention => query.attention = true,
            Self::Live => query.live = Some(true),
            Self::Done => query.handled = Some(true),
        }
    }
}

/// Named ranges of days.
pub(crate) const RANGES: [&str; 5] = ["today", "yesterday", "week", "7d", "30d"];

/// What a page of the feed shows.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub tab: Tab,
    /// The viewer's start tab, shown for a URL that names no tab.
    start: Tab,
    pub query: CallQuery,
    /// The filters as query parameters, without tab and cursor.
    pub filters: Vec<(String, String)>,
}

impl Shown {
    /// Reads the pairs of a query string, with days in the viewer's zone.
    pub fn read(
        pairs: &[(String, String)],
        Viewer { zone, start, contacts, .. }: &Viewer,
        now: Timestamp,
    ) -> Result<Self, BadParameter> {
        let (mut tab, mut days, mut on) = (None, None, None);
        let mut rest = Vec::new();
        for (name, value) in pairs {
            let bad = |why: &str| BadParameter { name: name.clone(), why: why.to_owned() };
            match name.as_str() {
                "tab" => {
                    tab = Some(Tab::of_name(value).ok_or_else(|| bad("there is no such tab"))?);
                }
                "range" => {
                    let span = range(value, zone, now);
                    days = Some(span.ok_or_else(|| bad("use today, yesterday, week, 7d or 30d"))?);
                }
                "on" => {
                    let day = whole_day(value).and_then(|day| midnight(day.tomorrow().ok()?, zone));
                    on = Some(day.ok_or_else(|| bad("use a day such as 2026-11-22"))?);
                }
                // Parameters of requests for a part of a page, sent by its script.
                "part" | "day" | "after" => {}
                _ => rest.push((name.clone(), value.clone())),
            }
        }
        let mut query = with_contacts(call_query(&rest, zone)?, contacts);
        // A search covers all calls, regardless of a person's start tab.
        let tab = tab.unwrap_or(if rest.is_empty() && days.is_none() { *start } else { Tab::All });
        tab.narrow(&mut query);
        if let Some((since, until)) = days {
            query.since = query.since.max(Some(since));
            query.until = query.until.or(Some(until)).min(Some(until));
        }
        query.until = query.until.into_iter().chain(on).min();
        let is_filter = |(name, _): &&(String, String)| match name.as_str() {
            "tab" | "cursor" | "part" | "day" | "after" => false,
            "outcome" => tab.outcome().is_none(),
            _ => true,
        };
        Ok(Self { tab, start: *start, query, filters: pairs.iter().filter(is_filter).cloned().collect() })
    }

    /// The query of these filters over all calls; `None` if the tab shows all calls already.
    pub fn in_all_calls(&self) -> Option<CallQuery> {
        let mut query = self.query.clone();
        match self.tab {
            Tab::All => return None,
            Tab::Missed | Tab::Voicemail => query.outcome = None,
            Tab::Attention => query.attention = false,
            Tab::Live => query.live = None,
            Tab::Done => query.handled = None,
        }
        Some(query)
    }

    /// A filter's value in the query.
    pub fn value(&self, name: &str) -> String {
        self.filters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    }

    /// The address of the feed with these filters on a tab. It contains only what is set.
    pub fn page(&self, tab: Tab, more: &[(&str, &str)]) -> String {
        let default = if self.filters.is_empty() { self.start } else { Tab::All };
        let query = self.query_string((tab != default).then_some(tab), more);
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }

    /// The address of another path with these filters on this tab, regardless of a person's start tab.
    pub fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        format!("{path}?{}", self.query_string(Some(self.tab), more))
    }

    fn query_string(&self, tab: Option<Tab>, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .extend_pairs(tab.map(|tab| ("tab", tab.as_str())))
            .extend_pairs(&self.filters)
            .extend_pairs(more);
        query.finish()
    }

    /// The address of a tab without filters.
    pub fn without_filters(&self, tab: Tab) -> String {
        Self { filters: Vec::new(), ..self.clone() }.page(tab, &[])
    }
}

/// The first instant of a day.
pub(crate) fn midnight(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// The start of a named range of days, and its end (exclusive).
pub(crate) fn range(word: &str, zone: &TimeZone, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let today = now.to_zoned_datetime(zone.clone()).date();
    let back = |days: i64| today.checked_sub(Span::new().days(days)).ok();
    let tomorrow = today.tomorrow().ok()?;
    let (first, after) = match word {
        "today" => (today, tomorrow),
        "yesterday" => (back(1)?, today),
        "week" => (back(i64::from(today.weekday().to_monday_zero_offset()))?, tomorrow),
        "7d" => (back(6)?, tomorrow),
        "30d" => (back(29)?, tomorrow),
        "365d" => (today.checked_sub(1.year()).ok()?, tomorrow),
        _ => return None,
    };
    Some((midnight(first, zone)?, midnight(after, zone)?))
}

#[cfg(test)]
mod tests;
