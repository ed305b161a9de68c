//! Style, scripts and the API's description, embedded in the binary.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Response, handler};
use rust_embed::RustEmbed;

use crate::State;
use crate::pages::page;
use crate::views::ApiPage;

/// The API's description (OpenAPI 3.1).
const OPENAPI: &str = include_str!("../openapi.json");

#[derive(RustEmbed)]
#[folder = "static"]
struct Assets;

#[handler]
pub(crate) fn asset(Path(name): Path<String>) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return StatusCode::NOT_FOUND.into(),
    };
    match Assets::get(&name) {
        Some(file) => Response::builder()
            .content_type(kind)
            // Names do not change with their content: ask again each time, for a binary may have been replaced.
            .header(header::CACHE_CONTROL, "no-cache")
            .body(file.data.into_owned()),
        None => StatusCode::NOT_FOUND.into(),
    }
}

/// The API's description, for programs.
#[handler]
pub(crate) fn openapi() -> Response {
    Response::builder().content_type("application/json").body(OPENAPI)
}

/// The API's description, for people.
#[handler]
pub(crate) fn api_docs(Data(state): Data<&Arc<State>>) -> Response {
    page(state.views.api(&ApiPage::of(OPENAPI)))
}
