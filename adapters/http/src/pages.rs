//! Pages for people. Each handler reads data, builds a view, and renders its template.

pub(crate) mod api_docs;
pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod confirm;
pub(crate) mod contacts;
pub(crate) mod done;
pub(crate) mod feed;
pub(crate) mod flow;
pub(crate) mod follow_up;
pub(crate) mod frame;
pub(crate) mod login;
pub(crate) mod outages;
pub(crate) mod phone;
pub(crate) mod problems;
pub(crate) mod saved_views;
pub(crate) mod settings;
pub(crate) mod setup_steps;
pub(crate) mod start;
pub(crate) mod stats;
use poem::http::{StatusCode, header};
use poem::{Body, Response};

use crate::problem::{Answer, Problem, ProblemKind};

/// The largest form: a long note whose characters take several bytes each, percent-encoded.
const MAX_FORM_BYTES: usize = 48 * 1024;

/// The fields of a form.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body of a request.
    pub async fn read(body: Body) -> Result<Self, Problem> {
        Self::read_up_to(MAX_FORM_BYTES, body).await
    }

    /// Reads the body of a request, with another limit.
    pub async fn read_up_to(limit: usize, body: Body) -> Result<Self, Problem> {
        let too_large = |_| {
            let detail = "a note has at most 2000 characters";
            Problem::new(ProblemKind::TooLarge, detail)
        };
        let body = body.into_bytes_limit(limit).await.map_err(too_large)?;
        let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        if fields.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(Problem::bad_form("a field holds a NUL character; remove it"));
        }
        Ok(Self(fields))
    }

    /// A field, empty if it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every field with its value.
    pub fn fields(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A rendered page.
pub(crate) fn html(rendered: Result<String, tera::Error>) -> Answer {
    Ok(Response::builder().content_type("text/html; charset=utf-8").body(rendered?))
}

/// Redirects the browser to another of our pages, which it requests with GET.
pub(crate) fn redirect(location: impl AsRef<str>) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location.as_ref()).finish()
}
