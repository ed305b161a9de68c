//! The API that programs read.
use adapters_simulator::tone;
use serde_json::json;

use crate::harness::{Desk, TOKEN};

#[tokio::test]
async fn audio_is_served_in_ranges() {
    let desk = Desk::start().await;
    let message = tone(2);
    desk.call().presses("2").leaves(message.clone()).place().await;
    desk.work().await;
    let audio = desk.row().await["voicemail"]["audio_url"].as_str().unwrap().to_owned();
    let ranged = async |range: &str| {
        let request = desk.http.get(format!("{}{audio}", desk.url)).bearer_auth(TOKEN).header("Range", range);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let content_range =
            response.headers().get("content-range").map(|value| value.to_str().unwrap().to_owned());
        (status, content_range.unwrap_or_default(), response.bytes().await.unwrap())
    };
    let length = message.len();
    assert_eq!(ranged("bytes=0-1").await, (206, format!("bytes 0-1/{length}"), message.slice(..2)));
    assert_eq!(
        ranged("bytes=100-").await,
        (206, format!("bytes 100-{}/{length}", length - 1), message.slice(100..))
    );
    assert_eq!(
        ranged("bytes=-5").await,
        (206, format!("bytes {}-{}/{length}", length - 5, length - 1), message.slice(length - 5..))
    );
    let (status, content_range, _) = ranged("bytes=999999-").await;
    assert_eq!((status, content_range), (416, format!("bytes */{length}")));
    let (status, _, whole) = ranged("bytes=0-1,4-5").await;
    assert_eq!((status, whole), (200, message));
}

#[tokio::test]
async fn pages_filters_and_figures_agree_with_the_log() {
    let desk = Desk::start().await;
    desk.call().presses("1").place().await;
    desk.call().presses("2").leaves(tone(2)).place().await;
    desk.call().from("+441234567890").hangs_up_after(2).place().await;
    let first = desk.json("/api/v1/calls?limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = desk.json(&format!("/api/v1/calls?limit=2&cursor={cursor}")).await;
    assert_eq!((first["calls"].as_array().unwrap().len(), second["calls"].as_array().unwrap().len()), (2, 1));
    assert_eq!(second["next_cursor"], json!(null));
    let count = async |query: &str| {
        desk.json(&format!("/api/v1/calls?{query}")).await["calls"].as_array().unwrap().len()
    };
    assert_eq!(count("outcome=answered").await, 1);
    assert_eq!(count("from=%2B441234567890").await, 1);
    assert_eq!(count("from=+441234567890").await, 1);
    assert_eq!(count("q=4412345").await, 1);
    assert_eq!(count("since=2026-11-22&until=2026-11-23").await, 3);
    assert_eq!(count("until=2026-11-22").await, 0);
    let stats = desk.json("/api/v1/stats").await;
    assert_eq!(
        (&stats["calls"], &stats["outcomes"]["abandoned"], &stats["outcomes"]["missed"]),
        (&json!(3), &json!(1), &json!(0))
    );
    assert!((stats["answer_rate"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(stats["per_hour"], json!([{"hour": "2026-11-22T09:00:00.000Z", "calls": 3}]));
    let per_provider = stats["per_provider"].as_array().unwrap();
    assert_eq!((per_provider.len(), &per_provider[0]["calls"]), (1, &json!(3)), "{per_provider:?}");
    desk.work().await;
}

#[tokio::test]
async fn problems_name_the_parameter() {
    let desk = Desk::start().await;
    for (path, status, word) in [
        ("/api/v1/calls?limit=0", 400, "limit"),
        ("/api/v1/calls?outcome=lost", 400, "outcome"),
        ("/api/v1/stats?since=never", 400, "since"),
        ("/api/v1/calls/none", 404, "nothing"),
        ("/api/v1/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV", 404, "nothing"),
        ("/api/v1/calls/01ARZ3NDEKTSV4RRFFQ69G5FAV/voicemail", 404, "no voicemail"),
        ("/api/v1/nothing", 404, "nothing"),
    ] {
        let response = desk.get(path).await;
        assert_eq!(
            (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()),
            (status, "application/problem+json"),
            "{path}"
        );
        let problem: serde_json::Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert!(problem["detail"].as_str().unwrap().contains(word), "{path}: {problem}");
        assert_eq!(problem["status"], json!(status));
        let kind =
            desk.http.get(format!("{}{}", desk.url, problem["type"].as_str().unwrap())).send().await.unwrap();
        assert_eq!(kind.status(), 200, "{problem}");
        let page = kind.text().await.unwrap();
        assert!(page.contains(problem["title"].as_str().unwrap()), "{page}");
    }
}

#[tokio::test]
async fn live_updates_are_replayed_from_where_a_reader_left_off() {
    let desk = Desk::start().await;
    desk.call().presses("1").place().await;
    let request = desk.http.get(format!("{}/api/v1/events", desk.url)).bearer_auth(TOKEN);
    let mut events = request.header("Last-Event-ID", "0").send().await.unwrap();
    let mut read = async || {
        let mut text = String::new();
        while !text.contains("\n\n") {
            text.push_str(std::str::from_utf8(&events.chunk().await.unwrap().unwrap()).unwrap());
        }
        text
    };
    let first = read().await;
    assert!(first.contains("event: call") && first.contains("\"outcome\":\"answered\""), "{first}");
    let id =
        |text: &str| text.lines().find_map(|line| line.strip_prefix("id: ")?.parse::<u64>().ok()).unwrap();
    desk.call().hangs_up_after(1).place().await;
    let second = read().await;
    assert!(id(&second) > id(&first), "ids increase");
}

#[tokio::test]
async fn health_reports_the_state_of_the_database() {
    let desk = Desk::start().await;
    assert_eq!(desk.json("/healthz").await["status"], json!("ok"));
    assert_eq!(desk.json("/readyz").await, json!({"status": "ready"}));
}

#[tokio::test]
async fn a_wrong_method_gets_405_and_the_allowed_ones() {
    let desk = Desk::start().await;
    for (path, access, expected, _) in adapters_http::route_list() {
        let path = path.replace(":id", "01ARZ3NDEKTSV4RRFFQ69G5FAV").replace(":name", "frontdesk.css");
        let request = desk.http.delete(format!("{}{path}", desk.url)).bearer_auth(TOKEN);
        let response = request.send().await.unwrap();
        if matches!(
            access,
            adapters_http::RouteAccess::Admin
                | adapters_http::RouteAccess::Work
                | adapters_http::RouteAccess::Close
        ) {
            assert_eq!(response.status(), 403, "{path}: a token can neither manage nor follow up calls");
            continue;
        }
        assert_eq!(response.status(), 405, "{path}");
        let allowed = response.headers()["allow"].to_str().unwrap().to_owned();
        assert_eq!(allowed, expected, "{path}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
        for method in allowed.split(", ") {
            let request = desk.http.request(method.parse().unwrap(), format!("{}{path}", desk.url));
            if path.ends_with("events") {
                continue;
            }
            let status = request.bearer_auth(TOKEN).send().await.unwrap().status();
            assert_ne!(status, 405, "{method} {path}");
        }
    }
}
