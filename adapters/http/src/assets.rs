//! Style, scripts and the API's description, embedded in the binary.
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use rust_embed::RustEmbed;

use crate::State;
use crate::api::openapi::OPENAPI;
use crate::i18n::viewer::language;
use crate::middleware::compression::{gzip_best, takes_gzip};
use crate::pages::api_docs::ApiPage;
use crate::pages::html;
use crate::problem::{Answer, Problem};
use crate::templates::ErrorPage;

#[derive(RustEmbed)]
#[folder = "static"]
struct Assets;

/// Every file except images in PNG, compressed once.
static COMPRESSED: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let compressed = |name: std::borrow::Cow<'static, str>| {
        let file = Assets::get(&name).filter(|_| !name.ends_with(".png"))?;
        Some((name.into_owned(), gzip_best(&file.data)?))
    };
    Assets::iter().filter_map(compressed).collect()
});

#[handler]
pub(crate) fn asset(Path(name): Path<String>, req: &Request) -> Answer {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => return Err(Problem::not_found()),
    };
    let file = Assets::get(&name).ok_or_else(Problem::not_found)?;
    let compressed = COMPRESSED.get(name.as_str()).filter(|_| takes_gzip(req));
    let coding = if compressed.is_some() { "-gzip" } else { "" };
    let tag = format!("\"{}{coding}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    // File names do not change with their content, so browsers must revalidate: the binary may have been replaced.
    let answer = Response::builder().header(header::CACHE_CONTROL, "no-cache").header(header::ETAG, &tag);
    if req.header(header::IF_NONE_MATCH).is_some_and(|tags| matches(tags, &tag)) {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(match compressed {
        Some(compressed) => {
            answer.header(header::CONTENT_ENCODING, "gzip").content_type(kind).body(compressed.clone())
        }
        None => answer.content_type(kind).body(file.data.into_owned()),
    })
}

/// Whether one of the client's entity tags is this one, weak or strong (RFC 9110, section 13.1.2).
fn matches(tags: &str, tag: &str) -> bool {
    tags.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// The service worker that shows the offline page. It is served from the root, because it only controls pages below its path.
#[handler]
pub(crate) fn worker() -> Answer {
    let file = Assets::get("worker.js").ok_or_else(Problem::not_found)?;
    let answer = Response::builder().header(header::CACHE_CONTROL, "no-cache");
    Ok(answer.content_type("text/javascript; charset=utf-8").body(file.data.into_owned()))
}

/// The page that is shown while the server cannot be reached.
#[handler]
pub(crate) fn offline(Data(state): Data<&Arc<State>>, req: &Request) -> Answer {
    let language = language(req);
    let (title, detail) = (language.say("offline"), language.say("offline-detail"));
    html(state.templates.error(&ErrorPage { title, detail, more: String::new() }, language))
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
