//! Static documents for when the server is unreachable. The first calls all phones at once; a caller who is still there
//! afterwards can press a key for the second, which takes a message.
//!
//! They are hosted on another server and cannot make requests: no menu, no screening, no opening hours, no rules about
//! callers, no second attempt. `<Dial>` without `action` continues with the next verb, even after a conversation, so only
//! callers who press the key are recorded. `<Record>` without `action` requests the current document again.
use std::io;

use frontdesk_domain::flow::{FallbackRoute, Prompt, Speech, Spoken};
use frontdesk_domain::{CallFlow, LegId};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Xml, speak};
use frontdesk_ports::PublicUrl;

use crate::urls::Urls;

/// The most numbers in one `<Dial>` (Twilio, "TwiML: Number").
const MAX_NUMBERS: usize = 10;

/// The key that leads to the mailbox.
const VOICEMAIL_KEY: &str = "1";

/// What the documents leave out, for the person who hosts them.
pub const LEFT_OUT: &str = "menus, screening, opening hours, rules about callers, and a second attempt";

/// The first document: calls the phones of the flow's first key. `voicemail` is where the second is hosted; it may be
/// relative to the address of the first.
pub fn write_fallback(flow: &CallFlow, voicemail: &str) -> String {
    document(|writer| calls(writer, flow, voicemail))
}

/// The second document: takes a message. `public`: where callbacks about recordings are sent, if this server is running;
/// `after`: the address of a document that ends the call after the message.
pub fn write_fallback_voicemail(flow: &CallFlow, public: Option<&PublicUrl>, after: Option<&str>) -> String {
    document(|writer| takes_message(writer, flow, public, after))
}

fn document(content: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let write = |writer: &mut Xml| -> io::Result<()> {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        writer.create_element("Response").write_inner_content(|writer| {
            content(writer)?;
            writer.create_element("Hangup").write_empty().map(|_| ())
        })?;
        Ok(())
    };
    write(&mut writer).expect("writing to memory does not fail");
    String::from_utf8(writer.into_inner()).expect("the writer is given UTF-8 only")
}

/// Says a prompt's text only: audio files are on this server, which is unreachable when the document is used.
fn say(writer: &mut Xml, flow: &CallFlow, prompt: &Prompt, urls: &Urls<'_>) -> io::Result<()> {
    let words = prompt.all().find(|(_, spoken)| !matches!(spoken, Spoken::Audio(_)));
    let words = words.map(|(language, _)| flow.speech(prompt, Some(language))).unwrap_or_default();
    words
        .iter()
        .filter(|part| matches!(part, Speech::Text { .. }))
        .try_for_each(|part| speak(writer, part, urls))
}

fn urls(public: Option<&PublicUrl>) -> (PublicUrl, LegId) {
    let nowhere = || PublicUrl::parse("https://nowhere.invalid").expect("a valid URL");
    (public.cloned().unwrap_or_else(nowhere), LegId::new(crate::NAME, "any").expect("a valid id"))
}

fn calls(writer: &mut Xml, flow: &CallFlow, voicemail: &str) -> io::Result<()> {
    let FallbackRoute { forward, mailbox } = flow.plain_route();
    let (public, any) = urls(None);
    let urls = Urls::new(&public, &any);
    if let Some(forward) = forward {
        forward.announcement.iter().try_for_each(|prompt| say(writer, flow, prompt, &urls))?;
        let ring = forward.destinations.iter().map(|callee| callee.ring.as_secs()).max().unwrap_or(0);
        let dial = writer.create_element("Dial").with_attributes([
            ("timeout", ring.to_string().as_str()),
            ("timeLimit", forward.time_limit.as_secs().to_string().as_str()),
            ("answerOnBridge", "true"),
        ]);
        dial.write_inner_content(|writer| {
            let numbers = forward.destinations.iter().filter_map(|to| Some((to.phone.number()?, &to.digits)));
            numbers.take(MAX_NUMBERS).try_for_each(|(number, digits)| {
                let mut element = writer.create_element("Number");
                if let Some(digits) = digits {
                    element = element.with_attribute(("sendDigits", digits.as_str()));
                }
                element.write_text_content(BytesText::new(number.as_str())).map(|_| ())
            })
        })?;
    }
    say(writer, flow, &mailbox.unavailable, &urls)?;
    let gather = writer.create_element("Gather").with_attributes([
        ("numDigits", "1"),
        ("timeout", "8"),
        ("action", voicemail),
        ("method", "POST"),
    ]);
    let language = flow.language();
    let question = match language.primary() {
        "fr" => format!("Pour laisser un message, appuyez sur {VOICEMAIL_KEY}."),
        _ => format!("To leave a message, press {VOICEMAIL_KEY}."),
    };
    gather.write_inner_content(|writer| speak(writer, &flow.text(question, language), &urls))?;
    Ok(())
}

fn takes_message(
    writer: &mut Xml,
    flow: &CallFlow,
    public: Option<&PublicUrl>,
    after: Option<&str>,
) -> io::Result<()> {
    let mailbox = flow.plain_route().mailbox;
    let (base, any) = urls(public);
    let urls = Urls::new(&base, &any);
    for prompt in mailbox.consent.iter().chain([&mailbox.greeting]) {
        say(writer, flow, prompt, &urls)?;
    }
    let callback_url = public.map(|_| urls.recording());
    let (length, silence) = (mailbox.max_length.as_secs().to_string(), mailbox.silence.as_secs().to_string());
    let key = mailbox.finish_on_key.to_string();
    let mut record = writer.create_element("Record").with_attributes([
        ("maxLength", length.as_str()),
        ("timeout", silence.as_str()),
        ("finishOnKey", key.as_str()),
        ("playBeep", if mailbox.beep { "true" } else { "false" }),
        ("trim", "do-not-trim"),
    ]);
    if let Some(after) = after {
        record = record.with_attributes([("action", after), ("method", "POST")]);
    }
    if let Some(callback_url) = &callback_url {
        record = record.with_attributes([
            ("recordingStatusCallback", callback_url.as_str()),
            ("recordingStatusCallbackMethod", "POST"),
            ("recordingStatusCallbackEvent", "completed absent"),
        ]);
    }
    record.write_empty().map(|_| ())
}
