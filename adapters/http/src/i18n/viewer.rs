//! The viewer's preferences, as the browser sends them: time zone and language.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::ContactBook;
use jiff::tz::TimeZone;
use poem::Request;
use poem::http::header;
use poem::web::cookie::{Cookie, SameSite};

use crate::State;
use crate::filter::Tab;
use crate::flash::Flash;
use crate::i18n::locale::Language;

/// The cookie that a page's script sets to the browser's zone.
const ZONE: &str = "zone";
/// The cookie with the tab that the feed starts with.
const START: &str = "start";
/// The cookie with the language that the user has chosen.
const LANGUAGE: &str = "language";
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// The preferences of a viewer.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    /// The browser's zone, or the company's if the cookie is missing or invalid.
    pub zone: TimeZone,
    /// The language of pages.
    pub language: Language,
    /// The tab that the feed starts with.
    pub start: Tab,
    /// The message about their last change.
    pub flash: Option<Flash>,
    /// The contacts, for the names of callers.
    pub contacts: Arc<ContactBook>,
}

impl Viewer {
    /// Reads the preferences from a request.
    pub fn of(req: &Request, state: &State) -> Self {
        let zone = cookie(req, ZONE);
        let zone = zone.map(|name| name.replace("%2F", "/"));
        // Only names of zones are accepted, not paths of files.
        let known = |name: String| {
            let plain =
                name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
            plain.then(|| TimeZone::get(&name).ok()).flatten()
        };
        Self {
            zone: zone.and_then(known).unwrap_or_else(|| state.services.zone.clone()),
            language: language(req),
            start: cookie(req, START).and_then(Tab::of_name).unwrap_or(Tab::All),
            flash: Flash::from_request(req),
            contacts: state.services.contacts.book(),
        }
    }

    /// A viewer in a zone who has chosen nothing.
    #[cfg(test)]
    pub fn in_zone(zone: TimeZone) -> Self {
        Self { zone, language: Language::English, start: Tab::All, flash: None, contacts: Arc::default() }
    }

    /// The zone's name, for people.
    pub fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").replace('_', " ")
    }
}

/// The language that was chosen, or else the one that the browser prefers.
pub(crate) fn language(req: &Request) -> Language {
    let accepted = || Language::accepted(req.header(header::ACCEPT_LANGUAGE).unwrap_or_default());
    chosen_language(req).unwrap_or_else(accepted)
}

/// The language that was chosen, if one was.
pub(crate) fn chosen_language(req: &Request) -> Option<Language> {
    cookie(req, LANGUAGE).and_then(Language::of_code)
}

/// The cookie that sets a language; `None` removes it, and the browser's preference applies.
pub(crate) fn language_cookie(language: Option<Language>, secure: bool) -> String {
    preference(LANGUAGE, language.map(Language::code), secure)
}

/// The cookie that sets the tab that the feed starts with.
pub(crate) fn start_cookie(tab: Tab, secure: bool) -> String {
    preference(START, Some(tab.as_str()).filter(|_| tab != Tab::All), secure)
}

fn preference(name: &'static str, value: Option<&str>, secure: bool) -> String {
    let mut cookie = Cookie::new_with_str(name, value.unwrap_or_default());
    cookie.set_secure(secure);
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_path("/");
    cookie.set_max_age(if value.is_some() { YEAR } else { Duration::ZERO });
    cookie.to_string()
}

pub(crate) fn cookie<'a>(req: &'a Request, wanted: &str) -> Option<&'a str> {
    let cookies = req.header(header::COOKIE).unwrap_or_default();
    let mut pairs = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}
