use super::PhoneNumber;
use super::caller::CallerId;

#[test]
fn e164_numbers_are_taken_and_everything_else_says_why() {
    assert_eq!("+33123456789".parse::<PhoneNumber>().unwrap().as_str(), "+33123456789");
    for (bad, why) in [
        ("0123456789", "starts with +"),
        ("+33 1 23", "digits only"),
        ("+0123", "country code"),
        ("+1", "2 to 15"),
        ("+1234567890123456", "2 to 15"),
        ("+", "2 to 15"),
        ("+٣٣١٢٣", "digits only"),
    ] {
        let error = bad.parse::<PhoneNumber>().unwrap_err().to_string();
        assert!(error.contains(why), "{bad}: {error}");
    }
}

#[test]
fn every_form_of_withheld_is_recognized() {
    for text in [
        "",
        "  ",
        "anonymous",
        "Anonymous",
        "ANONYMOUS",
        "unknown",
        "Restricted",
        "private",
        "unavailable",
        "+266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "sip:anonymous@anonymous.invalid",
        "anonymous@example.com",
        "No Caller ID",
        "Private Number",
        "Unknown Caller",
        "Out of Area",
        "Number Withheld",
        "Numéro masqué",
        "0000000000",
        "+10000000000",
        "0",
        "266696687",
        "sip:unknown@1.2.3.4",
        "sip:Restricted@1.2.3.4",
        "sip:+266696687@1.2.3.4",
        "sip:@1.2.3.4",
        "\u{202d}anonymous\u{202c}",
    ] {
        assert_eq!(CallerId::read(text), CallerId::Withheld, "{text:?}");
    }
}

#[test]
fn callers_without_a_number_keep_their_address() {
    assert_eq!(CallerId::read("client:alice"), CallerId::Client("client:alice".into()));
    assert_eq!(CallerId::read("sip:bob@example.com"), CallerId::Sip("sip:bob@example.com".into()));
    assert_eq!(CallerId::read("bob@example.com"), CallerId::Sip("bob@example.com".into()));
    assert_eq!(CallerId::read("1234"), CallerId::Other("1234".into()));
    assert_eq!(CallerId::read("+1234567890123456789"), CallerId::Other("+1234567890123456789".into()));
    assert_eq!(CallerId::read("sip:101@pbx.example"), CallerId::Sip("sip:101@pbx.example".into()));
    assert_eq!(CallerId::read("\"Bob\" <sip:101@pbx>"), CallerId::Sip("sip:101@pbx".into()));
    assert_eq!(CallerId::read("+33123456789").as_text(), Some("+33123456789"));
}

#[test]
fn every_spelling_of_a_caller_is_the_same_caller_and_stays_as_it_was_sent() {
    for text in [
        "+33899123456",
        "33899123456",
        "0033899123456",
        "0899123456",
        "sip:+33899123456@1.2.3.4",
        "sips:+33899123456@acme.example;user=phone",
        "whatsapp:+33899123456",
        "tel:+33899123456",
    ] {
        let caller = CallerId::read(text);
        assert_eq!(caller.as_text(), Some(text));
        assert_eq!(caller.identity("+33140000000").as_deref(), Some("+33899123456"), "{text}");
        assert!(caller.identifies("+33140000000"), "{text}");
    }
    let identity = |text: &str, called: &str| CallerId::read(text).identity(called);
    assert_eq!(identity("15551234567", "+15556667777").as_deref(), Some("+15551234567"));
    assert_eq!(identity("sip:Bob@Example.com;user=phone", "").as_deref(), Some("sip:bob@example.com"));
    assert_eq!(identity("\"Spam\" <sip:+33899123456@1.2.3.4>", "").as_deref(), Some("+33899123456"));
}

#[test]
fn a_text_without_number_or_address_identifies_nobody() {
    for (text, identifies) in
        [("+33123456789", true), ("client:ann", true), ("sip:ann@x", true), ("1234", false), ("", false)]
    {
        assert_eq!(CallerId::read(text).identifies("+33140000000"), identifies, "{text}");
    }
}

#[test]
fn a_called_number_is_read_in_other_forms() {
    for text in ["+15556667777", "sip:+15556667777@acme.sip.twilio.com", "whatsapp:+15556667777"] {
        assert_eq!(PhoneNumber::read_called(text).unwrap().as_str(), "+15556667777", "{text}");
    }
    for text in ["", "client:desk", "sip:desk@acme.example"] {
        assert_eq!(PhoneNumber::read_called(text), None, "{text}");
    }
}

#[test]
fn numbers_are_read_out_digit_by_digit() {
    assert_eq!("+33123".parse::<PhoneNumber>().unwrap().spoken(), "3 3 1 2 3");
}
