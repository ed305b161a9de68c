//! The e-mail about a call, as text and as HTML, in the recipient's language.
use frontdesk_domain::phone::visible;
use frontdesk_domain::{Call, Outcome};
use frontdesk_ports::{CallRecord, Contact};
use jiff::tz::TimeZone;

/// A language of e-mails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmailLanguage {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

impl EmailLanguage {
    /// The language with that code.
    pub fn of(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::French => &FRENCH,
        }
    }
}

/// The wording that the pages use for a call, in the e-mail's language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallWording {
    /// The reason of the outcome; empty while it is not known.
    pub reason: String,
    /// The caller's number as people write it, if it was not withheld.
    pub caller: Option<String>,
    /// The number that was called.
    pub called: Option<String>,
    /// The phone that answered, or was rung last.
    pub phone: Option<String>,
}

struct Words {
    withheld: &'static str,
    message: &'static str,
    missed: &'static str,
    failed: &'static str,
    other: &'static str,
    /// Joins the kind of call and the caller in the subject.
    of: &'static str,
    of_withheld: &'static str,
    colon: &'static str,
    from: &'static str,
    called: &'static str,
    when: &'static str,
    why: &'static str,
    chose: &'static str,
    rung: &'static str,
    length: &'static str,
    transcript: &'static str,
    listen: &'static str,
    done: &'static str,
    attached: &'static str,
}

const ENGLISH: Words = Words {
    withheld: "a withheld number",
    message: "Message",
    missed: "Missed call",
    failed: "Failed call",
    other: "Call",
    of: "from ",
    of_withheld: "from a withheld number",
    colon: ": ",
    from: "From",
    called: "Called",
    when: "When",
    why: "Reason",
    chose: "Chose",
    rung: "Phone called",
    length: "Message",
    transcript: "Transcript (by machine, may be wrong)",
    listen: "Open the call",
    done: "Mark done",
    attached: "The message is attached.",
};

const FRENCH: Words = Words {
    withheld: "un numéro masqué",
    message: "Message",
    missed: "Appel manqué",
    failed: "Échec de l'appel",
    other: "Appel",
    of: "de ",
    of_withheld: "d'un numéro masqué",
    colon: "\u{a0}: ",
    from: "De",
    called: "Numéro appelé",
    when: "Quand",
    why: "Raison",
    chose: "Choix",
    rung: "Poste appelé",
    length: "Message",
    transcript: "Transcription (automatique, peut contenir des erreurs)",
    listen: "Ouvrir l'appel",
    done: "Marquer comme traité",
    attached: "Le message est joint.",
};

/// An e-mail.
pub(super) struct Email {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What an e-mail is composed from.
pub(super) struct About<'a> {
    pub record: &'a CallRecord,
    pub contact: Option<&'a Contact>,
    pub wording: CallWording,
    pub outcome: Option<Outcome>,
    pub zone: &'a TimeZone,
    /// The call's page.
    pub link: &'a str,
    /// The page that marks the call done.
    pub done_link: Option<&'a str>,
    pub attached: bool,
}

/// Writes the e-mail about a call.
pub(super) fn write(language: EmailLanguage, about: &About) -> Email {
    let words = language.words();
    let About { record, contact, wording, outcome, zone, link, done_link, attached } = about;
    let Call { parties, started_at, choice, voicemail, .. } = &record.call;
    let number = wording.caller.as_deref();
    let from = number.unwrap_or(words.withheld);
    // Directional marks in a name must not reverse the number.
    let contact = contact.map(Contact::full_name);
    let sent = parties.as_ref().and_then(|parties| parties.from_name.as_deref());
    let name = contact.as_deref().or(sent).map(visible);
    let name = name.as_deref().filter(|name| !name.is_empty());
    let who = name.map_or_else(|| from.to_owned(), |name| format!("{name} ({from})"));
    let what = match outcome {
        Some(Outcome::Voicemail) => words.message,
        Some(Outcome::Missed) => words.missed,
        Some(Outcome::Failed) => words.failed,
        _ => words.other,
    };
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let mut facts = vec![(words.from, who.clone())];
    facts.extend(wording.called.clone().map(|called| (words.called, called)));
    // With the zone, because an e-mail can be read anywhere.
    let date =
        started_at.map(|at| at.to_zoned_datetime((*zone).clone()).strftime("%Y-%m-%d %H:%M %Z").to_string());
    facts.extend(date.map(|time| (words.when, time)));
    facts.extend(some(&wording.reason).map(|reason| (words.why, reason)));
    facts.extend(choice.clone().map(|choice| (words.chose, choice)));
    facts.extend(wording.phone.clone().map(|phone| (words.rung, phone)));
    let length = voicemail.as_ref().and_then(|message| message.duration_seconds);
    facts.extend(length.map(|seconds| (words.length, format!("{}:{:02}", seconds / 60, seconds % 60))));
    let transcript = voicemail.as_ref().and_then(|message| message.transcript.clone());
    facts.extend(transcript.map(|text| (words.transcript, visible(&text))));
    let mut links = vec![(words.listen, (*link).to_owned())];
    links.extend(done_link.map(|link| (words.done, link.to_owned())));
    let note = attached.then_some(words.attached);
    // A name sent by the network must not inject a second header line.
    let of = match (number, name) {
        (None, None) => words.of_withheld.to_owned(),
        _ => format!("{}{who}", words.of),
    };
    let subject = format!("{what} {of}").replace(['\r', '\n'], " ");
    Email {
        text: as_text(words, &facts, &links, note),
        html: as_html(language, &subject, &facts, &links, note),
        subject,
    }
}

fn as_text(words: &Words, facts: &[(&str, String)], links: &[(&str, String)], note: Option<&str>) -> String {
    let line = |(label, value): &(&str, String)| format!("{label}{}{value}", words.colon);
    let mut lines: Vec<String> = facts.iter().chain(links).map(line).collect();
    if let Some(note) = note {
        lines.extend([String::new(), note.to_owned()]);
    }
    lines.push(String::new());
    lines.join("\r\n")
}

/// An HTML page that loads nothing: mail clients block external content, and loading it would reveal who reads the e-mail.
fn as_html(
    language: EmailLanguage,
    subject: &str,
    facts: &[(&str, String)],
    links: &[(&str, String)],
    note: Option<&str>,
) -> String {
    let row = |(label, value): &(&str, String)| {
        format!(
            "<tr><th style=\"text-align:left;padding:2px 12px 2px 0;color:#525b66;font-weight:normal;vertical-align:top\">{}</th>\
             <td style=\"padding:2px 0\">{}</td></tr>\r\n",
            escaped(label),
            escaped(value)
        )
    };
    let rows: Vec<String> = facts.iter().map(row).collect();
    let button = |(label, address): &(&str, String)| {
        format!(
            "<a href=\"{}\" style=\"display:inline-block;margin:0 8px 8px 0;padding:8px 14px;border:1px solid #1a56b0;\
             border-radius:6px;color:#1a56b0;text-decoration:none;font-weight:bold\">{}</a>\r\n",
            escaped(address),
            escaped(label)
        )
    };
    let buttons: Vec<String> = links.iter().map(button).collect();
    let note = note.map(|note| format!("<p>{}</p>\r\n", escaped(note))).unwrap_or_default();
    format!(
        "<!doctype html>\r\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\r\n\
         <body style=\"font-family:sans-serif;font-size:16px;color:#1b1f24\">\r\n<h1 style=\"font-size:18px\">{title}</h1>\r\n\
         <table style=\"border-collapse:collapse\">\r\n{}</table>\r\n<p>\r\n{}</p>\r\n{note}</body></html>\r\n",
        language.code(),
        rows.concat(),
        buttons.concat(),
        title = escaped(subject),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
