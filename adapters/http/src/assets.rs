//! Style and scripts, embedded in the binary.

use poem::http::{StatusCode, header};
use poem::web::Path;
use poem::{Response, handler};
use rust_embed::RustEmbed;

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
