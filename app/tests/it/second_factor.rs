//! Sign-in with a code in addition to the password.
use frontdesk_ports::{Access, Clock, SignInError};
use reqwest::header::{COOKIE, SET_COOKIE};
use totp_rs::{Builder, Secret};

use crate::harness::{Desk, PASSWORD};
use crate::people::{cookie, sign_in};

/// The text of a page between two others.
fn between<'p>(page: &'p str, before: &str, after: &str) -> &'p str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).unwrap().0
}

/// The code that an authenticator app with this secret shows.
fn code(desk: &Desk, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let app = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    app.generate(desk.clock.now().as_second().try_into().unwrap()).to_string()
}

async fn settings(desk: &Desk, cookie: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let page = desk.http.get(format!("{}/settings", desk.url)).header(COOKIE, cookie).send().await.unwrap();
    let page = page.text().await.unwrap();
    if fields.is_empty() {
        return (200, page);
    }
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let mut body = form_urlencoded::Serializer::new(format!("csrf={csrf}"));
    let body = body.extend_pairs(fields).finish();
    let post = desk.http.post(format!("{}/settings", desk.url)).header(COOKIE, cookie).body(body);
    let answer = post.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn with_code(desk: &Desk, code: &str) -> reqwest::Response {
    let fields = [("name", "admin"), ("password", PASSWORD), ("code", code)];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let post = desk.http.post(format!("{}/login", desk.url)).body(body);
    post.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
}

#[tokio::test]
async fn once_set_up_a_code_is_asked_for_and_each_counts_once() {
    let desk = Desk::start().await;
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    let found_open = settings(&desk, &cookie, &[("do", "second-begin"), ("old", "unknown")]).await;
    assert_eq!(found_open.0, 422, "an open browser is not enough to turn it on");
    assert_eq!(settings(&desk, &cookie, &[("do", "second-begin"), ("old", PASSWORD)]).await.0, 303);
    let page = settings(&desk, &cookie, &[]).await.1;
    assert!(page.contains("otpauth://totp/frontdesk:admin?") && page.contains("<svg"), "an app can read it");
    let secret = between(&page, "<p><code>", "</code>").to_owned();
    assert_eq!(sign_in(&desk, "admin", PASSWORD).await.status(), 303, "not required before it is confirmed");
    let (status, page) = settings(&desk, &cookie, &[("do", "second-confirm"), ("code", "000000")]).await;
    assert!(status == 422 && page.contains("That code is wrong"), "{status}");
    let shown = code(&desk, &secret);
    assert_eq!(settings(&desk, &cookie, &[("do", "second-confirm"), ("code", &shown)]).await.0, 303);

    let asked = sign_in(&desk, "admin", PASSWORD).await;
    assert!(asked.status() == 401 && asked.headers().get(SET_COOKIE).is_none());
    assert!(asked.text().await.unwrap().contains("one-time-code"), "the form asks for it");
    assert_eq!(with_code(&desk, &shown).await.status(), 401, "the code was already used to set up");
    desk.clock.advance(std::time::Duration::from_secs(30));
    let next = code(&desk, &secret);
    assert_eq!(with_code(&desk, &next).await.status(), 303);
    assert_eq!(with_code(&desk, &next).await.status(), 401, "a code works only once");
    assert!(!with_code(&desk, "").await.text().await.unwrap().contains(&secret));

    let (status, page) = settings(&desk, &cookie, &[("do", "second-end"), ("old", "wrong")]).await;
    assert!(status == 422 && page.contains("second-end"), "an open browser is not enough to turn it off");
    assert_eq!(settings(&desk, &cookie, &[("do", "second-end"), ("old", PASSWORD)]).await.0, 303);
    assert_eq!(sign_in(&desk, "admin", PASSWORD).await.status(), 303);
}

#[tokio::test]
async fn guessing_codes_is_throttled_as_passwords_are() {
    let desk = Desk::start().await;
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    settings(&desk, &cookie, &[("do", "second-begin"), ("old", PASSWORD)]).await;
    let page = settings(&desk, &cookie, &[]).await.1;
    let secret = between(&page, "<p><code>", "</code>").to_owned();
    settings(&desk, &cookie, &[("do", "second-confirm"), ("code", &code(&desk, &secret))]).await;
    for _ in 0..10 {
        assert_eq!(with_code(&desk, "000000").await.status(), 401);
    }
    assert_eq!(with_code(&desk, "000000").await.status(), 429);
    // The limit applies to the account: another address is throttled as well.
    desk.clock.advance(std::time::Duration::from_secs(30));
    let access = desk.running.access.clone();
    let other = access.sign_in("admin", PASSWORD, &code(&desk, &secret), "2001:db8::7").await;
    assert!(matches!(other, Err(SignInError::Throttled(_))), "{other:?}");
}
