//! The query string of a list of calls, the same for the feed and the API. What cannot be read is an error that names
//! the parameter and the remedy.
use frontdesk_domain::Timestamp;
use frontdesk_ports::{CallQuery, TextMatch};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::i18n::phone_format;

/// A parameter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadParameter {
    pub name: String,
    pub why: String,
}

impl std::fmt::Display for BadParameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.why)
    }
}

/// The pairs of a query string that have a value.
pub(crate) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Which calls a query string asks for.
pub(crate) fn call_query(pairs: &[(String, String)], zone: &TimeZone) -> Result<CallQuery, BadParameter> {
    let mut query = CallQuery::newest(50);
    for (name, value) in pairs {
        let bad = |why: String| BadParameter { name: name.clone(), why };
        if value.contains(char::is_control) {
            return Err(bad("it holds a control character; leave it out".into()));
        }
        match name.as_str() {
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=200).contains(limit));
                query.limit = limit.ok_or_else(|| bad("use a number from 1 to 200".into()))?;
            }
            "cursor" => {
                let id = value.parse().map_err(|_| bad("use the next_cursor of the page before".into()))?;
                query.before = Some(id);
            }
            "outcome" => query.outcome = Some(value.parse().map_err(|e| bad(format!("{e}")))?),
            "reason" => query.reason = Some(value.parse().map_err(|e| bad(format!("{e}")))?),
            "handled" => query.handled = Some(yes_or_no(value).map_err(bad)?),
            "live" => query.live = Some(yes_or_no(value).map_err(bad)?),
            "attention" => query.attention = yes_or_no(value).map_err(bad)?,
            "destination" => query.destination = Some(number(value)),
            "mailbox" => query.mailbox = Some(value.clone()),
            "menu" => query.menu = Some(value.clone()),
            "tag" => query.tag = Some(value.trim().to_lowercase()),
            "state" => query.state = Some(value.parse().map_err(|e| bad(format!("{e}")))?),
            "from" => query.from = Some(number(value)),
            "to" => query.to = Some(number(value)),
            "provider_id" => query.provider_id = Some(value.clone()),
            "since" => query.since = Some(time(value, zone).map_err(bad)?),
            "until" => query.until = Some(time(value, zone).map_err(bad)?),
            "through" => query.until = Some(end_of_day(value, zone).map_err(bad)?),
            "q" if value.chars().count() > 200 => {
                return Err(bad("it is longer than 200 characters; shorten it".into()));
            }
            "q" => query.text = Some(TextMatch(phone_format::searched(value))),
            _ => {
                let known = "limit, cursor, outcome, reason, state, live, attention, handled, from, to, destination, \
                             mailbox, menu, tag, provider_id, since, until, through, q";
                return Err(bad(format!("there is no such parameter; there are {known}")));
            }
        }
    }
    Ok(query)
}

fn yes_or_no(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "use true or false".to_owned())
}

/// An unencoded `+` arrives as a space.
fn number(value: &str) -> String {
    match value.strip_prefix(' ') {
        Some(digits) => format!("+{digits}"),
        None => value.to_owned(),
    }
}

/// An instant, or the first instant of a day in the company's zone.
pub(crate) fn time(value: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    // As above: the offset's `+` may have become a blank.
    let value = value.replace(' ', "+");
    // A date and nothing else: a time without an offset is of no known zone.
    let day = || {
        value
            .get(..10)
            .filter(|day| *day == value)?
            .parse::<Date>()
            .ok()?
            .to_zoned_datetime(zone.clone())
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    value
        .parse()
        .ok()
        .or_else(day)
        .ok_or_else(|| "use a time such as 2026-11-22T09:00:00Z or a day such as 2026-11-22".to_owned())
}

/// The instant at which a day in the company's zone is over.
fn end_of_day(value: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    value
        .parse::<Date>()
        .ok()
        .and_then(|day| day.tomorrow().ok())
        .and_then(|next| next.to_zoned_datetime(zone.clone()).ok())
        .map(|zoned| zoned.timestamp())
        .ok_or_else(|| "use a day such as 2026-11-22".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<CallQuery, BadParameter> {
        call_query(&pairs(Some(query)), &TimeZone::fixed(jiff::tz::offset(1)))
    }

    #[test]
    fn what_is_asked_is_read() {
        let query = read("limit=7&outcome=missed&state=ended&from=+33123&q=Ann&since=2026-11-22&until=2026-11-22T10:00:00Z&to=").unwrap();
        assert_eq!((query.limit, query.from.as_deref(), query.to), (7, Some("+33123"), None));
        assert_eq!(
            query.since,
            Some("2026-11-21T23:00:00Z".parse().unwrap()),
            "a day begins in the company's zone"
        );
        assert_eq!(query.until, Some("2026-11-22T10:00:00Z".parse().unwrap()));
    }

    #[test]
    fn through_includes_its_whole_day() {
        let query = read("since=2026-11-22&through=2026-11-22").unwrap();
        assert_eq!(query.since, Some("2026-11-21T23:00:00Z".parse().unwrap()));
        assert_eq!(query.until, Some("2026-11-22T23:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=many", "limit"),
            ("cursor=x", "cursor"),
            ("outcome=lost", "outcome"),
            ("state=gone", "state"),
            ("since=yesterday", "since"),
            ("until=2026-13-01", "until"),
            ("through=2026-11-22T10:00:00Z", "through"),
            ("through=9999-12-31", "through"),
            ("since=2026-11-22T15:00:00", "since"),
            ("q=%00", "q"),
            ("handled=maybe", "handled"),
            ("reason=because", "reason"),
            ("outcom=missed", "outcom"),
        ] {
            assert_eq!(read(query).unwrap_err().name, name, "{query}");
        }
    }
}
