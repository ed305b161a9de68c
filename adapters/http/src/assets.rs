//! Style, scripts and the API's description, embedded in the binary.
use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use rust_embed::RustEmbed;

use crate::State;
use crate::api::openapi::OPENAPI;
use crate::pages::api_docs::ApiPage;
use crate::pages::html;
use crate::problem::{Answer, Problem};

#[derive(RustEmbed)]
#[folder = "static"]
struct Assets;

#[handler]
pub(crate) fn asset(Path(name): Path<String>, req: &Request) -> Answer {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return Err(Problem::not_found()),
    };
    let file = Assets::get(&name).ok_or_else(Problem::not_found)?;
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    // Names do not change with their content: browsers ask each time, for a binary may have been replaced.
    let answer = Response::builder().header(header::CACHE_CONTROL, "no-cache").header(header::ETAG, &tag);
    if req.header(header::IF_NONE_MATCH) == Some(tag.as_str()) {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(answer.content_type(kind).body(file.data.into_owned()))
}

/// The API's description, for programs.
#[handler]
pub(crate) fn openapi() -> Response {
    Response::builder().content_type("application/json").body(OPENAPI.as_str())
}

/// The API's description, for people.
#[handler]
pub(crate) fn api_docs(Data(state): Data<&Arc<State>>) -> Answer {
    html(state.templates.api(&ApiPage::of(&OPENAPI)))
}
