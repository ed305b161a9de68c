//! Snapshots of how external texts are parsed, and of when a company is open.
use std::fmt::Write;

use frontdesk_domain::duration::{parse_duration, parse_until};
use frontdesk_domain::flow::{Days, Language, NodeName, Range};
use frontdesk_domain::phone::{digits_of, visible, visible_lines};
use frontdesk_domain::{CallerId, Dialogue, Keys, LegId, PhoneNumber, RecordingId, TimeZone, Timestamp};

use crate::desk::MAIN;
use crate::flow_files::{PRACTICE, SHOP, read};

const CALLERS: [&str; 30] = [
    "+33123456789",
    "33123456789",
    "0033123456789",
    "01 23 45 67 89",
    "+33 (0)1 23 45 67 89",
    "tel:+33-1-23-45-67-89",
    "(212) 555-0123",
    "12125550123",
    "+1 212 555 0123",
    "011442071838750",
    "+4420 7183 8750",
    "sip:+33123456789@trunk.example.com;user=phone",
    "sip:ann@example.org",
    "\"Ann\" <sip:ann@example.org>",
    "client:ann",
    "whatsapp:+33612345678",
    "anonymous",
    "Restricted",
    "sip:anonymous@anonymous.invalid",
    "+266696687",
    "00000000",
    "+0",
    "unknown",
    "",
    "   ",
    "112",
    "+331234567890123456",
    "12345678901234567890",
    "ann",
    "٠١٢٣٤٥٦٧٨٩",
];

#[test]
fn callers_are_read_and_compared() {
    let mut text = String::new();
    for caller in CALLERS {
        let read = CallerId::read(caller);
        let identities = ["+33140000000", MAIN, ""].map(|called| read.identity(called));
        let _ = writeln!(
            text,
            "{caller:?}: {read:?} {read} text {:?} number {:?} identities {identities:?} identifies {}",
            read.as_text(),
            read.number().map(PhoneNumber::as_str),
            read.identifies(MAIN)
        );
    }
    insta::assert_snapshot!("callers", text);
}

#[test]
fn numbers_are_read_spoken_and_searched() {
    let mut text = String::new();
    for written in CALLERS.iter().chain(&[
        "+44 20 7183 8750",
        "7183",
        "20-71",
        "abc",
        "+",
        "(0)20 7183",
        "‑12‑34",
        "12\u{200b}34",
    ]) {
        let parsed = written.parse::<PhoneNumber>().map(|number| format!("{number} {:?}", number.spoken()));
        let called = PhoneNumber::read_called(written);
        let _ = writeln!(text, "{written:?}: {parsed:?} called {called:?} digits {:?}", digits_of(written));
    }
    insta::assert_snapshot!("numbers", text);
}

#[test]
fn names_are_shown_without_characters_that_cannot_be_seen() {
    let mut text = String::new();
    for name in [
        "Ann",
        " Ann  Miller ",
        "A\u{200b}nn",
        "\u{202e}nnA",
        "Ann\nMiller",
        "line\r\nbreak\ttab",
        "\u{0}\u{7f}",
        "é",
        "e\u{301}",
        "👩‍👩‍👧",
    ] {
        let _ = writeln!(text, "{name:?}: {:?} {:?}", visible(name), visible_lines(name));
    }
    insta::assert_snapshot!("names", text);
}

#[test]
fn times_are_read() {
    let now: Timestamp = "2026-11-23T09:30:00Z".parse().unwrap();
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let mut text = String::new();
    for written in [
        "90",
        "90s",
        "15m",
        "1h30m",
        "2 days",
        "7d",
        "2w",
        "0s",
        "-1s",
        "1y",
        "",
        "h",
        "25h",
        "1h 5m",
        "999999999999d",
        "1.5h",
    ] {
        let _ = writeln!(text, "duration {written:?}: {:?}", parse_duration(written));
    }
    for written in [
        "18:00",
        "09:00",
        "2h",
        "2026-11-24",
        "2026-11-24 08:00",
        "2026-11-24T08:00:00Z",
        "tomorrow",
        "",
        "25:00",
        "0s",
        "2026-11-22",
    ] {
        let _ = writeln!(text, "until {written:?}: {:?}", parse_until(written, now, &zone));
    }
    insta::assert_snapshot!("times", text);
}

#[test]
fn keys_and_names_are_read() {
    let mut text = String::new();
    for written in ["1", "12", "12#", "*", "", "1 2", "a", "123456789012345678901234567890123", "１"] {
        let keys = written.parse::<Keys>();
        let lenient = Keys::lenient(written);
        let _ = writeln!(
            text,
            "keys {written:?}: {keys:?} lenient {lenient} {} {} {:?}",
            lenient.len(),
            lenient.is_empty(),
            lenient.single()
        );
    }
    for written in ["twilio:CA1", "twilio:", ":CA1", "CA1", "a:b:c", "twilio:CA 1", "twilio:ca_1-2"] {
        let leg = written.parse::<LegId>();
        let parts = leg.as_ref().ok().map(|leg| (leg.carrier().to_owned(), leg.id().to_owned()));
        let _ = writeln!(text, "leg {written:?}: {parts:?} {:?}", leg.err().map(|error| error.to_string()));
    }
    for written in ["RE1", "", "RE 1", "../RE1", "RE_1-a", &"R".repeat(65)] {
        let _ = writeln!(
            text,
            "recording {written:?}: {:?}",
            written.parse::<RecordingId>().map_err(|error| error.to_string())
        );
    }
    for written in ["en", "en-GB", "EN-gb", "zh-Hant-TW", "e", "", "en_GB", "en-", "cmn-CN"] {
        let language = written.parse::<Language>();
        let primary = language.as_ref().ok().map(|language| language.primary().to_owned());
        let _ = writeln!(
            text,
            "language {written:?}: {primary:?} {:?}",
            language.map(|language| language.to_string()).map_err(|error| error.to_string())
        );
    }
    for written in ["main", "Main", "after-hours", "a_b", "", "1st", "-a", "a.b", &"a".repeat(41)] {
        let _ = writeln!(
            text,
            "name {written:?}: {:?}",
            written.parse::<NodeName>().map_err(|error| error.to_string())
        );
    }
    insta::assert_snapshot!("keys_and_names", text);
}

#[test]
fn ranges_days_and_tokens_are_read() {
    let mut text = String::new();
    for written in [
        "09:00-12:30",
        "9:00-10:00",
        "22:00-02:00",
        "12:00-12:00",
        "00:00-24:00",
        "09:00-00:00",
        "23:59-24:00",
        "24:00-01:00",
        "09:60-10:00",
        "25:00-26:00",
        "009:00-10:00",
        "9-10",
        "a:b-c:d",
    ] {
        let range = written.parse::<Range>();
        let shown = range.as_ref().map(ToString::to_string).map_err(ToString::to_string);
        let past = range.ok().map(Range::is_past_midnight);
        let _ = writeln!(text, "range {written:?}: {shown:?} {past:?}");
    }
    for written in [
        "2026-12-24",
        "12-24",
        "02-29",
        "02-30",
        "2026-12-24..2027-01-02",
        "2027-01-02..2026-12-24",
        "13-01",
        "1-1",
        "today",
    ] {
        let days = written.parse::<Days>();
        let shown = days.as_ref().map(ToString::to_string).map_err(ToString::to_string);
        let _ = writeln!(text, "days {written:?}: {shown:?} {:?}", days.ok().and_then(Days::last));
    }
    for token in [
        "start",
        "lost",
        "menu.main.0.0.1",
        "menu.main.1.2.3~e.1f2e3d4c~l.fr-FR~m.main.sales~f~r.7~o~c.main.1",
        "forward.team.1.4~f",
        "mailbox.main.busy.4",
        "confirm.main.chosen.RE1.4",
        "screening.team.0.2.1.withheld",
        "screening.team.0.2.1.anybody",
        "menu.main",
        "menu.main.999.0.1",
        "menu.main.0.0.1~x.1",
        "menu.main.0.0.1~r.x",
        "",
        "....",
    ] {
        let _ = writeln!(text, "token {token:?}: {}", Dialogue::read(token));
    }
    insta::assert_snapshot!("ranges_days_and_tokens", text);
}

/// Every opening and closing within some weeks, with the state before and after it, and the hours of each day.
fn changes(flow: &str, name: &str, from: &str, weeks: i64) -> String {
    let flow = read(flow).unwrap();
    let schedule = &flow.hours(&name.parse().unwrap()).unwrap().schedule;
    let mut text = format!("{name} from {from}, has hours {}\n", schedule.has_hours());
    let begin: Timestamp = from.parse().unwrap();
    let end = begin + jiff::SignedDuration::from_hours(weeks * 168);
    let mut at = begin;
    while let Some(change) = schedule.next_change(at).filter(|change| *change < end) {
        let before = change - jiff::SignedDuration::from_secs(1);
        let _ = writeln!(text, "  {change}: {:?} → {:?}", schedule.at(before), schedule.at(change));
        at = change;
    }
    let mut day = begin.to_zoned_datetime(TimeZone::UTC).date();
    while day < end.to_zoned_datetime(TimeZone::UTC).date() {
        let dated = schedule.dated(day).map(|rule| format!("{} {:?}", rule.days, rule.ranges));
        let _ = writeln!(text, "  {day}: {:?} {dated:?}", schedule.ranges(day));
        day = day.tomorrow().unwrap();
    }
    text
}

#[test]
fn a_practice_and_a_shop_are_open_at_these_times() {
    let text = [
        changes(PRACTICE, "practice", "2026-12-21T00:00:00Z", 2),
        changes(PRACTICE, "practice", "2027-03-25T00:00:00Z", 1),
        changes(PRACTICE, "practice", "2027-08-05T00:00:00Z", 2),
        changes(SHOP, "shop", "2026-10-22T00:00:00Z", 1),
    ];
    insta::assert_snapshot!("hours", text.join("\n"));
}

/// Flows with one value of a wrong type each: the finding names the type and what is expected.
#[test]
fn a_value_of_the_wrong_type_is_refused() {
    let flow = |menu_prompt: &str, tries: &str, company: &str, number: &str| {
        format!(
            "[flow]\nlanguage = \"en-GB\"\ncompany = {company}\nstart = \"menu main\"\n\
             [flow.menus.main]\nprompt = {menu_prompt}\nkeys.1 = \"forward a\"\nno_input = {{ tries = {tries} }}\n\
             [flow.forwards.a]\nto = {number}\notherwise = \"mailbox m\"\n[flow.mailboxes.m]\n"
        )
    };
    let mut text = String::new();
    for value in
        ["1", "1.5", "true", "2026-12-24", "[1]", "{ a = 1 }", "\"text\"", "[]", "\"\"", "\"+33123456789\""]
    {
        for (place, flow) in [
            ("prompt", flow(value, "2", "\"Acme\"", "\"+33140000001\"")),
            ("tries", flow("\"Press 1\"", value, "\"Acme\"", "\"+33140000001\"")),
            ("company", flow("\"Press 1\"", "2", value, "\"+33140000001\"")),
            ("to", flow("\"Press 1\"", "2", "\"Acme\"", value)),
        ] {
            match read(&flow) {
                Ok(_) => {
                    let _ = writeln!(text, "{place} = {value}: fine");
                }
                Err(findings) => {
                    for finding in findings.0 {
                        let _ = writeln!(
                            text,
                            "{place} = {value}: {}:{}: {}",
                            finding.line, finding.column, finding.message
                        );
                    }
                }
            }
        }
    }
    insta::assert_snapshot!("kinds", text);
}
