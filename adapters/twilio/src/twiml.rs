//! Writes instructions as TwiML, with an XML writer that escapes texts.

pub(crate) mod fallback;
use std::io;

use frontdesk_domain::dialogue::DialTarget;
use frontdesk_domain::flow::Speech;
use frontdesk_domain::{Dialogue, Instruction};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::urls::Urls;

/// Which leg a document is for: it decides the URLs of the next steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    Caller,
    Callee,
}

/// The TwiML document for the caller's leg.
pub fn write_twiml(instructions: &[Instruction], urls: &Urls<'_>) -> String {
    document(instructions, urls, Party::Caller)
}

pub(crate) fn document(instructions: &[Instruction], urls: &Urls<'_>, party: Party) -> String {
    let mut writer = Writer::new(Vec::new());
    let written = response(&mut writer, instructions, urls, party);
    written.expect("writing to memory does not fail");
    String::from_utf8(writer.into_inner()).expect("the writer is given UTF-8 only")
}

type Xml = Writer<Vec<u8>>;

fn response(writer: &mut Xml, instructions: &[Instruction], urls: &Urls<'_>, party: Party) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("Response").write_inner_content(|writer| {
        instructions.iter().try_for_each(|instruction| verb(writer, instruction, urls, party))
    })?;
    Ok(())
}

fn verb(writer: &mut Xml, instruction: &Instruction, urls: &Urls<'_>, party: Party) -> io::Result<()> {
    let action = |then: &Dialogue| match party {
        Party::Caller => urls.step(then),
        Party::Callee => urls.screen(then),
    };
    match instruction {
        Instruction::Say(speech) => speak(writer, speech, urls),
        // The carrier uses the same timeout for the first key and for later ones.
        Instruction::Gather { prompts, max_keys, finish_on_key, timeout, between_keys: _, then } => {
            let action = action(then);
            // Empty: every key counts as an answer, also # and *.
            let finish_on_key = finish_on_key.map_or_else(String::new, |key| key.to_string());
            writer
                .create_element("Gather")
                .with_attributes([
                    ("input", "dtmf"),
                    ("numDigits", max_keys.to_string().as_str()),
                    ("timeout", timeout.as_secs().to_string().as_str()),
                    ("finishOnKey", finish_on_key.as_str()),
                    ("actionOnEmptyResult", "true"),
                    ("action", action.as_str()),
                    ("method", "POST"),
                ])
                .write_inner_content(|writer| {
                    prompts.iter().try_for_each(|speech| speak(writer, speech, urls))
                })?;
            // Reached only if the carrier does not request the action URL: the same step, without keys.
            match party {
                Party::Caller => redirect(writer, &action),
                Party::Callee => Ok(()),
            }
        }
        Instruction::Dial { targets, ring, caller_id, time_limit, then } => {
            let action = action(then);
            let (ring, limit) = (ring.as_secs().to_string(), time_limit.as_secs().to_string());
            let mut dial = writer.create_element("Dial").with_attributes([
                ("action", action.as_str()),
                ("method", "POST"),
                ("timeout", ring.as_str()),
                ("timeLimit", limit.as_str()),
                ("answerOnBridge", "true"),
            ]);
            if let Some(caller_id) = caller_id {
                dial = dial.with_attribute(("callerId", caller_id.as_str()));
            }
            dial.write_inner_content(|writer| {
                targets.iter().try_for_each(|target| number(writer, target, urls))
            })?;
            Ok(())
        }
        Instruction::Record { max_length, silence, beep, finish_on_key, transcribe, then } => {
            let action = action(then);
            let mut record = writer.create_element("Record").with_attributes([
                ("action", action.as_str()),
                ("method", "POST"),
                ("maxLength", max_length.as_secs().to_string().as_str()),
                ("timeout", silence.as_secs().to_string().as_str()),
                ("finishOnKey", finish_on_key.to_string().as_str()),
                ("playBeep", if *beep { "true" } else { "false" }),
                ("trim", "do-not-trim"),
                ("recordingStatusCallback", urls.recording().as_str()),
                ("recordingStatusCallbackMethod", "POST"),
                ("recordingStatusCallbackEvent", "completed absent"),
            ]);
            let transcribed = urls.transcription();
            if *transcribe {
                record = record
                    .with_attributes([("transcribe", "true"), ("transcribeCallback", transcribed.as_str())]);
            }
            record.write_empty()?;
            // An empty recording may fall through (undocumented): the same step, without a recording.
            redirect(writer, &action)
        }
        Instruction::Reject { .. } => writer.create_element("Reject").write_empty().map(|_| ()),
        // The carrier connects caller and callee at the end of the callee's document.
        Instruction::Bridge => Ok(()),
        Instruction::HangUp => writer.create_element("Hangup").write_empty().map(|_| ()),
    }
}

fn speak(writer: &mut Xml, speech: &Speech, urls: &Urls<'_>) -> io::Result<()> {
    match speech {
        Speech::Text { text, language, voice } => {
            let text = xml_text(text);
            let mut say = writer.create_element("Say").with_attribute(("language", language.as_str()));
            if let Some(voice) = voice {
                say = say.with_attribute(("voice", voice.as_str()));
            }
            say.write_text_content(BytesText::new(&text)).map(|_| ())
        }
        Speech::Audio(file) => {
            let Some(url) = urls.audio(file) else {
                // A flow is accepted only with all its files. If one is missing anyway, its prompt is skipped.
                tracing::error!(file = file.0, "an audio file of the flow is missing");
                return Ok(());
            };
            writer.create_element("Play").write_text_content(BytesText::new(&url)).map(|_| ())
        }
    }
}

fn redirect(writer: &mut Xml, url: &str) -> io::Result<()> {
    let redirect = writer.create_element("Redirect").with_attribute(("method", "POST"));
    redirect.write_text_content(BytesText::new(url)).map(|_| ())
}

fn number(writer: &mut Xml, target: &DialTarget, urls: &Urls<'_>) -> io::Result<()> {
    let callback = urls.leg(target.step, target.position);
    let mut number = writer.create_element("Number").with_attributes([
        ("statusCallback", callback.as_str()),
        ("statusCallbackMethod", "POST"),
        ("statusCallbackEvent", "initiated ringing answered completed"),
    ]);
    let screening = target.screening.as_ref().map(|screening| urls.screen(screening));
    if let Some(screening) = &screening {
        number = number.with_attributes([("url", screening.as_str()), ("method", "POST")]);
    }
    if let Some(digits) = &target.digits {
        number = number.with_attribute(("sendDigits", digits.as_str()));
    }
    number.write_text_content(BytesText::new(target.phone.as_str())).map(|_| ())
}

/// The text without characters that XML 1.0 forbids (section 2.2), even when they are escaped.
fn xml_text(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    text.chars().filter(allowed).collect()
}

#[cfg(test)]
mod tests;
