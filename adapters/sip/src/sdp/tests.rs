use super::*;

/// An offer of baresip 1.0.0.
const PHONE: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\nm=audio 30000 RTP/AVP 8 0 96\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=sendrecv\r\n";

fn key() -> Key {
    Key::new([7; 32])
}

fn local() -> SocketAddr {
    "192.0.2.1:10000".parse().unwrap()
}

#[test]
fn the_first_law_that_is_offered_and_the_payload_type_of_keys_are_taken() {
    let offered = read(PHONE.as_bytes()).unwrap();
    let expected = Remote {
        address: "192.0.2.5:30000".parse().unwrap(),
        codec: Codec::Pcma,
        keys: Some(96),
        on_hold: false,
        is_silent: false,
        crypto: None,
    };
    assert_eq!(offered.remote, expected);
    let answer = String::from_utf8(answer(local(), key(), &offered, 1)).unwrap();
    assert!(answer.contains("m=audio 10000 RTP/AVP 8 96\r\n"), "{answer}");
    assert!(answer.contains("a=rtpmap:96 telephone-event/8000\r\n"), "{answer}");
}

#[test]
fn our_own_offers_and_answers_can_be_read() {
    let offered = read(&offer(local(), None, 1)).unwrap();
    let remote = offered.remote;
    assert_eq!((remote.address, remote.codec, remote.keys), (local(), Codec::Pcmu, Some(101)));
    let answered = read(&answer("[2001:db8::1]:10002".parse().unwrap(), key(), &offered, 2)).unwrap();
    assert_eq!(answered.remote.address, "[2001:db8::1]:10002".parse().unwrap());
}

#[test]
fn a_call_on_hold_is_answered_as_such() {
    for (said, on_hold, is_silent, answered) in [
        ("sendonly", true, false, "recvonly"),
        ("inactive", true, true, "inactive"),
        ("recvonly", false, true, "sendonly"),
        ("sendrecv", false, false, "sendrecv"),
    ] {
        let offered = read(PHONE.replace("sendrecv", said).as_bytes()).unwrap();
        let remote = offered.remote;
        assert_eq!((remote.on_hold, remote.is_silent), (on_hold, is_silent), "{said}");
        let answer = String::from_utf8(answer(local(), key(), &offered, 2)).unwrap();
        assert!(answer.contains(&format!("a={answered}\r\n")), "{answer}");
    }
    assert!(read(PHONE.replace("c=IN IP4 192.0.2.5", "c=IN IP4 0.0.0.0").as_bytes()).unwrap().remote.on_hold);
}

#[test]
fn video_is_refused_in_its_place() {
    let video = "m=video 30002 RTP/AVP 96 97\r\na=rtpmap:96 H264/90000\r\n";
    for (offered, lines) in [
        (format!("{PHONE}{video}"), ["m=audio 10000 RTP/AVP 8 96", "m=video 0 RTP/AVP 96 97"]),
        (
            PHONE.replace("m=audio", &format!("{video}m=audio")),
            ["m=video 0 RTP/AVP 96 97", "m=audio 10000 RTP/AVP 8 96"],
        ),
    ] {
        let offered = read(offered.as_bytes()).unwrap();
        let answer = String::from_utf8(answer(local(), key(), &offered, 1)).unwrap();
        let found: Vec<&str> = answer.lines().filter(|line| line.starts_with("m=")).collect();
        assert_eq!(found, lines);
    }
}

/// A line of RFC 4568, section 9.1.
const CRYPTO: &str = "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";

#[test]
fn encrypted_audio_is_answered_encrypted_with_a_key_of_our_own() {
    let unknown = "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:AAAA\r\n";
    let secure = PHONE.replace("RTP/AVP", "RTP/SAVP") + unknown + CRYPTO;
    let offered = read(secure.as_bytes()).unwrap();
    let peer_crypto = offered.remote.crypto.unwrap();
    assert_eq!((peer_crypto.tag, peer_crypto.suite), (2, Suite::Sha1_80));
    let answer = String::from_utf8(answer(local(), key(), &offered, 1)).unwrap();
    assert!(answer.contains("m=audio 10000 RTP/SAVP 8 96\r\n"), "{answer}");
    let ours = read(answer.as_bytes()).unwrap().remote.crypto.unwrap();
    assert_eq!(ours, Crypto { key: key(), ..peer_crypto });
    assert_eq!(read(&offer(local(), Some(key()), 1)).unwrap().remote.crypto.unwrap().key, key());
}

#[test]
fn encrypted_audio_is_preferred() {
    let line = format!("m=audio 30002 RTP/SAVP 8\r\na=rtpmap:8 PCMA/8000\r\n{CRYPTO}");
    let offered = read(format!("{PHONE}{line}").as_bytes()).unwrap();
    assert!(offered.remote.crypto.is_some());
    let answer = String::from_utf8(answer(local(), key(), &offered, 1)).unwrap();
    let found: Vec<&str> = answer.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(found, ["m=audio 0 RTP/AVP 8 0 96", "m=audio 10000 RTP/SAVP 8"]);
    // If we cannot decrypt the encrypted audio, the plain audio is used.
    let unusable = line.replace("AES_CM_128_HMAC_SHA1_80", "F8_128_HMAC_SHA1_80");
    assert_eq!(read(format!("{PHONE}{unusable}").as_bytes()).unwrap().remote.crypto, None);
}

#[test]
fn unsupported_offers_are_rejected() {
    for bad in [
        PHONE.replace("RTP/AVP 8 0 96", "RTP/AVP 9 18"),
        PHONE.replace("RTP/AVP", "RTP/SAVP"),
        PHONE.replace("m=audio 30000", "m=audio 0"),
        PHONE.replace("m=audio", "m=video"),
        PHONE.replace("c=IN IP4 192.0.2.5\r\n", ""),
        PHONE.replace("c=IN IP4 192.0.2.5", "c=IN IP4 phone.example"),
        String::new(),
        "v=0".into(),
    ] {
        assert_eq!(read(bad.as_bytes()), None, "{bad}");
    }
}

proptest::proptest! {
    #[test]
    fn any_body_is_read_without_a_panic(body: Vec<u8>, at in 0usize..400, byte: u8) {
        let _ = read(&body);
        let mut damaged = format!("{PHONE}{CRYPTO}").replace("RTP/AVP", "RTP/SAVP").into_bytes();
        if let Some(place) = damaged.get_mut(at) {
            *place = byte;
        }
        let _ = read(&damaged);
    }
}
