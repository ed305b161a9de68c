//! What a browser says of whoever looks: the time zone that days and times are told in, and the language of all words.

use jiff::tz::TimeZone;
use poem::Request;
use poem::http::header;

use crate::State;
use crate::language::Language;

/// The cookie that a page's script sets to the browser's zone.
const ZONE: &str = "zone";
/// The cookie of a language that was chosen.
pub(crate) const LANGUAGE: &str = "language";

/// How somebody looks at the log.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    /// Their zone, or the company's if they say none.
    pub zone: TimeZone,
    /// What they read.
    pub language: Language,
}

impl Viewer {
    /// Read off a request.
    pub fn of(req: &Request, state: &State) -> Self {
        let zone = cookie(req, ZONE);
        let zone = zone.map(|name| name.replace("%2F", "/"));
        // A name of a zone, and not the path of a file.
        let known = |name: String| {
            let plain =
                name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
            plain.then(|| TimeZone::get(&name).ok()).flatten()
        };
        Self { zone: zone.and_then(known).unwrap_or_else(|| state.zone.clone()), language: language(req) }
    }

    /// The zone's name, for people.
    pub fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").replace('_', " ")
    }
}

/// The language that was chosen, or else the one that the browser prefers.
pub(crate) fn language(req: &Request) -> Language {
    let accepted = || Language::accepted(req.header(header::ACCEPT_LANGUAGE).unwrap_or_default());
    cookie(req, LANGUAGE).and_then(Language::of_code).unwrap_or_else(accepted)
}

fn cookie<'a>(req: &'a Request, wanted: &str) -> Option<&'a str> {
    let cookies = req.header(header::COOKIE).unwrap_or_default();
    let mut pairs = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}
