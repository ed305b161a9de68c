//! The message on a page about the change that led to it ("3 calls marked done", with "Undo"): a cookie that the next page
//! shows once and clears.
use std::sync::Arc;
use std::time::Duration;

use poem::http::{HeaderValue, Method, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use serde::Serialize;

use crate::i18n::locale::Language;
use crate::i18n::viewer::cookie;

/// The cookie.
const FLASH: &str = "flash";
/// The paths of forms that may undo a change, besides the form of a single call.
const UNDOABLE: [&str; 4] = ["/calls/bulk", "/contacts", "/flow/callers", "/views"];
/// The longest message with its undo form; browsers do not store much longer cookies.
const MAX_BYTES: usize = 3500;
/// The lifetime of the cookie: a page that is opened later does not show the message.
const LIFETIME: Duration = Duration::from_secs(60);

/// A message about what was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Flash {
    /// The message `said-…`.
    said: String,
    count: usize,
    name: String,
    undo: Option<Undo>,
}

/// The form that undoes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Undo {
    action: String,
    fields: Vec<(String, String)>,
}

/// A flash in the viewer's language.
#[derive(Debug, Serialize)]
pub(crate) struct FlashLine {
    pub text: String,
    pub undo: Option<Undo>,
}

impl Flash {
    /// The message `said-…`.
    pub fn new(said: &str) -> Self {
        Self { said: said.to_owned(), ..Self::default() }
    }

    /// Sets the count.
    pub fn of(self, count: usize) -> Self {
        Self { count, ..self }
    }

    /// Sets the name of what was changed.
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// Says that the change was partial: someone else changed this number of others first.
    pub fn but_not(self, others: usize) -> Self {
        if others == 0 { self } else { Self { said: "partly".into(), name: others.to_string(), ..self } }
    }

    /// Adds the form that undoes the change.
    pub fn undone_by(self, action: &str, fields: Vec<(String, String)>) -> Self {
        Self { undo: Some(Undo { action: action.to_owned(), fields }), ..self }
    }

    /// Adds the cookie to a response, so that the page that it leads to shows the message.
    pub fn on(mut self, response: Response, secure: bool) -> Response {
        if self.text().len() > MAX_BYTES {
            self.undo = None;
        }
        with_cookie(response, &self.text(), LIFETIME, secure)
    }

    fn text(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.append_pair("said", &self.said);
        text.append_pair("n", &self.count.to_string()).append_pair("name", &self.name);
        if let Some(Undo { action, fields }) = &self.undo {
            text.append_pair("undo", action).extend_pairs(fields);
        }
        text.finish()
    }

    /// Reads the cookie of a request.
    pub fn from_request(req: &Request) -> Option<Self> {
        let mut pairs = form_urlencoded::parse(cookie(req, FLASH)?.as_bytes()).into_owned();
        let mut next = |name: &str| pairs.next().filter(|(known, _)| known == name).map(|(_, value)| value);
        let (said, count, name) = (next("said")?, next("n")?.parse().ok()?, next("name")?);
        // Another site below our domain can set the cookie, so only forms that a flash can offer are accepted.
        let is_ours = |action: &String| {
            let of_call = action.strip_prefix("/calls/").and_then(|rest| rest.strip_suffix("/work"));
            UNDOABLE.contains(&action.as_str())
                || of_call.is_some_and(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()))
        };
        let action = next("undo").filter(is_ours);
        let undo = action.map(|action| Undo { action, fields: pairs.collect() });
        Some(Self { said, count, name, undo })
    }

    /// The text in a language; `None` if there is no such message.
    pub fn line(self, language: Language) -> Option<FlashLine> {
        let id = format!("said-{}", self.said);
        let args = [("n", self.count.into()), ("name", self.name.as_str().into())];
        Some(FlashLine { text: language.say_if_known(&id, args)?, undo: self.undo })
    }
}

/// Clears the flash that a page has shown.
pub(crate) async fn clear_shown<E: Endpoint>(
    secure: bool,
    endpoint: Arc<E>,
    req: Request,
) -> poem::Result<Response> {
    let has_flash = cookie(&req, FLASH).is_some_and(|flash| !flash.is_empty());
    let is_visit = has_flash && req.method() == Method::GET && req.header("hx-request").is_none();
    let response = endpoint.call(req).await?.into_response();
    let is_page = response.content_type().is_some_and(|kind| kind.starts_with("text/html"));
    Ok(if is_visit && is_page { with_cookie(response, "", Duration::ZERO, secure) } else { response })
}

fn with_cookie(mut response: Response, value: &str, lasts: Duration, secure: bool) -> Response {
    // Encoded as a form, the value needs no further encoding.
    let (lasts, secure) = (lasts.as_secs(), if secure { "; Secure" } else { "" });
    let cookie = format!("{FLASH}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={lasts}{secure}");
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_again(flash: Flash) -> Option<Flash> {
        let response = flash.on(Response::default(), false);
        let set = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        let cookie = set.split(';').next().unwrap();
        Flash::from_request(
            &Request::builder().header(header::COOKIE, format!("zone=UTC; {cookie}")).finish(),
        )
    }

    #[test]
    fn a_flash_round_trips_and_foreign_undo_actions_are_dropped() {
        let fields =
            vec![("call".to_owned(), "1; a=b\"é".to_owned()), ("do".to_owned(), "reopen".to_owned())];
        let flash = Flash::new("done").of(3).named("Ann; & Co").undone_by("/calls/bulk", fields);
        assert_eq!(shown_again(flash.clone()), Some(flash.clone()));
        let long = vec![("call".to_owned(), "x".repeat(MAX_BYTES))];
        let without = shown_again(flash.undone_by("/calls/bulk", long)).unwrap();
        assert_eq!(without.undo, None, "a cookie that no browser stores");
        for action in
            ["//else.example/", "/settings/people", "/settings/tokens", "/calls/../settings/people/work"]
        {
            let foreign = Flash::new("done").undone_by(action, Vec::new());
            assert_eq!(shown_again(foreign).unwrap().undo, None, "{action}");
        }
        for action in ["/contacts", "/views", "/flow/callers", "/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV/work"] {
            let own = Flash::new("done").undone_by(action, Vec::new());
            assert_eq!(shown_again(own.clone()), Some(own), "{action}");
        }
        assert!(Flash::new("no such message").line(Language::English).is_none());
    }
}
