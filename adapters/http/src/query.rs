//! The query string of a list of calls, the same for the feed and the API. An invalid value is an error that names the
//! parameter and the remedy.
mod schema;
mod value;

use std::str::FromStr;

use frontdesk_domain::call::CallState;
use frontdesk_domain::names::UnknownName;
use frontdesk_domain::{Outcome, Reason};
use frontdesk_ports::{CallQuery, ContactBook, TextMatch};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::i18n::phone_format;

pub(crate) use value::{time, whole_day};

use schema::{cursor, day, instant_or_day, limit, one_of, search_text, text, truth};
use value::{end_of_day, number, phone, yes_or_no};

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
    parameter("menu", "Only calls whose last menu was this one", text, |query, value, _| {
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
    parameter("provider", "Only calls of this carrier", text, |query, value, _| {
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
        "Text in numbers, names, places, transcripts, notes and tags",
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

/// Builds the query for calls from the pairs of a query string.
pub(crate) fn call_query(pairs: &[(String, String)], zone: &TimeZone) -> Result<CallQuery, BadParameter> {
    let mut query = CallQuery::newest(50);
    for (name, value) in pairs {
        let bad = |why: String| BadParameter { name: name.clone(), why };
        if value.contains(char::is_control) {
            return Err(bad("it contains a control character; remove it".into()));
        }
        let Some(parameter) = PARAMETERS.iter().find(|known| known.name == name) else {
            let known: Vec<&str> = PARAMETERS.iter().map(|known| known.name).collect();
            return Err(bad(format!("unknown parameter; use one of {}", known.join(", "))));
        };
        (parameter.set)(&mut query, value, zone).map_err(bad)?;
    }
    Ok(query)
}

/// Adds to a text search the callers with a contact that matches the text.
pub(crate) fn with_contacts(mut query: CallQuery, contacts: &ContactBook) -> CallQuery {
    if let Some(text) = &mut query.text {
        text.callers = contacts.found(&text.text);
    }
    query
}

#[cfg(test)]
mod tests;
