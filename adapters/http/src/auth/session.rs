//! Session cookies.
use std::time::Duration;

use poem::http::header;
use poem::web::cookie::{Cookie, CookieJar, SameSite};
use poem::{FromRequest, Request};

use super::browser_name::browser_name;
use crate::Services;

/// Browsers accept a `__Host-` cookie over HTTPS only, and send it to no other host.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-frontdesk" } else { "frontdesk" }
}

/// The session token of a request, if it has one.
pub(crate) async fn session_token(req: &Request, secure: bool) -> Option<String> {
    cookie(req, cookie_name(secure)).await
}

/// The value of a request's cookie.
pub(crate) async fn cookie(req: &Request, name: &str) -> Option<String> {
    let jar = <&CookieJar>::from_request_without_body(req).await.ok()?;
    Some(jar.get(name)?.value_str().to_owned())
}

/// The cookie that holds a session token; an empty token removes it.
pub(crate) fn session_cookie(token: &str, secure: bool) -> String {
    session_cookie_with(token, secure, SameSite::Strict)
}

/// The session cookie of a user whom a trusted proxy signed in. It is `Lax`, because a browser that follows a link
/// from an e-mail or from the proxy's page must send it; otherwise each visit would start another session. Forms
/// carry a CSRF token.
pub(crate) fn proxy_session_cookie(token: &str, secure: bool) -> String {
    session_cookie_with(token, secure, SameSite::Lax)
}

fn session_cookie_with(token: &str, secure: bool, same_site: SameSite) -> String {
    let removed = token.is_empty().then_some(Duration::ZERO);
    http_only_cookie(cookie_name(secure), token, secure, same_site, removed)
}

/// A cookie that scripts cannot read, for the whole site.
pub(crate) fn http_only_cookie(
    name: &str,
    value: &str,
    secure: bool,
    same_site: SameSite,
    max_age: Option<Duration>,
) -> String {
    let mut cookie = Cookie::new_with_str(name, value);
    cookie.set_http_only(true);
    cookie.set_secure(secure);
    cookie.set_same_site(same_site);
    cookie.set_path("/");
    if let Some(max_age) = max_age {
        cookie.set_max_age(max_age);
    }
    cookie.to_string()
}

/// Records which browser has signed in, so that its user recognises it among their sessions.
pub(crate) async fn describe(services: &Services, req: &Request, token: &str) {
    let browser = browser_name(req.header(header::USER_AGENT).unwrap_or_default());
    services.access.describe_session(token, &browser, &services.sign_in.client(req)).await;
}
