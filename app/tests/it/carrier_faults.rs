//! What happens to a message when the carrier does not send it.
use adapters_simulator::tone;
use serde_json::json;

use crate::fault_proxy::{Fault, FaultProxy};
use crate::harness::Desk;

const WAV: &str = "200 OK\r\nContent-Type: audio/x-wav";

#[tokio::test]
async fn an_unusable_download_is_not_stored_and_the_message_is_fetched_later() {
    let other_host = FaultProxy::to("127.0.0.1:9".parse().unwrap()).await;
    let audio = tone(2);
    let away = format!("302 Found\r\nLocation: http://{}/audio.wav", other_host.address);
    let error = br#"<?xml version="1.0"?><TwilioResponse><RestException/></TwilioResponse>"#;
    for (what, fault) in [
        ("asked to wait", Fault::http("429 Too Many Requests\r\nRetry-After: 30", b"")),
        ("broken", Fault::http("500 Internal Server Error", b"")),
        ("cut off", Fault::Reset),
        ("cut short", Fault::truncated(WAV, &audio)),
        ("half an answer", Fault::Answer(b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec())),
        ("no HTTP", Fault::Answer(b"220 mail.example ESMTP\r\n".to_vec())),
        ("an error page as audio", Fault::http(WAV, error)),
        ("an error page", Fault::http("200 OK\r\nContent-Type: text/xml", error)),
        ("nothing as audio", Fault::http(WAV, b"")),
        ("not there yet", Fault::http("404 Not Found", b"")),
        ("not ours", Fault::http("401 Unauthorized", b"")),
        ("somewhere else", Fault::http(&away, b"")),
    ] {
        let desk = Desk::start().await;
        desk.carrier.set(fault);
        // The caller hears the usual prompts, and the carrier's callbacks are accepted.
        desk.call().presses("2").leaves(audio.clone()).place().await;
        desk.work_once().await;
        let row = desk.row().await;
        assert_eq!(
            (&row["outcome"], &row["voicemail"]["status"]),
            (&json!("voicemail"), &json!("pending")),
            "{what}"
        );
        let url = row["voicemail"]["audio_url"].as_str().unwrap().to_owned();
        assert_eq!(desk.get(&url).await.status(), 409, "{what}");
        let stored = std::fs::read_dir(desk.folder.path().join("recordings")).unwrap().count();
        assert_eq!(stored, 0, "{what}: something is stored");
        assert!(desk.carrier.asked() >= 1, "{what}: the carrier was not asked");

        desk.carrier.set(Fault::None);
        desk.clock.advance(std::time::Duration::from_secs(60));
        desk.work().await;
        assert_eq!(desk.row().await["voicemail"]["status"], json!("stored"), "{what}");
        assert_eq!(desk.get(&url).await.bytes().await.unwrap(), audio, "{what}");
    }
    assert_eq!(other_host.asked(), 0, "no other host was asked");
}
