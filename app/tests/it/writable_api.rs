//! Follow-up of calls through the API.
use serde_json::{Value, json};

use crate::harness::{Desk, PASSWORD, Setting};
use crate::people::{cookie, sign_in, token};

/// Sends a change with a token.
async fn change(desk: &Desk, token: &str, id: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/api/v1/calls/{id}/work", desk.url);
    let request = desk.http.post(url).bearer_auth(token).header("content-type", "application/json");
    let response = request.body(body.to_string()).send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_program_works_on_a_call_version_by_version() {
    let desk = Desk::start().await;
    desk.call().presses("2").place().await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    let token = token(&desk, "work").await;
    let (status, done) = change(&desk, &token, &id, &json!({"action": "done", "version": 0})).await;
    assert_eq!((status, &done["work"]["version"]), (200, &json!(1)), "{done}");
    assert_eq!(done["work"]["handled_by"], "token work");
    assert_eq!(done["work"]["needs_attention"], false);

    let (status, stale) = change(&desk, &token, &id, &json!({"action": "reopen", "version": 0})).await;
    assert_eq!((status, &stale["type"]), (409, &json!("/problems/stale-version")));
    assert_eq!(stale["call"]["work"]["version"], 1, "the error includes the current state");
    let (status, noted) =
        change(&desk, &token, &id, &json!({"action": "note", "text": "called back", "version": 1})).await;
    assert_eq!((status, &noted["work"]["notes"]), (200, &json!(1)), "{noted}");
    let (status, tagged) = change(&desk, &token, &id, &json!({"action": "tag", "tag": "Sale"})).await;
    assert_eq!((status, &tagged["work"]["tags"]), (200, &json!(["sale"])), "without a version, the latest");
    let (_, untagged) = change(&desk, &token, &id, &json!({"action": "untag", "tag": " SALE"})).await;
    assert_eq!(untagged["work"]["tags"], json!([]));
    let (_, assigned) = change(&desk, &token, &id, &json!({"action": "assign", "user": "admin"})).await;
    assert_eq!(assigned["work"]["claimed_by"], "admin");
    let (_, unassigned) = change(&desk, &token, &id, &json!({"action": "unassign"})).await;
    assert_eq!(unassigned["work"]["claimed_by"], Value::Null);
    let (status, reopened) = change(&desk, &token, &id, &json!({"action": "reopen"})).await;
    assert_eq!((status, &reopened["work"]["handled_by"]), (200, &Value::Null));
    assert_eq!(reopened, desk.row().await, "the answer is the call as the API lists it");
}

#[tokio::test]
async fn a_change_that_cannot_be_made_names_the_reason() {
    let desk = Desk::start().await;
    desk.call().presses("2").place().await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    let work = token(&desk, "work").await;
    for (body, status, kind) in [
        (json!({"action": "assign", "user": "nobody"}), 422, "not-changed"),
        (json!({"action": "note", "text": " "}), 422, "not-changed"),
        (json!({"action": "tag", "tag": "x".repeat(33)}), 422, "not-changed"),
        (json!({"action": "finish"}), 400, "bad-body"),
        (json!({"action": "note"}), 400, "bad-body"),
        (json!({"action": "note", "text": "a\u{0}b"}), 400, "bad-body"),
        (json!({"action": "note", "text": "x".repeat(70_000)}), 413, "too-large"),
    ] {
        let (found, problem) = change(&desk, &work, &id, &body).await;
        assert_eq!((found, &problem["type"]), (status, &json!(format!("/problems/{kind}"))), "{problem}");
    }
    let unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    assert_eq!(change(&desk, &work, unknown, &json!({"action": "done"})).await.0, 404);
    let reader = token(&desk, "calls").await;
    assert_eq!(change(&desk, &reader, &id, &json!({"action": "done"})).await.0, 403);
    let url = format!("{}/api/v1/calls/{id}/work", desk.url);
    let form = desk.http.post(&url).bearer_auth(&work).body("action=done").send().await.unwrap();
    assert_eq!(form.status(), 415);
    // Another site could make a browser send the session cookie, so the cookie alone is not enough.
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    let foreign = desk.http.post(&url).header("cookie", cookie).header("content-type", "application/json");
    assert_eq!(foreign.body(r#"{"action":"done"}"#).send().await.unwrap().status(), 403);
    assert_eq!(desk.row().await["work"]["version"], 0, "nothing was changed");
}

#[tokio::test]
async fn a_token_has_its_requests_per_minute_and_people_have_no_limit() {
    let desk = Desk::with(Setting { requests_per_minute: 3, ..Setting::default() }).await;
    let token = token(&desk, "calls").await;
    let ask = || async {
        desk.http.get(format!("{}/api/v1/calls", desk.url)).bearer_auth(&token).send().await.unwrap()
    };
    for left in ["2", "1", "0"] {
        let response = ask().await;
        assert_eq!(response.status(), 200);
        let rate = response.headers()["ratelimit"].to_str().unwrap();
        assert!(rate.starts_with(&format!("\"token\";r={left};")), "{rate}");
    }
    let refused = ask().await;
    assert_eq!(refused.status(), 429);
    let other = crate::people::token(&desk, "metrics").await;
    let forbidden =
        desk.http.get(format!("{}/api/v1/calls", desk.url)).bearer_auth(&other).send().await.unwrap();
    assert_eq!(forbidden.status(), 403);
    assert!(forbidden.headers()["ratelimit"].to_str().unwrap().starts_with("\"token\";r=2;"), "counted, too");
    assert!(refused.headers().contains_key("retry-after"));
}
