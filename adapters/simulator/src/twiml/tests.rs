use super::*;

#[test]
fn a_document_is_read_verb_by_verb() {
    let xml = r##"<?xml version="1.0" encoding="UTF-8"?><!-- x --><Response><Say language="en">A &amp; <![CDATA[<B>]]> &#233;</Say>
        <Pause length="2"/><Gather numDigits="1" action="https://a/?x=1&amp;y=2#rc=2" actionOnEmptyResult="true"><Play>https://p</Play></Gather>
        <Dial timeout="20" callerId="+1"><Number url="u" sendDigits="ww12#" statusCallbackEvent="ringing completed">+33</Number></Dial>
        <Record maxLength="60" finishOnKey="#"/><Redirect method="POST">https://b</Redirect><Reject reason="busy"/><Hangup/></Response>"##;
    let Document(verbs) = Document::parse(xml).unwrap();
    assert_eq!(verbs[0], Verb::Say("A & <B> é".into()));
    assert_eq!(verbs[1], Verb::Pause(2));
    let Verb::Gather { action, prompts, finish_on_key, action_on_empty, .. } = &verbs[2] else { panic!() };
    assert_eq!(action.as_deref(), Some("https://a/?x=1&y=2#rc=2"));
    assert_eq!(
        (prompts.as_slice(), finish_on_key.as_str(), *action_on_empty),
        (&[Verb::Play("https://p".into())][..], "#", true)
    );
    let Verb::Dial { numbers, .. } = &verbs[3] else { panic!() };
    assert_eq!(numbers[0].status_events, ["ringing", "completed"]);
    assert_eq!(verbs[5..], [Verb::Redirect("https://b".into()), Verb::Reject(true), Verb::Hangup]);
    assert_eq!(Document::parse("<Response/>"), Ok(Document(vec![])));
}

#[test]
fn documents_that_twilio_rejects_are_errors() {
    for (xml, why) in [
        ("", "root"),
        ("<Answer/>", "root"),
        ("<Response/><Response/>", "root"),
        ("<Response><Say>x</Response>", "well-formed"),
        ("<Response><Say>&nbsp;</Say></Response>", "entity"),
        ("<Response><Shout>x</Shout></Response>", "<Shout>"),
        ("<Response><say>x</say></Response>", "<say>"),
        ("<Response><Say volume='9'>x</Say></Response>", "no attribute volume"),
        ("<Response><Say><b>x</b></Say></Response>", "<b>"),
        ("<Response><Dial timeout='900'><Number>+1</Number></Dial></Response>", "timeout"),
        ("<Response><Dial><Number sendDigits='1 2'>+1</Number></Dial></Response>", "sendDigits"),
        ("<Response><Dial><Number>101</Number></Dial></Response>", "the text of <Number>"),
        ("<Response><Dial><Number>sip:ann@192.0.2.20</Number></Dial></Response>", "the text of <Number>"),
        ("<Response><Dial/></Response>", "<Number>"),
        ("<Response><Gather timeout='soon'/></Response>", "timeout"),
        ("<Response><Say>", "well-formed"),
    ] {
        let error = Document::parse(xml).unwrap_err().to_string();
        assert!(error.contains(why), "{xml}: {error}");
    }
    assert_eq!(
        Document::parse(&format!("<Response>{}</Response>", " ".repeat(64_000))),
        Err(TwimlError::TooLarge)
    );
}
