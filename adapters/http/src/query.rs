//! The query string of a list of calls, the same for the feed and the API. What cannot be read is an error that names
//! the parameter and the remedy.
use std::str::FromStr;

use frontdesk_domain::{
    CallState, CallerId, Outcome, PhoneAddress, PhoneNumber, Reason, Timestamp, UnknownName, digits_of,
};
use frontdesk_ports::{CallQuery, ContactBook, TextMatch};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use strum::VariantArray;

use crate::i18n::phone_format;

/// Fewer digits than this are compared as they are.
const SHORTEST_ENDING: usize = 6;

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

/// A query parameter of a list of calls: how it is read, and how the API's document describes it.
pub(crate) struct Parameter {
    pub name: &'static str,
    pub meaning: &'static str,
    /// The JSON schema of its values.
    pub schema: fn() -> Value,
    pub example: Option<&'static str>,
    set: fn(&mut CallQuery, &str, &TimeZone) -> Result<(), String>,
}

const fn parameter(
    name: &'static str,
    meaning: &'static str,
    schema: fn() -> Value,
    set: fn(&mut CallQuery, &str, &TimeZone) -> Result<(), String>,
) -> Parameter {
    Parameter { name, meaning, schema, example: None, set }
}

impl Parameter {
    const fn such_as(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }
}

/// All parameters of a list of calls.
pub(crate) static PARAMETERS: [Parameter; 21] = [
    parameter("limit", "Calls on a page", limit, |query, value, _| {
        let limit = value.parse().ok().filter(|limit| (1..=200).contains(limit));
        set(&mut query.limit, limit.ok_or_else(|| "use a number from 1 to 200".into()))
    })
    .such_as("50"),
    parameter("cursor", "next_cursor of the page before", cursor, |query, value, _| {
        let id = value.parse().map_err(|_| "use the next_cursor of the page before".to_owned());
        set(&mut query.before, id.map(Some))
    })
    .such_as("01M89ZVT2Z3AZQ4PQ5TVXD71D2"),
    parameter("outcome", "Only this outcome", one_of::<Outcome>, |query, value, _| {
        set(&mut query.outcome, name(value))
    })
    .such_as("missed"),
    parameter("reason", "Only this reason of the outcome", one_of::<Reason>, |query, value, _| {
        set(&mut query.reason, name(value))
    }),
    parameter("state", "Only this state", one_of::<CallState>, |query, value, _| {
        set(&mut query.state, name(value))
    }),
    parameter(
        "live",
        "Only calls in progress (true), or only ended ones (false)",
        truth,
        |query, value, _| set(&mut query.live, yes_or_no(value).map(Some)),
    ),
    parameter("attention", "Only calls that need attention", truth, |query, value, _| {
        set(&mut query.attention, yes_or_no(value))
    }),
    parameter("handled", "Only calls that are done, or only those that are not", truth, |query, value, _| {
        set(&mut query.handled, yes_or_no(value).map(Some))
    }),
    parameter("from", "Only from this number or address", text, |query, value, _| {
        set(&mut query.from, Ok(Some(number(value))))
    })
    .such_as("+33123456789"),
    parameter("to", "Only to this number", text, |query, value, _| {
        set(&mut query.to, Ok(Some(number(value))))
    })
    .such_as("+15556667777"),
    parameter("destination", "Only calls for which this phone was rung", text, |query, value, _| {
        set(&mut query.destination, Ok(Some(phone(value))))
    })
    .such_as("+33611223344"),
    parameter("mailbox", "Only calls that reached this mailbox", text, |query, value, _| {
        set(&mut query.mailbox, Ok(Some(value.to_owned())))
    })
    .such_as("main"),
    parameter("menu", "Only calls with this last menu", text, |query, value, _| {
        set(&mut query.menu, Ok(Some(value.to_owned())))
    })
    .such_as("main"),
    parameter("tag", "Only calls with this tag", text, |query, value, _| {
        set(&mut query.tag, Ok(Some(value.trim().to_lowercase())))
    })
    .such_as("urgent"),
    parameter("assignee", "Only calls assigned to this user", text, |query, value, _| {
        set(&mut query.assignee, Ok(Some(value.to_owned())))
    })
    .such_as("ann"),
    parameter("provider", "Only calls that came by this carrier", text, |query, value, _| {
        set(&mut query.provider, Ok(Some(value.to_owned())))
    })
    .such_as("twilio"),
    parameter("provider_id", "Only the call with this id at the carrier", text, |query, value, _| {
        set(&mut query.provider_id, Ok(Some(value.to_owned())))
    }),
    parameter(
        "since",
        "From then on: an RFC 3339 time, or a date in the company's zone",
        instant_or_day,
        |query, value, zone| set(&mut query.since, time(value, zone).map(Some)),
    ),
    parameter(
        "until",
        "Before then: an RFC 3339 time, or a date in the company's zone",
        instant_or_day,
        |query, value, zone| set(&mut query.until, time(value, zone).map(Some)),
    ),
    parameter(
        "through",
        "The last day, in the company's zone; the whole day counts",
        day,
        |query, value, zone| set(&mut query.until, end_of_day(value, zone).map(Some)),
    ),
    parameter(
        "q",
        "Text in numbers, names, places, notes and transcripts",
        search_text,
        |query, value, _| {
            let fits = value.chars().count() <= 200;
            let text = fits.then(|| TextMatch::of(&phone_format::searched(value)));
            set(
                &mut query.text,
                text.map(Some).ok_or_else(|| "it is longer than 200 characters; shorten it".into()),
            )
        },
    )
    .such_as("paris"),
];

fn set<T>(field: &mut T, value: Result<T, String>) -> Result<(), String> {
    *field = value?;
    Ok(())
}

fn name<T: FromStr<Err = UnknownName>>(value: &str) -> Result<Option<T>, String> {
    value.parse().map(Some).map_err(|error: UnknownName| error.to_string())
}

/// Which calls a query string asks for.
pub(crate) fn call_query(pairs: &[(String, String)], zone: &TimeZone) -> Result<CallQuery, BadParameter> {
    let mut query = CallQuery::newest(50);
    for (name, value) in pairs {
        let bad = |why: String| BadParameter { name: name.clone(), why };
        if value.contains(char::is_control) {
            return Err(bad("it holds a control character; leave it out".into()));
        }
        let Some(parameter) = PARAMETERS.iter().find(|known| known.name == name) else {
            let known: Vec<&str> = PARAMETERS.iter().map(|known| known.name).collect();
            return Err(bad(format!("there is no such parameter; there are {}", known.join(", "))));
        };
        (parameter.set)(&mut query, value, zone).map_err(bad)?;
    }
    Ok(query)
}

/// The same with the callers whose contacts match the text that is searched.
pub(crate) fn with_contacts(mut query: CallQuery, contacts: &ContactBook) -> CallQuery {
    if let Some(text) = &mut query.text {
        text.callers = contacts.found(&text.text);
    }
    query
}

// The schemas of values. An empty value counts as not given, and so fits each of them.

fn limit() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
}

fn cursor() -> Value {
    json!({"type": "string", "pattern": "^([0-7][0-9A-HJKMNP-TV-Z]{25})?$"})
}

fn one_of<T: VariantArray + Into<&'static str> + Copy>() -> Value {
    let names = T::VARIANTS.iter().map(|value| (*value).into());
    json!({"type": "string", "enum": names.chain([""]).collect::<Vec<&str>>()})
}

fn truth() -> Value {
    json!({"type": "string", "enum": ["true", "false", ""]})
}

fn text() -> Value {
    json!({"type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"})
}

fn search_text() -> Value {
    json!({"type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$", "maxLength": 200})
}

fn day() -> Value {
    json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "maxLength": 0}]})
}

fn instant_or_day() -> Value {
    let instant = json!({"type": "string", "format": "date-time"});
    json!({"anyOf": [instant, {"type": "string", "format": "date"}, {"type": "string", "maxLength": 0}]})
}

fn yes_or_no(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "use true or false".to_owned())
}

/// A number or address in the form in which calls are compared. Of a number without its country, the end is compared.
fn number(value: &str) -> String {
    // An unencoded `+` arrives as a space.
    let value = value.strip_prefix(' ').map_or_else(|| value.to_owned(), |digits| format!("+{digits}"));
    if let Some(number) = PhoneNumber::read(&value, None) {
        return number.to_string();
    }
    match CallerId::read(&value) {
        CallerId::Other(text) => match digits_of(&text) {
            Some(digits) if digits.len() >= SHORTEST_ENDING => format!("*{}", digits.trim_start_matches('0')),
            _ => text.to_lowercase(),
        },
        caller => caller.identity("").unwrap_or(value),
    }
}

/// A phone that was rung: an address as it is written, and anything else as a number.
fn phone(value: &str) -> String {
    let address = value.parse().ok().filter(PhoneAddress::is_sip);
    address.map_or_else(|| number(value), |address| address.to_string())
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
    fn a_phone_is_found_by_number_ending_extension_and_address() {
        for (asked, compared) in [
            ("+33611223344", "+33611223344"),
            ("223344", "*223344"),
            ("0611223344", "*611223344"),
            ("101", "101"),
            ("sip:Ann@192.0.2.20", "sip:Ann@192.0.2.20"),
        ] {
            let query = read(&format!("destination={}", asked.replace('+', "%2B"))).unwrap();
            assert_eq!(query.destination.as_deref(), Some(compared), "{asked}");
        }
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
