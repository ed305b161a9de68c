//! Who may see what.

use adapters_simulator::tone;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use crate::harness::{Desk, PASSWORD};

async fn sign_in(desk: &Desk, name: &str, password: &str) -> reqwest::Response {
    let form =
        format!("name={name}&password={}&next=/calls", password.replace('\'', "%27").replace(' ', "+"));
    let request = desk.http.post(format!("{}/login", desk.url)).body(form);
    request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
}

fn cookie(response: &reqwest::Response) -> String {
    let set = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Secure"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

async fn get(desk: &Desk, path: &str, cookie: &str) -> reqwest::Response {
    desk.http.get(format!("{}{path}", desk.url)).header(COOKIE, cookie).send().await.unwrap()
}

/// Every route, and what a guest gets there.
const ROUTES: [(&str, u16); 11] = [
    ("/", 303),
    ("/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV", 303),
    ("/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV/voicemail", 401),
    ("/events", 401),
    ("/api/v1/calls", 401),
    ("/api/v1/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV", 401),
    ("/api/v1/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV/voicemail", 401),
    ("/api/v1/stats", 401),
    ("/api/v1/events", 401),
    ("/login", 200),
    ("/static/frontdesk.css", 200),
];

#[tokio::test]
async fn guests_see_nothing_and_every_answer_is_hardened() {
    let desk = Desk::start().await;
    for (path, status) in ROUTES {
        for token in ["", "Bearer wrong", "Basic eA=="] {
            let mut request = desk.http.get(format!("{}{path}", desk.url));
            if !token.is_empty() {
                request = request.header("Authorization", token);
            }
            let response = request.send().await.unwrap();
            let expected = if status == 303 && !token.is_empty() { 401 } else { status };
            assert_eq!(response.status().as_u16(), expected, "{path} with {token:?}");
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
    let feed = get(&desk, "/", &cookie).await.text().await.unwrap();
    assert!(feed.contains("+33123456789") && feed.contains("<audio"), "{feed}");
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
    assert_eq!(get(&desk, "/", &cookie).await.status(), 303, "the session is dead at the server");
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
    assert_eq!(get(&desk, "/", &cookie).await.status(), 303, "after 12 hours of silence");
}

#[tokio::test]
async fn guessing_is_throttled_and_tells_nothing() {
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
