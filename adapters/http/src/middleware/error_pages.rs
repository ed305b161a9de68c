//! Turns errors into responses: a page for a browser, a problem document for a program.
use std::sync::Arc;

use poem::error::NotFoundError;
use poem::http::header;
use poem::{Endpoint, IntoResponse, Request, Response};

use crate::i18n::viewer::language;
use crate::pages::html;
use crate::problem::Problem;
use crate::services::State;
use crate::templates::ErrorPage;

pub(crate) async fn error_pages<E: Endpoint>(endpoint: Arc<E>, req: Request) -> poem::Result<Response> {
    let state = req.data::<Arc<State>>().expect("the router provides the state").clone();
    let language = language(&req);
    let accepts_html = req.header(header::ACCEPT).is_some_and(|kinds| kinds.contains("text/html"));
    let shows_page = accepts_html && !req.original_uri().path().starts_with("/api/");
    let error = match endpoint.call(req).await {
        Ok(response) => return Ok(response.into_response()),
        Err(error) => error,
    };
    let problem = match error.downcast::<Problem>() {
        Ok(problem) => problem,
        Err(error) if error.is::<NotFoundError>() => Problem::not_found(),
        Err(error) => return Ok(error.into_response()),
    };
    if shows_page {
        let page = ErrorPage::new(&problem, language);
        if let Ok(mut response) = html(state.templates.error(&page, language)) {
            response.set_status(problem.status());
            problem.add_headers(&mut response);
            return Ok(response);
        }
    }
    Ok(problem.into_response(&state.services.prefix))
}
