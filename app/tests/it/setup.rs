//! First use: the links that are printed at the start, and the steps before the first call.
use reqwest::header::SET_COOKIE;

use crate::harness::{Desk, PASSWORD, Setting};
use crate::people::{cookie, get, sign_in};

async fn post(desk: &Desk, path: &str, form: &str) -> reqwest::Response {
    let request = desk.http.post(format!("{}{path}", desk.url)).body(form.to_owned());
    request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
}

#[tokio::test]
async fn the_sign_in_link_signs_in_once() {
    let desk = Desk::start().await;
    let link = format!("/start/{}", desk.running.access.new_sign_in_link());
    let wrong = get(&desk, "/start/0123", "").await;
    assert_eq!(wrong.status(), 410);
    // HEAD requests and prefetches do not use the link up.
    let looked = desk.http.head(format!("{}{link}", desk.url)).send().await.unwrap();
    assert!(!looked.headers().contains_key(SET_COOKIE));
    let fetched = desk.http.get(format!("{}{link}", desk.url)).header("sec-purpose", "prefetch");
    assert!(!fetched.send().await.unwrap().headers().contains_key(SET_COOKIE));
    let first = get(&desk, &link, "").await;
    assert_eq!(first.status(), 200);
    let cookie = cookie(&first);
    assert_eq!(get(&desk, "/", &cookie).await.status(), 200);
    let second = get(&desk, &link, "").await;
    assert_eq!((second.status().as_u16(), second.headers().contains_key(SET_COOKIE)), (410, false));
    assert!(second.text().await.unwrap().contains("This link has been used"));
}

#[tokio::test]
async fn the_setup_link_creates_the_first_user_and_no_second_one() {
    let desk = Desk::with(Setting { admin_password: None, ..Setting::default() }).await;
    let secret = desk.running.access.new_setup_link().await.unwrap().expect("nobody can sign in yet");
    let link = format!("/setup/{secret}");
    assert_eq!(get(&desk, "/setup/0123", "").await.status(), 410);
    assert!(get(&desk, &link, "").await.text().await.unwrap().contains("Create the first user"));
    for (form, why) in [
        ("name=ann&password=short", "8 to 128"),
        ("name=ann&password=password", "easy to guess"),
        ("name=command+line&password=a+long+and+odd+phrase", "64"),
    ] {
        let refused = post(&desk, &link, form).await;
        assert_eq!(refused.status(), 422, "{form}");
        let page = refused.text().await.unwrap();
        assert!(page.contains(why), "{page}");
    }
    let good = "name=ann&password=a+long+and+odd+phrase";
    let (one, other) =
        tokio::join!(post(&desk, &link, good), post(&desk, &link, "name=bob&password=a+long+and+odd+phrase"));
    let mut statuses = [one.status().as_u16(), other.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410], "of two forms at once, one creates the user");
    let created = if one.status() == 200 { one } else { other };
    let settings = get(&desk, "/settings", &cookie(&created)).await.text().await.unwrap();
    assert!(settings.contains("name=\"role\""), "the first user is an admin: {settings}");
    assert_eq!(get(&desk, &link, "").await.status(), 410);
    assert_eq!(desk.running.access.new_setup_link().await.unwrap(), None);
}

#[tokio::test]
async fn the_steps_before_the_first_call_are_checked_live_for_admins() {
    let desk = Desk::start().await;
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    let feed = get(&desk, "/", &cookie).await.text().await.unwrap();
    assert!(feed.contains("hx-get=\"/setup-steps\"") && feed.contains("frontdesk connect"), "{feed}");
    let steps = get(&desk, "/setup-steps", &cookie).await.text().await.unwrap();
    assert!(steps.contains("desk.example") && steps.contains("is not reached"), "{steps}");
    desk.call().presses("1").place().await;
    let feed = get(&desk, "/", &cookie).await.text().await.unwrap();
    assert!(!feed.contains("setup-steps"), "{feed}");
}
