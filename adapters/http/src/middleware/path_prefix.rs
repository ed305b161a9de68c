//! Serves pages below a path of the public URL (`https://example.com/desk/`): a proxy strips the path from requests, and
//! this module adds it to the links and redirects of responses.
use std::sync::Arc;

use poem::http::header;
use poem::{Endpoint, Request, Response};

/// The path that a proxy strips, without a slash at its end; empty if there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathPrefix(Arc<str>);

impl PathPrefix {
    /// The prefix for a path, with or without slashes at its end.
    pub fn of(path: &str) -> Self {
        Self(path.trim_end_matches('/').into())
    }

    /// A path of the server, as browsers and programs must request it.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Adds the prefix to the links, forms and scripts of a rendered page. All texts of a page are escaped, so quotation
    /// marks occur only in tags. Values of form fields are paths without the prefix and stay as they are.
    pub(crate) fn apply(&self, html: String) -> String {
        if self.0.is_empty() {
            return html;
        }
        let mut prefixed = String::with_capacity(html.len() + 64 * self.0.len());
        let mut rest = html.as_str();
        while let Some(at) = rest.find("=\"/") {
            let (before, after) = rest.split_at(at + 2);
            prefixed.push_str(before);
            let is_value = before.ends_with(" value=\"");
            if !is_value && !after.starts_with("//") {
                prefixed.push_str(&self.0);
            }
            rest = after;
        }
        prefixed.push_str(rest);
        prefixed.replace("content=\"0; url=/", &format!("content=\"0; url={}/", self.0))
    }
}

/// Adds the prefix to redirects.
pub(crate) async fn prefix_redirects<E: Endpoint>(
    prefix: PathPrefix,
    endpoint: Arc<E>,
    req: Request,
) -> poem::Result<Response> {
    let mut response = endpoint.get_response(req).await;
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let own = location.filter(|location| location.starts_with('/') && !location.starts_with("//"));
    if let Some(location) = own.and_then(|own| prefix.path(own).parse().ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_forms_and_scripts_begin_with_the_prefix_and_texts_stay() {
        let html = r#"<a href="/calls/1">/calls</a><form action="/"><input name="back" value="/flow"></form><script src="/static/page.js"></script><a href="//else.example/">x</a><a href="https://else.example/">x</a><p>href=&quot;/x</p>"#;
        let prefixed = PathPrefix::of("/desk/").apply(html.to_owned());
        assert_eq!(
            prefixed,
            r#"<a href="/desk/calls/1">/calls</a><form action="/desk/"><input name="back" value="/flow"></form><script src="/desk/static/page.js"></script><a href="//else.example/">x</a><a href="https://else.example/">x</a><p>href=&quot;/x</p>"#
        );
        assert_eq!(PathPrefix::of("/").apply(html.to_owned()), html);
        assert_eq!(PathPrefix::of("/desk").path("/api/v1/calls"), "/desk/api/v1/calls");
    }
}
