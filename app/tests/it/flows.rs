//! Calls to the example flows, and a flow that is replaced during calls.
use adapters_simulator::{CalleeScript, tone};
use adapters_transcription::Command;
use frontdesk_ports::Clock;
use serde_json::{Value, json};

use crate::harness::{Desk, Setting, written};

const PLUMBER: &str = include_str!("../../../domain/examples/flows/plumber.toml");
const PRACTICE: &str = include_str!("../../../domain/examples/flows/practice.toml");
const SHOP: &str = include_str!("../../../domain/examples/flows/shop.toml");

/// The kinds of the last call's events.
async fn last_events(desk: &Desk) -> Vec<String> {
    let call = desk.calls().await.remove(0);
    let call = desk.json(&format!("/api/v1/calls/{}", call["id"].as_str().unwrap())).await;
    call["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_plumbers_mobile_rings_and_nobody_is_lost() {
    let desk = Desk::with_flow(PLUMBER).await;
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
    let machine = &[CalleeScript::Machine];
    desk.call().presses("1").each_phone(machine).leaves(tone(6)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/after_not_accepted");
    desk.call().presses("1").each_phone(&[CalleeScript::NoAnswer]).place().await;
    assert_eq!(desk.last_verdict().await, "missed/no_answer");
    desk.call().presses("2").leaves(tone(6)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/chosen");
    // Shorter than the minimum length of a message.
    desk.call().presses("2").leaves(tone(1)).place().await;
    assert_eq!(desk.last_verdict().await, "abandoned/empty_message");
    assert_eq!(desk.calls().await[0]["voicemail"], Value::Null);
    desk.call().hangs_up_after(2).place().await;
    assert_eq!(desk.last_verdict().await, "abandoned/in_menu");
    desk.call().line_breaks_after(2).place().await;
    assert_eq!(desk.last_verdict().await, "failed/carrier");
    desk.work().await;
}

#[tokio::test]
async fn the_practice_is_open_closed_and_on_holiday_in_two_languages() {
    let desk = Desk::with_flow(PRACTICE).await;
    // A Thursday morning in Paris.
    desk.until("2026-11-26T09:00:00Z");
    desk.call().presses("1").presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/bridged");
    let phones = &[CalleeScript::Busy, CalleeScript::Accept];
    desk.call().presses("2").presses("1").each_phone(phones).place().await;
    assert_eq!(desk.last_verdict().await, "answered/bridged");
    assert_eq!(desk.calls().await[0]["forwarded_to"], json!("+33140000002"));
    desk.call().presses("2").presses("1").each_phone(&[CalleeScript::NoAnswer]).leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/after_no_answer");
    // The caller listens to the message again and keeps the second one.
    desk.call().presses("1").presses("2").presses("2").leaves(tone(5)).ends_message_by_key().place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/chosen");
    let recordings = last_events(&desk).await.iter().filter(|kind| *kind == "recording").count();
    assert!(recordings >= 4, "two takes, one of them discarded: {recordings}");
    desk.work().await;
    let call = desk.calls().await.remove(0);
    assert_eq!(call["voicemail"]["status"], json!("stored"));
    // The carrier has the confirmed message and the one before, but not the discarded one.
    assert_eq!(desk.records.take_recordings().len(), 2);

    // Lunch, then Christmas.
    desk.until("2026-11-26T12:00:00Z");
    desk.call().presses("2").presses("2").leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/chosen");
    desk.call().presses("2").place().await;
    assert_eq!(desk.last_verdict().await, "abandoned/out_of_hours");
    desk.until("2026-12-25T10:00:00Z");
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "abandoned/out_of_hours");
    assert!(last_events(&desk).await.contains(&"goodbye".to_owned()));
}

#[tokio::test]
async fn the_shop_has_departments_extensions_two_numbers_and_rules() {
    let desk = Desk::with_flow(SHOP).await;
    // A Tuesday morning in London.
    desk.until("2026-11-24T10:00:00Z");
    desk.call().presses("301").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
    assert_eq!(desk.calls().await[0]["forwarded_to"], json!("+447700900121"));
    // To sales, back, and to the workshop, which has no screening.
    desk.call().presses("1").presses("*").presses("2").place().await;
    assert_eq!(desk.last_verdict().await, "answered/bridged");
    // Parts, then each phone of sales once, then a message.
    desk.call().presses("1").presses("2").each_phone(&[CalleeScript::NoAnswer]).leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/after_no_answer");
    let forwards = last_events(&desk).await.iter().filter(|kind| *kind == "forward").count();
    assert_eq!(forwards, 4);
    // The workshop's own number, also at night.
    desk.until("2026-11-24T23:00:00Z");
    desk.call().to("+442079460001").each_phone(&[CalleeScript::NoAnswer]).leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/after_no_answer");
    desk.call().place().await;
    assert_eq!(desk.last_verdict().await, "abandoned/out_of_hours");
    // Rules about callers.
    desk.call().from("+442079460900").place().await;
    assert_eq!(desk.last_verdict().await, "rejected/blocked");
    assert_eq!(desk.calls().await[0]["provider_status"], json!("no-answer"));
    desk.call().from("anonymous").leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/chosen");
}

#[tokio::test]
async fn the_first_phone_to_ring_rotates() {
    let desk = Desk::with_flow(SHOP).await;
    desk.until("2026-11-24T10:00:00Z");
    let mut rung = std::collections::BTreeSet::new();
    for _ in 0..24 {
        desk.call().presses("1").presses("1").place().await;
        rung.insert(desk.calls().await[0]["forwarded_to"].as_str().unwrap().to_owned());
    }
    assert_eq!(rung.len(), 3, "{rung:?}");
}

#[tokio::test]
async fn a_prompt_can_be_a_file_that_the_carrier_fetches() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.wav"), tone(3)).unwrap();
    let text = PLUMBER.replace(
        r#"prompt = "Dupont Plumbing. For an emergency, press 1. For anything else, leave a message with 2.""#,
        r#"prompt = { file = "hello.wav" }"#,
    );
    let flow = written(&text, folder.path());
    let desk = Desk::with(Setting { flow: Some(flow), ..Setting::default() }).await;
    // The simulated carrier reports a problem if it cannot fetch a file.
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
    let guessed = desk.get("/twilio/audio/hello.wav").await;
    assert_eq!(guessed.status(), 404);
}

#[tokio::test]
async fn a_message_is_transcribed_searchable_and_erased() {
    let text = PLUMBER.replace("min_length = \"2s\"", "transcribe = true\nmax_length = \"2m\"");
    let desk = Desk::with_flow(&text).await;
    desk.call().presses("2").leaves(tone(6)).place().await;
    let row = desk.row().await;
    assert_eq!(
        row["voicemail"]["transcript"],
        json!("These are the 6 seconds that a simulated caller spoke.")
    );
    let found = desk.json("/api/v1/calls?q=simulated%20caller").await;
    assert_eq!(found["calls"].as_array().unwrap().len(), 1, "calls are found by what was said");
    desk.until("2026-11-23T09:00:00Z");
    let day = std::time::Duration::from_secs(3600);
    let class = frontdesk_services::retention::DataClass::Transcripts;
    let receipt = desk.running.maintenance.retention.purge("test", class, day).await.unwrap();
    assert_eq!(receipt.transcripts, 1);
    assert_eq!(desk.row().await["voicemail"]["transcript"], Value::Null);
    assert!(!last_events(&desk).await.contains(&"transcribed".to_owned()));
    let found = desk.json("/api/v1/calls?q=simulated%20caller").await;
    assert_eq!(found["calls"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_message_is_transcribed_locally_once_its_audio_is_stored() {
    let text = PLUMBER.replace("min_length = \"2s\"", "transcribe = \"here\"");
    let flow = written(&text, std::path::Path::new("."));
    let words = ["sh", "-c", "wc -c < \"$1\"; echo bytes in $2", "sh", "{file}", "{locale}"];
    let transcription = Some(Command::new(words.map(String::from).to_vec()).unwrap());
    let desk = Desk::with(Setting { flow: Some(flow), transcription, ..Setting::default() }).await;
    let message = tone(6);
    desk.call().presses("2").leaves(message.clone()).place().await;
    assert_eq!(desk.calls().await[0]["voicemail"]["transcript"], Value::Null);
    desk.work().await;
    let row = desk.row().await;
    assert_eq!(row["voicemail"]["transcript"], json!(format!("{} bytes in en-GB", message.len())));
    let kinds = last_events(&desk).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "transcribed").count(), 1, "{kinds:?}");
}

#[tokio::test]
async fn fifty_calls_go_on_by_the_flow_they_began_with_while_it_is_replaced() {
    let desk = Desk::with_flow(PLUMBER).await;
    let before = desk.running.flow.current().version();
    // The new flow has none of the old nodes, and another number for key 1.
    let renamed = PLUMBER
        .replace("menu main", "menu front")
        .replace("menus.main", "menus.front")
        .replace("forward mobile", "forward phone")
        .replace("forwards.mobile", "forwards.phone")
        .replace("mailbox main", "mailbox box")
        .replace("mailboxes.main", "mailboxes.box")
        .replace("+33611223344", "+33611223399");
    let calls = (0..50).map(|n| {
        let desk = &desk;
        let renamed = &renamed;
        async move {
            // Replace the flow while calls are in progress, each at a different step.
            if n == 25 {
                while desk.calls().await.len() < 20 {}
                assert!(desk.running.flow.replace(written(renamed, std::path::Path::new("."))).unwrap());
            }
            match n % 3 {
                0 => desk.call().presses("9").presses("1").place().await,
                1 => desk.call().presses("1").each_phone(&[CalleeScript::Busy]).leaves(tone(5)).place().await,
                _ => desk.call().presses("2").leaves(tone(5)).place().await,
            }
        }
    });
    futures_util::future::join_all(calls).await;
    assert_ne!(desk.running.flow.current().version(), before);
    let rows = desk.json("/api/v1/calls?limit=200").await["calls"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 50);
    let count = |outcome: &str| rows.iter().filter(|row| row["outcome"] == json!(outcome)).count();
    assert_eq!((count("answered"), count("voicemail")), (17, 33), "every call reaches its end");
    let rung: std::collections::BTreeSet<_> =
        rows.iter().filter_map(|row| row["forwarded_to"].as_str()).collect();
    assert_eq!(rung.len(), 2, "some by the old flow and some by the new: {rung:?}");
    assert!(desk.clock.now() > "2026-11-22T09:00:00Z".parse().unwrap());
}
