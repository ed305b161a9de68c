//! Compresses pages, scripts and API responses with gzip, for clients that accept it. Audio hardly gets smaller, and
//! streams are sent event by event.
//!
//! A page contains its form token next to text from its address. An attacker who could make a browser request it with
//! chosen text might guess the token from the compressed length. Session cookies prevent that with `SameSite=Strict`;
//! those of a trusted proxy are `Lax`, which still excludes all requests from other sites except navigations.
use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use poem::http::{HeaderValue, header};
use poem::{Endpoint, Request, Response};

/// Smaller responses are not worth compressing.
const MIN_BYTES: usize = 1024;
const KINDS: [&str; 6] = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/json",
    "image/svg+xml",
    "application/problem+json",
];

pub(crate) async fn compress<E: Endpoint>(endpoint: Arc<E>, req: Request) -> poem::Result<Response> {
    let wanted = takes_gzip(&req);
    let mut response = endpoint.get_response(req).await;
    let kind = response.content_type().unwrap_or_default();
    if !KINDS.iter().any(|known| kind.starts_with(known)) {
        return Ok(response);
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if !wanted || response.headers().contains_key(header::CONTENT_ENCODING) {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let plain = body.into_bytes().await.map_err(poem::Error::from)?;
    let compressed = if plain.len() < MIN_BYTES { None } else { gzip(&plain) };
    let Some(compressed) = compressed else { return Ok(Response::from_parts(parts, plain.into())) };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, compressed.into()))
}

/// Whether a client accepts gzip.
pub(crate) fn takes_gzip(req: &Request) -> bool {
    req.header(header::ACCEPT_ENCODING).is_some_and(accepts_gzip)
}

/// Whether a header `Accept-Encoding` accepts gzip: by its name, else by `*`, with a weight above 0 (RFC 9110, section
/// 12.5.3).
fn accepts_gzip(header: &str) -> bool {
    let codings = header.split(',').map(|item| {
        let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight =
            parameters.trim().strip_prefix(['q', 'Q']).and_then(|q| q.trim_start().strip_prefix('='));
        // A missing or unreadable weight counts as 1.
        let weight: f32 = weight.and_then(|weight| weight.trim().parse().ok()).unwrap_or(1.0);
        (coding.trim(), weight)
    });
    let is_gzip = |coding: &str| coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip");
    let (named, any): (Vec<_>, Vec<_>) = codings
        .filter(|(coding, _)| is_gzip(coding) || *coding == "*")
        .partition(|(coding, _)| *coding != "*");
    named.first().or(any.first()).is_some_and(|(_, weight)| *weight > 0.0)
}

/// Compresses at the best level, for content that is compressed only once.
pub(crate) fn gzip_best(plain: &[u8]) -> Option<Vec<u8>> {
    gzip_at(Compression::best(), plain)
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    gzip_at(Compression::default(), plain)
}

fn gzip_at(level: Compression, plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), level);
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_by_name_or_wildcard_unless_its_weight_is_0() {
        for accepted in ["gzip", "br, gzip", "gzip;q=0.5", "GZIP ; Q=1.0", "*", "br;q=1, *;q=0.1", "x-gzip"] {
            assert!(accepts_gzip(accepted), "{accepted}");
        }
        for refused in ["", "br", "identity", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "gzipped"] {
            assert!(!accepts_gzip(refused), "{refused}");
        }
    }
}
