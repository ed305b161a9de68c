//! The carrier's callbacks: early, late, repeated and invalid.
use adapters_simulator::tone;
use serde_json::json;

use crate::harness::Desk;

#[tokio::test]
async fn audio_that_is_not_there_yet_is_fetched_later() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(3)).place().await;
    // The carrier temporarily does not have the recording.
    let recordings = desk.records.take_recordings();
    desk.work_once().await;
    assert_eq!(desk.row().await["voicemail"]["status"], json!("pending"));
    desk.records.put_back(recordings);
    desk.clock.advance(std::time::Duration::from_secs(3));
    desk.work().await;
    assert_eq!(desk.row().await["voicemail"]["status"], json!("stored"));
}

#[tokio::test]
async fn missing_audio_fails_permanently_after_a_week_and_twenty_attempts() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(3)).place().await;
    desk.records.take_recordings();
    // A week alone is not enough, because the clock may jump ahead: a job also needs a minimum number of attempts.
    for _ in 0..19 {
        desk.work_once().await;
        desk.clock.advance(std::time::Duration::from_secs(86_400));
        assert_eq!(desk.row().await["voicemail"]["status"], json!("pending"));
    }
    desk.work().await;
    let row = desk.row().await;
    assert_eq!((&row["outcome"], &row["voicemail"]["status"]), (&json!("voicemail"), &json!("failed")));
    let audio = row["voicemail"]["audio_url"].as_str().unwrap().to_owned();
    assert_eq!(desk.get(&audio).await.status(), 410);
}

#[tokio::test]
async fn a_request_without_a_signature_leaves_no_row() {
    let desk = Desk::start().await;
    for path in ["/twilio/voice", "/twilio/status", "/twilio/step/start/~"] {
        let form = "AccountSid=AC00000000000000000000000000000001&CallSid=CA1&CallStatus=completed";
        let request = desk.http.post(format!("{}{path}", desk.url)).body(form);
        let response =
            request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        assert_eq!(response.status(), 403);
        assert_eq!(response.bytes().await.unwrap(), "");
    }
    assert_eq!(desk.calls().await.len(), 0);
}

#[tokio::test]
async fn bodies_of_ten_megabytes_are_refused() {
    let desk = Desk::start().await;
    let request = desk.http.post(format!("{}/twilio/voice", desk.url)).body(vec![b'x'; 10_000_000]);
    let sent = request.header("X-Twilio-Signature", "AAAA").send().await;
    // The request is refused before the whole body is sent, so the connection may be reset before the answer is read.
    assert!(sent.is_err() || sent.unwrap().status() == 413);
    assert_eq!(desk.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn no_route_of_the_carriers_answers_unsigned() {
    let desk = Desk::start().await;
    for (path, _) in adapters_twilio::route_list() {
        let path = path.replace(":call", "CA1").replace(":at", "menu.main.0.0.1").replace(":step", "1");
        let path = path.replace(":position", "0");
        for signature in [None, Some("x"), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")] {
            let body = "CallSid=CA1&AccountSid=AC00000000000000000000000000000001&From=%2B33123456789";
            let mut request = desk.http.post(format!("{}{path}", desk.url)).body(body);
            request = request.header("content-type", "application/x-www-form-urlencoded");
            if let Some(signature) = signature {
                request = request.header("X-Twilio-Signature", signature);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 403, "{path}");
            assert!(response.bytes().await.unwrap().is_empty(), "{path} has an empty answer");
        }
    }
    assert!(desk.calls().await.is_empty(), "an unsigned request creates no call");
}

#[tokio::test]
async fn erasing_a_number_leaves_nothing_of_it_here_or_at_the_carrier() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(2)).place().await;
    desk.call().from("+33199999999").presses("1").place().await;
    desk.work().await;
    // A user has written the number in a note on another call, and saved a search for it.
    let ann = crate::work::Person::admin(&desk).await;
    let other = desk.calls().await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(ann.does(&other, "do=note&text=Colleague+of+01+23+45+67+89").await.0, 200);
    assert_eq!(ann.does(&other, "do=note&text=Wants+a+quote").await.0, 200);
    let view = "do=save&name=mine&back=%2F%3Fq%3D%252B33123456789";
    assert!(ann.sends("/views", view).await.0 < 400);
    let receipt = desk.running.maintenance.retention.erase("test", crate::harness::CALLER).await.unwrap();
    assert_eq!((receipt.calls.len(), receipt.audio.len(), receipt.carrier_recordings.len()), (1, 1, 1));
    assert!(desk.records.take_recordings().is_empty());
    assert_eq!(desk.row().await["from"], json!("+33199999999"));
    let page = ann.page(&format!("/calls/{other}")).await;
    assert!(
        page.contains("[erased]") && page.contains("Wants a quote") && !page.contains("01 23 45"),
        "{page}"
    );
    for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for number in [crate::harness::CALLER, "01 23 45 67 89"] {
                let number = number.as_bytes();
                let is_there = bytes.windows(number.len()).any(|window| window == number);
                assert!(!is_there, "still in {}", path.display());
            }
        }
    }
    let recordings = std::fs::read_dir(desk.folder.path().join("recordings")).unwrap().count();
    assert_eq!(recordings, 0);
}
