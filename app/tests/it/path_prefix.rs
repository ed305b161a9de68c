//! A feed below a path of the company's URL, which the proxy strips.
use adapters_simulator::tone;
use reqwest::header::{COOKIE, LOCATION};

use crate::harness::{Desk, Setting};
use crate::people::{cookie, get, sign_in};

/// The paths in the attributes of a page's tags, except the values of fields.
fn paths(page: &str) -> Vec<String> {
    page.split("=\"/")
        .zip(page.split("=\"/").skip(1))
        .filter(|(before, _)| !before.ends_with(" value"))
        .map(|(_, after)| format!("/{}", after.split('"').next().unwrap()))
        .collect()
}

#[tokio::test]
async fn every_link_redirect_and_address_begins_with_the_path() {
    let feed = "https://desk.example/office/desk/".to_owned();
    let desk = Desk::with(Setting { feed, ..Setting::default() }).await;
    desk.call().presses("2").leaves(tone(2)).place().await;
    desk.call().presses("1").place().await;
    desk.work().await;

    let guest = desk.http.get(format!("{}/?tab=all", desk.url)).send().await.unwrap();
    assert_eq!(guest.headers()[LOCATION], "/office/desk/login?next=%2F%3Ftab%3Dall");
    let signed_in = sign_in(&desk, "admin", crate::harness::PASSWORD).await;
    assert_eq!(signed_in.headers()[LOCATION], "/office/desk/calls");
    let admin = cookie(&signed_in);
    let row = desk.calls().await.remove(1);
    let id = row["id"].as_str().unwrap();
    let pages = ["/", "/?tab=all", "/numbers", "/flow", "/settings", "/outages", "/audit"];
    for page in pages.into_iter().map(str::to_owned).chain([format!("/calls/{id}")]) {
        let response = get(&desk, &page, &admin).await;
        assert_eq!(response.status(), 200, "{page}");
        let (inside, outside): (Vec<_>, Vec<_>) = paths(&response.text().await.unwrap())
            .into_iter()
            .partition(|path| path.starts_with("/office/desk/"));
        assert!(inside.len() > 5, "{page}: {inside:?}");
        assert_eq!(outside, Vec::<String>::new(), "{page}");
    }

    let audio = row["voicemail"]["audio_url"].as_str().unwrap();
    let stripped = audio.strip_prefix("/office/desk").unwrap();
    let response = desk.http.get(format!("{}{stripped}", desk.url)).header(COOKIE, &admin);
    assert_eq!(response.send().await.unwrap().status(), 200);
    let export = desk.get("/calls.jsonl").await.text().await.unwrap();
    assert!(export.contains(&format!("\"audio_url\":\"{audio}\"")), "{export}");
}

#[test]
fn the_test_finds_paths() {
    let page = r#"<a href="/x"><input value="/y"><img src="/office/desk/z" alt="/">"#;
    assert_eq!(paths(page), ["/x", "/office/desk/z", "/"]);
}
