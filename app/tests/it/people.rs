//! Authentication and permissions of users and tokens.
use adapters_http::{RouteAccess, route_list};
use adapters_simulator::tone;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use crate::harness::{Desk, PASSWORD};

pub async fn sign_in(desk: &Desk, name: &str, password: &str) -> reqwest::Response {
    let form =
        format!("name={name}&password={}&next=/calls", password.replace('\'', "%27").replace(' ', "+"));
    let request = desk.http.post(format!("{}/login", desk.url)).body(form);
    request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
}

pub fn cookie(response: &reqwest::Response) -> String {
    let set = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(set.contains("Secure"), "{set}");
    plain_cookie(response)
}

/// The session cookie of a server without TLS in its public URL.
pub fn plain_cookie(response: &reqwest::Response) -> String {
    let set = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

pub async fn get(desk: &Desk, path: &str, cookie: &str) -> reqwest::Response {
    desk.http.get(format!("{}{path}", desk.url)).header(COOKIE, cookie).send().await.unwrap()
}

/// The status for a guest: pages redirect to the sign-in page, other routes are refused.
fn for_guests(access: RouteAccess) -> u16 {
    match access {
        RouteAccess::Public => 200,
        RouteAccess::Page | RouteAccess::Admin | RouteAccess::Work | RouteAccess::Close => 303,
        RouteAccess::Calls
        | RouteAccess::Audio
        | RouteAccess::Metrics
        | RouteAccess::ApiWork
        | RouteAccess::Retry => 401,
    }
}

/// Every route of the router, with values for its parameters.
fn routes() -> impl Iterator<Item = (String, RouteAccess)> {
    route_list().into_iter().map(|(path, access, ..)| {
        let path = path
            .replace(":id", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
            .replace(":name", "frontdesk.css")
            .replace(":kind", "not-found");
        (path, access)
    })
}

#[tokio::test]
async fn guests_see_nothing_and_every_answer_is_hardened() {
    let desk = Desk::start().await;
    for (path, access) in routes() {
        let status = for_guests(access);
        for token in ["", "Bearer wrong", "Basic eA=="] {
            let mut request = desk.http.get(format!("{}{path}", desk.url));
            if !token.is_empty() {
                request = request.header("Authorization", token);
            }
            let response = request.send().await.unwrap();
            // Without an identity provider, its two routes redirect to the sign-in form.
            let expected = match status {
                303 if !token.is_empty() => 401,
                200 if path.starts_with("/login/") => 303,
                // There is no valid link.
                200 if path.starts_with("/start/") || path.starts_with("/setup/") => 410,
                status => status,
            };
            let got = response.status().as_u16();
            // A route that only takes forms answers a GET request with 405.
            assert!(got == expected || got == 405, "{path} with {token:?}: {got}");
            let headers = response.headers();
            for name in [
                "content-security-policy",
                "x-content-type-options",
                "x-frame-options",
                "referrer-policy",
                "cache-control",
                "strict-transport-security",
            ] {
                assert!(headers.contains_key(name), "{path} has no {name}");
            }
        }
    }
}

#[tokio::test]
async fn people_sign_in_read_and_sign_out() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(1)).place().await;
    desk.work().await;
    let response = sign_in(&desk, "admin", PASSWORD).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()[LOCATION]),
        (303, &"/calls".parse().unwrap())
    );
    let cookie = cookie(&response);
    let feed = get(&desk, "/?tab=all", &cookie).await.text().await.unwrap();
    assert!(feed.contains("+33 1 23 45 67 89") && feed.contains("<audio"), "{feed}");
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&desk, &format!("/calls/{id}"), &cookie).await.status(), 200);
    assert_eq!(get(&desk, &format!("/calls/{id}/voicemail"), &cookie).await.status(), 200);
    assert_eq!(get(&desk, "/api/v1/calls", &cookie).await.status(), 200);

    let sign_out = async |body: String, site: &str| {
        let request = desk.http.post(format!("{}/logout", desk.url)).header(COOKIE, &cookie).body(body);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("Sec-Fetch-Site", site);
        request.send().await.unwrap().status().as_u16()
    };
    let csrf = feed.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(sign_out(String::new(), "same-origin").await, 403);
    assert_eq!(sign_out("csrf=wrong".into(), "same-origin").await, 403);
    assert_eq!(sign_out(format!("csrf={csrf}"), "cross-site").await, 403);
    assert_eq!(get(&desk, "/", &cookie).await.status(), 200, "still signed in");
    assert_eq!(sign_out(format!("csrf={csrf}"), "same-origin").await, 303);
    assert_eq!(get(&desk, "/", &cookie).await.status(), 303, "the session has ended on the server");
}

#[tokio::test]
async fn sessions_end_when_idle_and_in_any_case() {
    let desk = Desk::start().await;
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    for _ in 0..28 {
        desk.clock.advance(std::time::Duration::from_secs(12 * 3600 - 60));
        assert_eq!(get(&desk, "/", &cookie).await.status(), 200);
    }
    desk.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(get(&desk, "/", &cookie).await.status(), 303, "after 14 days");
    let cookie = self::cookie(&sign_in(&desk, "admin", PASSWORD).await);
    desk.clock.advance(std::time::Duration::from_secs(12 * 3600));
    assert_eq!(get(&desk, "/", &cookie).await.status(), 303, "after 12 hours without use");
}

#[tokio::test]
async fn background_polling_does_not_extend_a_session() {
    let desk = Desk::start().await;
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    for _ in 0..11 {
        desk.clock.advance(std::time::Duration::from_secs(3600));
        assert_eq!(get(&desk, "/counts", &cookie).await.status(), 200);
    }
    desk.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(get(&desk, "/counts", &cookie).await.status(), 401, "12 hours after the last use");
}

#[tokio::test]
async fn password_guessing_is_throttled_and_reveals_nothing() {
    let desk = Desk::start().await;
    for attempt in 0..10 {
        let response = sign_in(&desk, "admin", "wrong password").await;
        assert_eq!(response.status(), 401, "attempt {attempt}");
    }
    let response = sign_in(&desk, "admin", PASSWORD).await;
    assert_eq!((response.status().as_u16(), response.headers().contains_key("retry-after")), (429, true));
    assert_eq!(
        sign_in(&desk, "nobody", "wrong password").await.status(),
        401,
        "another account is not affected"
    );
    desk.clock.advance(std::time::Duration::from_secs(15 * 60));
    assert_eq!(sign_in(&desk, "admin", PASSWORD).await.status(), 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_count_as_many() {
    let desk = std::sync::Arc::new(Desk::start().await);
    let guesses: Vec<_> = (0..30)
        .map(|_| {
            let desk = desk.clone();
            tokio::spawn(async move { sign_in(&desk, "admin", "wrong password").await.status().as_u16() })
        })
        .collect();
    let mut tried = 0;
    for guess in guesses {
        tried += u32::from(guess.await.unwrap() == 401);
    }
    assert_eq!(tried, 10);
}

#[tokio::test]
async fn a_form_from_another_site_does_not_sign_anybody_in() {
    let desk = Desk::start().await;
    for (name, value) in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
        let request =
            desk.http.post(format!("{}/login", desk.url)).body("name=admin&password=x").header(name, value);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(request.send().await.unwrap().status(), 403);
    }
}

/// Creates a token with these scopes.
pub async fn token(desk: &Desk, scopes: &str) -> String {
    let url = format!("sqlite://{}", desk.folder.path().join("frontdesk.db").display());
    let db = frontdesk::wiring::open_database(&url).await.unwrap();
    let store = std::sync::Arc::new(adapters_persistence::SqlAccess::new(db.clone()));
    let trail = std::sync::Arc::new(adapters_persistence::SqlOperationsLog::new(db));
    let ids = std::sync::Arc::new(frontdesk::system::SystemIds);
    let control = frontdesk_services::auth::AccessControl::new(store, trail, desk.clock.clone(), ids, None);
    control.create_token(scopes, scopes.parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_token_reaches_what_its_scopes_cover_and_nothing_else() {
    let desk = Desk::start().await;
    for (scopes, allowed) in [
        ("calls", vec![RouteAccess::Page, RouteAccess::Calls]),
        ("audio", vec![RouteAccess::Audio]),
        ("metrics", vec![RouteAccess::Metrics]),
        ("work", vec![RouteAccess::Page, RouteAccess::Calls, RouteAccess::ApiWork, RouteAccess::Retry]),
        (
            "calls audio metrics",
            vec![RouteAccess::Page, RouteAccess::Calls, RouteAccess::Audio, RouteAccess::Metrics],
        ),
    ] {
        let token = token(&desk, scopes).await;
        for (path, access) in
            routes().filter(|(path, access)| *access != RouteAccess::Public && !path.ends_with("events"))
        {
            let response =
                desk.http.get(format!("{}{path}", desk.url)).bearer_auth(&token).send().await.unwrap();
            let refused = response.status() == 403;
            if (scopes, path.as_str()) == ("audio", "/voicemails.zip") {
                assert!(refused, "a ZIP of messages names callers, so it needs both scopes");
                continue;
            }
            let posted_only = response.status() == 405;
            assert!(
                posted_only || refused != allowed.contains(&access),
                "{scopes} at {path}: {}",
                response.status()
            );
        }
    }
}

#[tokio::test]
async fn a_token_that_reads_posts_nowhere() {
    let desk = Desk::start().await;
    let token = token(&desk, "calls audio metrics").await;
    for (path, _, methods, posting) in route_list() {
        if !methods.contains("POST") || matches!(posting, RouteAccess::Public | RouteAccess::Page) {
            continue;
        }
        let path = path.replace(":id", "01ARZ3NDEKTSV4RRFFQ69G5FAV");
        let url = format!("{}{path}", desk.url);
        let form = "do=save&caller=%2B33123456789&name=The+bank";
        let post = desk
            .http
            .post(url)
            .bearer_auth(&token)
            .header("Content-Type", "application/x-www-form-urlencoded");
        let response = post.body(form).send().await.unwrap();
        assert_eq!(response.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn actions_are_audited_and_shown_to_admins() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(1)).place().await;
    desk.work().await;
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    sign_in(&desk, "admin", "wrong password").await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&desk, &format!("/calls/{id}/voicemail"), &cookie).await.status(), 200);
    let csv = get(&desk, "/calls.csv?outcome=voicemail", &cookie).await.text().await.unwrap();
    let (header, row) = csv.split_once("\r\n").unwrap();
    assert!(
        header.starts_with("id,started_at,from,from_name,to,outcome,outcome_reason,duration_seconds"),
        "{header}"
    );
    assert!(
        row.starts_with(&id) && row.contains(",'+33123456789,") && row.contains(",voicemail,chosen,"),
        "{row}"
    );
    let outages = get(&desk, "/outages", &cookie).await.text().await.unwrap();
    assert!(outages.contains("No outages recorded"), "{outages}");
    let audit = get(&desk, "/audit", &cookie).await.text().await.unwrap();
    for line in ["signed in", "failed sign-in", "played a voicemail", "exported", "filtered by outcome"] {
        assert!(audit.contains(line), "{line} is missing: {audit}");
    }
    assert!(!audit.contains("33123456789"), "the audit log contains no phone numbers");
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let desk = Desk::start().await;
    let first = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    let second = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    assert_ne!(first, second, "each sign-in creates a separate session");
    let feed = get(&desk, "/", &first).await.text().await.unwrap();
    let csrf = feed.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let request = desk.http.post(format!("{}/logout/everywhere", desk.url)).header(COOKIE, &first);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.body(format!("csrf={csrf}")).send().await.unwrap().status(), 303);
    for cookie in [first, second] {
        assert_eq!(get(&desk, "/", &cookie).await.status(), 303);
    }
}
