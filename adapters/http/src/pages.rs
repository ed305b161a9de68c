//! Pages for people; each reads, makes a view, and hands it to its template.

pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod elsewhere;
pub(crate) mod feed;
pub(crate) mod figures;
pub(crate) mod flow;
pub(crate) mod login;
pub(crate) mod outages;
pub(crate) mod phone;
pub(crate) mod settings;
pub(crate) mod views;
pub(crate) mod work;

use poem::http::StatusCode;
use poem::{Body, Response};

use crate::api::problem::problem;

/// The most that a form takes: a long note in letters that take several bytes, encoded.
const MOST_FORM_BYTES: usize = 48 * 1024;

/// What a form holds.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// `None` if it is too large or breaks off.
    pub async fn read(body: Body) -> Option<Self> {
        let body = body.into_bytes_limit(MOST_FORM_BYTES).await.ok()?;
        Some(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }

    /// A field, empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A rendered page, or an honest 500.
pub(crate) fn page(rendered: Result<String, tera::Error>) -> Response {
    match rendered {
        Ok(html) => Response::builder().content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!("a page could not be rendered: {error}");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "This page is broken", "see the server's log")
        }
    }
}
