//! Input from a carrier, or from an attacker who pretends to be one.
use std::collections::{BTreeMap, BTreeSet};

use adapters_simulator::Document;
use adapters_twilio::{Algorithm, Form, SignedBody, Urls, verify, write_twiml};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frontdesk_domain::call::DialOutcome;
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::{BuiltinFlow, CallFlow, Context, Dialogue, LegId, Signal, advance, builtin_flow};
use frontdesk_ports::PublicUrl;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

const KEY: &str = "an auth token";
const URL: &str = "https://desk.example/twilio/voice";

/// A form's body: the pairs survive re-encoding, and a signature that is computed from them as specified is accepted.
pub fn form(data: &[u8]) {
    let Some(form) = Form::decode(data) else {
        assert!(data.len() > 500, "only too many pairs are refused");
        return;
    };
    let mut again = form_urlencoded::Serializer::new(String::new());
    again.extend_pairs(form.pairs());
    let again = Form::decode(again.finish().as_bytes()).expect("as many pairs as before");
    assert_eq!(again.pairs(), form.pairs(), "pairs change when they are encoded again");
    let signature = signed(URL, form.pairs());
    assert!(verify(URL, SignedBody::Form(form.pairs()), &signature, KEY, Algorithm::HmacSha1));
}

/// A signature and a URL: without the key no request is accepted, regardless of its content.
pub fn signature(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (signature, url) = text.split_once('\n').unwrap_or((&text, URL));
    let pairs = [("CallSid".to_owned(), "CA1".to_owned())];
    let ours = signed(url, &pairs);
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256] {
        assert!(!verify(url, SignedBody::Form(&pairs), signature, KEY, algorithm), "forged: {signature:?}");
    }
    let _ = verify(url, SignedBody::Other(data), signature, KEY, Algorithm::HmacSha1);
    // A default port may be present or absent; everything else is covered by the signature.
    if !url.contains("://") {
        assert!(verify(url, SignedBody::Form(&pairs), &ours, KEY, Algorithm::HmacSha1));
    }
}

/// Base64 of HMAC-SHA1 over the URL and the fields, sorted and without duplicates.
fn signed(url: &str, pairs: &[(String, String)]) -> String {
    let mut fields: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in pairs {
        fields.entry(name).or_default().insert(value);
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(KEY.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    for (name, values) in fields {
        for value in values {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

fn flow() -> CallFlow {
    let forward_to = ["+33611223344", "+33611223355"].map(|number| number.parse().expect("a number"));
    let builtin = BuiltinFlow { forward_to: forward_to.into(), ..BuiltinFlow::default() };
    builtin_flow(&builtin).expect("the built-in flow is valid")
}

/// An action URL's token, a signal, a caller's number and name: there is always an answer, and a carrier can parse it.
pub fn dialogue(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let at = Dialogue::read(line());
    assert_eq!(Dialogue::read(&at.to_string()), at, "a dialogue changes when it is encoded in a URL");
    let (kind, words, from) = (line(), line(), line());
    let seconds = words.parse().ok();
    let signal = match kind {
        "arrived" => Signal::Arrived,
        "fault" => Signal::Fault,
        "callee" => Signal::CalleeAnswered,
        "recorded" => Signal::Recorded { recording: words.parse().ok(), seconds },
        "dialled" | "busy" => {
            let outcome = if kind == "busy" { DialOutcome::Busy } else { DialOutcome::Answered };
            Signal::DialEnded(DialResult { outcome, leg: None, bridged: Some(words.len() % 2 == 0), seconds })
        }
        _ => words.parse().map_or(Signal::NoInput, Signal::Keyed),
    };
    let leg = LegId::new("twilio", "CA1").expect("an id");
    let now = "2026-11-22T09:00:00Z".parse().expect("a time");
    let mut cx = Context::new(leg.clone(), now).with_parties(from, "+15556667777");
    cx.from_name = Some(from.to_owned());
    let turn = advance(&flow(), &at, &signal, &cx);
    assert!(!turn.instructions.is_empty(), "silence at {at:?}");
    let public = PublicUrl::parse("https://desk.example").expect("a URL");
    let twiml = write_twiml(&turn.instructions, &Urls::new(&public, &leg));
    Document::parse(&twiml).unwrap_or_else(|error| panic!("{error}: {twiml}"));
    // The same request gets the same answer.
    assert_eq!(advance(&flow(), &at, &signal, &cx), turn);
}

/// A TwiML document for the simulated carrier.
pub fn twiml(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Document::parse(text);
    }
}
