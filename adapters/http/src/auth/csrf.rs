//! Protection against cross-site request forgery: a request that changes something must come from our own pages.
use frontdesk_ports::SignedIn;
use poem::Request;
use poem::http::{HeaderMap, Method, header};
use subtle::ConstantTimeEq;

use crate::pages::contacts::{IMPORT, MAX_IMPORT_BYTES};

/// The largest form that is searched for a token.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// Whether requests with this method change nothing.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// `false` if the browser reports that the request comes from another origin. Programs report nothing; they have no cookies.
pub(crate) fn same_origin(headers: &HeaderMap) -> bool {
    let get = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        return matches!(site, "same-origin" | "none");
    }
    match (get(header::ORIGIN), get(header::HOST)) {
        // The browser does not reveal the origin of the form, so the form's token decides.
        (Some("null") | None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority == host)
        }
        (Some(_), None) => false,
    }
}

/// Whether a request has our origin, and the session's token in a header or in the form.
pub(crate) async fn from_our_page(req: &mut Request, person: &SignedIn) -> bool {
    if !same_origin(req.headers()) {
        return false;
    }
    let matches = |token: &str| bool::from(token.as_bytes().ct_eq(person.csrf.as_bytes()));
    if let Some(token) = req.header("x-csrf-token") {
        return matches(token);
    }
    let is_form =
        req.content_type().is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return false;
    }
    let limit = if req.uri().path() == IMPORT { MAX_IMPORT_BYTES } else { MAX_FORM_BYTES };
    let Ok(body) = req.take_body().into_bytes_limit(limit).await else { return false };
    let token =
        form_urlencoded::parse(&body).find(|(name, _)| name == "csrf").map(|(_, value)| value.into_owned());
    req.set_body(body);
    token.is_some_and(|token| matches(&token))
}
