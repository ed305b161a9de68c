//! Sign-in by the header of a trusted reverse proxy.
use adapters_http::TrustedProxy;
use frontdesk::config::SignInSettings;
use frontdesk_ports::access::Role;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use crate::harness::{Desk, Setting};

async fn desk(network: &str, newcomers: Option<Role>) -> Desk {
    let proxy = TrustedProxy {
        header: Some("remote-user".parse().unwrap()),
        networks: vec![network.parse().unwrap()],
    };
    let sign_in = SignInSettings { proxy: Some(proxy), provider: None, newcomers, staff_may_close: false };
    Desk::with(Setting { sign_in, ..Setting::default() }).await
}

async fn get(desk: &Desk, path: &str, user: &str, cookie: &str) -> reqwest::Response {
    let asked = desk.http.get(format!("{}{path}", desk.url)).header("remote-user", user);
    asked.header(COOKIE, cookie).send().await.unwrap()
}

/// The session cookie that a response sets.
fn lax(response: &reqwest::Response) -> String {
    let set = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Secure"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn another_sites_form_begins_no_session() {
    let desk = desk("127.0.0.0/8", Some(Role::Reader)).await;
    let post = desk.http.post(format!("{}/logout/everywhere", desk.url)).header("remote-user", "admin");
    let answer = post.header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get(SET_COOKIE)), (403, None));
}

#[tokio::test]
async fn the_proxys_user_is_signed_in_and_stays_so() {
    let desk = desk("127.0.0.0/8", None).await;
    let first = get(&desk, "/", "admin", "").await;
    assert_eq!(first.status(), 200);
    let cookie = lax(&first);
    assert_eq!(
        lax(&get(&desk, "/", "admin", "").await),
        cookie,
        "a browser that asks twice at once has one session"
    );
    let second = get(&desk, "/audit", "admin", &cookie).await;
    assert_eq!(second.status(), 200);
    assert!(second.headers().get(SET_COOKIE).is_none(), "one session is enough");
    let page = second.text().await.unwrap();
    assert!(page.contains("proxy"), "the audit log names the system that signed the user in");
    let unknown = get(&desk, "/", "nobody", "").await;
    assert_eq!(unknown.status(), 403, "a user of the proxy without an account is refused");
    assert!(unknown.text().await.unwrap().contains("an admin can add them"));
}

#[tokio::test]
async fn the_header_is_ignored_from_other_networks() {
    let desk = desk("10.0.0.0/8", Some(Role::Admin)).await;
    let page = get(&desk, "/", "admin", "").await;
    assert_eq!(page.status(), 303);
    assert!(page.headers()[LOCATION].to_str().unwrap().starts_with("/login"));
    assert_eq!(get(&desk, "/api/v1/calls", "admin", "").await.status(), 401);
    // A header that is sent twice is ignored: one of the two may have come from the browser.
    let desk = self::desk("127.0.0.1/32", None).await;
    let twice = desk.http.get(format!("{}/", desk.url)).header("remote-user", "admin");
    let twice = twice.header("remote-user", "admin").send().await.unwrap();
    assert_eq!(twice.status(), 303);
}

#[tokio::test]
async fn newcomers_come_in_their_role_and_another_name_is_another_session() {
    let desk = desk("127.0.0.1/32", Some(Role::Reader)).await;
    let first = get(&desk, "/", "ann@example.com", "").await;
    assert_eq!(first.status(), 200);
    let hers = lax(&first);
    assert_eq!(
        get(&desk, "/audit", "ann@example.com", &hers).await.status(),
        403,
        "a reader manages nothing"
    );
    let his = get(&desk, "/audit", "admin", &hers).await;
    assert_eq!(his.status(), 200, "the admin is signed in now");
    assert_ne!(lax(&his), hers);
    let page = his.text().await.unwrap();
    assert!(page.contains("ann@example.com"), "the audit log shows that the user was added");
    // The user has no password, and an empty one is refused.
    let form = [("name", "ann@example.com"), ("password", "")];
    let body = form.map(|(name, value)| format!("{name}={value}")).join("&");
    let by_password = desk.http.post(format!("{}/login", desk.url)).body(body);
    let by_password =
        by_password.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(by_password.status(), 401);
}

#[tokio::test]
async fn an_address_is_one_user_in_upper_and_lower_case_and_another_name_is_another() {
    let desk = desk("127.0.0.1/32", Some(Role::Reader)).await;
    let first = get(&desk, "/", "Ann@Example.com", "").await;
    let cookie = lax(&first);
    assert_eq!(first.status(), 200);
    let again = get(&desk, "/", "ann@example.com", &cookie).await;
    assert_eq!((again.status().as_u16(), again.headers().get(SET_COOKIE)), (200, None), "the same session");
    // The admin of this desk is called admin.
    let other = get(&desk, "/audit", "Admin", "").await;
    assert_eq!(other.status(), 403, "a new reader, not the admin");
    assert_eq!(get(&desk, "/audit", "admin", &lax(&get(&desk, "/", "Admin", "").await)).await.status(), 200);
}
