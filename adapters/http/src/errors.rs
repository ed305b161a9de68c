//! Errors of pages as pages: people get words and a way on where programs get a problem document.

use std::sync::Arc;

use poem::http::{HeaderValue, header};
use poem::{Endpoint, Middleware, Request, Response};
use serde_json::Value;

use crate::State;
use crate::viewer::language;
use crate::views::ErrorPage;

/// Turns problems into pages for browsers.
pub(crate) struct ForPeople(pub Arc<State>);

impl<E: Endpoint> Middleware<E> for ForPeople {
    type Output = Humane<E>;
    fn transform(&self, inner: E) -> Humane<E> {
        Humane { inner, state: self.0.clone() }
    }
}

/// An endpoint whose errors are pages.
pub(crate) struct Humane<E> {
    inner: E,
    state: Arc<State>,
}

impl<E: Endpoint> Endpoint for Humane<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> poem::Result<Response> {
        let language = language(&req);
        let by_browser = req.header(header::ACCEPT).is_some_and(|kinds| kinds.contains("text/html"));
        let response = self.inner.get_response(req).await;
        if !by_browser || response.content_type() != Some("application/problem+json") {
            return Ok(response);
        }
        let (mut parts, body) = response.into_parts();
        let problem = body.into_bytes().await.map_err(poem::Error::from)?;
        let told: Value = serde_json::from_slice(&problem).unwrap_or_default();
        let page = ErrorPage::of(parts.status.as_u16(), &told, language);
        match self.state.views.error(&page, language) {
            Ok(html) => {
                let html_type = HeaderValue::from_static("text/html; charset=utf-8");
                parts.headers.insert(header::CONTENT_TYPE, html_type);
                parts.headers.remove(header::CONTENT_LENGTH);
                Ok(Response::from_parts(parts, html.into()))
            }
            Err(_) => Ok(Response::from_parts(parts, problem.into())),
        }
    }
}
