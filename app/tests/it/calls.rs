//! Calls as callers place them, and the rows that result.
use adapters_persistence::Database;
use adapters_simulator::{CalleeScript, tone};
use sea_orm_migration::sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{CALLER, Desk, FIRST, MAIN, SECOND, Setting};

/// Outcome and reason.
fn verdict(row: &Value) -> String {
    format!("{}/{}", row["outcome"].as_str().unwrap_or("-"), row["outcome_reason"].as_str().unwrap_or("-"))
}

#[tokio::test]
async fn press_1_and_talk() {
    let desk = Desk::start().await;
    desk.call().presses("1").place().await;
    let row = desk.row().await;
    assert_eq!(verdict(&row), "answered/accepted");
    assert_eq!(
        (&row["from"], &row["to"], &row["forwarded_to"]),
        (&json!(CALLER), &json!(MAIN), &json!(FIRST))
    );
    assert_eq!(
        (&row["talk_seconds"], &row["ring_seconds"], &row["choices"]),
        (&json!(30), &json!(6), &json!(["1"]))
    );
    assert_eq!(
        (&row["state"], &row["provider_status"], &row["voicemail"]),
        (&json!("ended"), &json!("completed"), &Value::Null)
    );
    assert_eq!(row["started_at"], json!("2026-11-22T09:00:00.000Z"));
    assert!(row["answered_at"].is_string() && row["ended_at"].is_string());
    let (talk, whole) = (row["talk_seconds"].as_u64().unwrap(), row["duration_seconds"].as_u64().unwrap());
    assert!(talk < whole);
    desk.work().await;
}

#[tokio::test]
async fn a_call_in_its_own_time_has_the_times_of_its_script() {
    let story = async |keys: Option<&str>, in_its_own_time: bool| {
        let desk = Desk::start().await;
        let call = desk.call();
        let call = match keys {
            Some(keys) => call.presses(keys),
            None => call.hangs_up_after(20),
        };
        if in_its_own_time { call.in_its_own_time() } else { call }.place().await;
        let row = desk.row().await;
        let call = desk.get(&format!("/api/v1/calls/{}", row["id"].as_str().unwrap())).await;
        let call: Value = serde_json::from_slice(&call.bytes().await.unwrap()).unwrap();
        // Reported times have whole seconds.
        let second = |time: &Value| time.as_str().unwrap().chars().take(19).collect::<String>();
        let events = call["events"].as_array().unwrap().iter();
        let mut story: Vec<_> =
            events.map(|event| (second(&event["at"]), event["kind"].to_string())).collect();
        story.sort();
        (["started_at", "ended_at"].map(|name| second(&row[name])), story)
    };
    for keys in [Some("1"), Some("2"), None] {
        assert_eq!(story(keys, true).await, story(keys, false).await, "{keys:?}");
    }
}

#[tokio::test]
async fn press_2_and_leave_a_message_that_plays_back_byte_for_byte() {
    let desk = Desk::start().await;
    let message = tone(7);
    desk.call().presses("2").leaves(message.clone()).place().await;
    let row = desk.row().await;
    assert_eq!(verdict(&row), "voicemail/chosen");
    assert_eq!(
        (&row["voicemail"]["status"], &row["voicemail"]["duration_seconds"]),
        (&json!("pending"), &json!(7))
    );
    let audio = row["voicemail"]["audio_url"].as_str().unwrap().to_owned();
    assert_eq!(desk.get(&audio).await.status(), 409);

    desk.work().await;
    assert_eq!(desk.row().await["voicemail"]["status"], json!("stored"));
    let response = desk.get(&audio).await;
    assert_eq!(response.headers()["content-type"], "audio/wav");
    assert_eq!(response.bytes().await.unwrap(), message);
}

#[tokio::test]
async fn a_message_ended_by_a_key_is_followed_by_the_goodbye_and_counts_as_voicemail() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(2)).ends_message_by_key().place().await;
    assert_eq!(verdict(&desk.row().await), "voicemail/chosen");
    desk.work().await;
}

#[tokio::test]
async fn an_unreachable_callee_leads_to_a_message_with_the_reason() {
    for (callee, left, none) in [
        (CalleeScript::NoAnswer, "after_no_answer", "no_answer"),
        (CalleeScript::Machine, "after_not_accepted", "not_accepted"),
        (CalleeScript::Busy, "after_busy", "busy"),
        (CalleeScript::Decline, "after_decline", "declined"),
        (CalleeScript::HangUp, "after_decline", "declined"),
        (CalleeScript::Reject, "after_decline", "declined"),
        (CalleeScript::Fail, "after_failure", "unreachable"),
    ] {
        let desk = Desk::start().await;
        desk.call().presses("1").each_phone(&[callee]).leaves(tone(3)).place().await;
        assert_eq!(verdict(&desk.row().await), format!("voicemail/{left}"), "{callee:?}");
        let desk = Desk::start().await;
        desk.call().presses("1").each_phone(&[callee]).place().await;
        let row = desk.row().await;
        assert_eq!(verdict(&row), format!("missed/{none}"), "{callee:?}");
        assert_eq!((&row["voicemail"], &row["talk_seconds"]), (&Value::Null, &Value::Null));
        desk.work().await;
    }
}

#[tokio::test]
async fn a_list_is_rung_in_order_until_somebody_takes_the_call() {
    let desk = Desk::with(Setting { forward_to: vec![FIRST, SECOND], ..Setting::default() }).await;
    desk.call().presses("1").each_phone(&[CalleeScript::Busy, CalleeScript::Accept]).place().await;
    let row = desk.row().await;
    assert_eq!((verdict(&row).as_str(), &row["forwarded_to"]), ("answered/accepted", &json!(SECOND)));
}

#[tokio::test]
async fn without_screening_picking_up_is_enough() {
    let desk = Desk::with(Setting { screening: false, ..Setting::default() }).await;
    desk.call().presses("1").callee_ends().place().await;
    let row = desk.row().await;
    assert_eq!((verdict(&row).as_str(), &row["talk_seconds"]), ("answered/bridged", &json!(30)));
}

#[tokio::test]
async fn wrong_keys_and_missing_input_are_bounded_and_have_distinct_reasons() {
    let desk = Desk::start().await;
    desk.call().presses("9").presses("2").leaves(tone(2)).place().await;
    assert_eq!(
        (verdict(&desk.row().await).as_str(), &desk.row().await["choices"]),
        ("voicemail/chosen", &json!(["9", "2"]))
    );

    let desk = Desk::start().await;
    desk.call().leaves(tone(2)).place().await;
    assert_eq!(verdict(&desk.row().await), "voicemail/no_input");

    let desk = Desk::start().await;
    desk.call().presses("9").presses("8").presses("7").leaves(tone(2)).place().await;
    assert_eq!(verdict(&desk.row().await), "voicemail/no_match");

    let desk = Desk::start().await;
    desk.call().place().await;
    assert_eq!(verdict(&desk.row().await), "abandoned/no_input");
}

#[tokio::test]
async fn hanging_up_at_any_second_leaves_one_true_row() {
    let desk = Desk::start().await;
    for second in 0..70 {
        desk.call()
            .presses("1")
            .each_phone(&[CalleeScript::Machine])
            .leaves(tone(20))
            .hangs_up_after(second)
            .place()
            .await;
    }
    let calls = desk.json("/api/v1/calls?limit=200").await["calls"].as_array().unwrap().clone();
    assert_eq!(calls.len(), 70);
    for (second, row) in calls.iter().rev().enumerate() {
        assert_eq!(row["state"], json!("ended"), "{row:#}");
        let verdict = verdict(row);
        let known = [
            "abandoned/in_menu",
            "missed/caller_gave_up",
            "missed/not_accepted",
            "voicemail/after_not_accepted",
        ];
        assert!(known.contains(&verdict.as_str()), "after {second} s: {verdict}");
    }
    let said: std::collections::BTreeSet<String> = calls.iter().map(verdict).collect();
    assert!(said.len() >= 3, "the seconds lead to different outcomes: {said:?}");
    desk.work().await;
}

#[tokio::test]
async fn callers_without_a_number_are_served_too() {
    for (from, shown) in [
        ("anonymous", Value::Null),
        ("+266696687", Value::Null),
        ("", Value::Null),
        ("sip:bob@example.com", json!("sip:bob@example.com")),
        ("client:alice", json!("client:alice")),
        ("1234", json!("1234")),
    ] {
        let desk = Desk::start().await;
        desk.call().from(from).presses("1").place().await;
        let row = desk.row().await;
        assert_eq!((verdict(&row).as_str(), &row["from"]), ("answered/accepted", &shown), "{from}");
    }
}

#[tokio::test]
async fn the_timeline_of_a_call_is_ordered_and_marks_its_evidence() {
    let desk = Desk::start().await;
    desk.call().presses("1").place().await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    let call = desk.json(&format!("/api/v1/calls/{id}")).await;
    let events = call["events"].as_array().unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "started",
            "menu",
            "key",
            "forward",
            "leg",
            "leg",
            "leg",
            "screening",
            "screening",
            "bridged",
            "leg",
            "dial",
            "caller_left",
            "ended"
        ]
    );
    let known: Vec<&Value> = events.iter().map(|event| &event["id"]).collect();
    let proof = call["outcome_evidence"].as_array().unwrap();
    assert!(proof.len() >= 2 && proof.iter().all(|id| known.contains(&id)), "{proof:?}");
}

#[tokio::test]
async fn rederiving_calls_changes_nothing() {
    let desk = Desk::start().await;
    for keys in ["1", "2", "9"] {
        desk.call().presses(keys).leaves(tone(2)).place().await;
    }
    desk.work().await;
    let database = format!("sqlite://{}", desk.folder.path().join("frontdesk.db").display());
    let rederive = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_frontdesk"))
            .args(arguments)
            .env("FRONTDESK__DATABASE__URL", &database)
            .current_dir(desk.folder.path())
            .output()
            .unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    assert_eq!(rederive(&["rederive", "--check"]), ("3 calls read, 0 would change\n".to_owned(), Some(0)));

    // A row that an older version may have stored is repaired while the server runs.
    let db = Database::open(&database).await.unwrap();
    let planted =
        "UPDATE calls SET document = replace(document, '\"answered\"', '\"missed\"'), outcome = 'missed'
                   WHERE outcome = 'answered'";
    db.connection().execute_unprepared(planted).await.unwrap();
    let (said, code) = rederive(&["rederive", "--check"]);
    assert!(said.contains("outcome\tmissed\t→ answered") && code == Some(1), "{said}");
    let (said, code) = rederive(&["rederive"]);
    assert!(said.contains("3 calls read, 1 repaired") && code == Some(0), "{said}");
    assert_eq!(rederive(&["rederive", "--check"]).1, Some(0));
    assert_eq!(desk.json("/api/v1/calls?outcome=answered").await["calls"].as_array().unwrap().len(), 1);
}
