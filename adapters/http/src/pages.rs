//! Pages for people; each reads, makes a view, and hands it to its template.

pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod feed;
pub(crate) mod figures;
pub(crate) mod login;
pub(crate) mod outages;
pub(crate) mod phone;
pub(crate) mod work;

use poem::Response;
use poem::http::StatusCode;

use crate::api::problem::problem;

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
