//! The address at which carriers reach this server.
use std::fmt;

use url::Url;

/// The base URL at which the carrier reaches us, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// A text that cannot be a public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not a URL.
    #[error("it is not a URL: {0}")]
    NotAUrl(url::ParseError),
    /// Not HTTP.
    #[error("it starts with http:// or https://")]
    Scheme,
    /// More than scheme, host, port and path.
    #[error("it has no query, fragment, user or password")]
    Extra,
}

impl PublicUrl {
    /// Parses a base URL. It is stored byte for byte as written, because a carrier's signatures may cover it.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let url = Url::parse(text).map_err(PublicUrlError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(PublicUrlError::Scheme);
        }
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(PublicUrlError::Extra);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The full URL of a request for this path and query.
    pub fn of_request(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.0)
    }

    /// The base as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_is_ignored_and_a_prefix_stays() {
        assert_eq!(PublicUrl::parse("https://desk.example/").unwrap().as_str(), "https://desk.example");
        assert_eq!(
            PublicUrl::parse("https://desk.example/a/b/").unwrap().as_str(),
            "https://desk.example/a/b"
        );
        for bad in
            ["desk.example", "ftp://desk.example", "https://u:p@desk.example", "https://d.example/?a=1"]
        {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
