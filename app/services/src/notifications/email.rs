//! The e-mail about a call, in the recipient's language.
use frontdesk_domain::{Call, Outcome, visible};
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
    /// The language of that code.
    pub fn of(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::French => &FRENCH,
        }
    }
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
    chose: &'static str,
    rung: &'static str,
    length: &'static str,
    listen: &'static str,
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
    chose: "Chose",
    rung: "Phone called",
    length: "Message",
    listen: "Open the call",
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
    chose: "Choix",
    rung: "Poste appelé",
    length: "Message",
    listen: "Ouvrir l'appel",
    attached: "Le message est joint.",
};

/// An e-mail.
pub(super) struct Email {
    pub subject: String,
    pub text: String,
}

/// Writes the e-mail about a call.
pub(super) fn write(
    language: EmailLanguage,
    record: &CallRecord,
    contact: Option<&Contact>,
    outcome: Option<Outcome>,
    zone: &TimeZone,
    link: &str,
    attached: bool,
) -> Email {
    let words = language.words();
    let Call { parties, started_at, choice, forwarded_to, voicemail, .. } = &record.call;
    let number = parties.as_ref().and_then(|parties| parties.from.as_text());
    let from = number.unwrap_or(words.withheld);
    // Directional marks in a name must not turn the number round.
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
    let mut lines = vec![(words.from, who.clone())];
    lines.extend(parties.as_ref().map(|parties| (words.called, parties.to.clone())));
    // With the zone, because an e-mail can be read anywhere.
    let date =
        started_at.map(|at| at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string());
    lines.extend(date.map(|time| (words.when, time)));
    lines.extend(choice.clone().map(|choice| (words.chose, choice)));
    lines.extend(forwarded_to.as_ref().map(|number| (words.rung, number.to_string())));
    let length = voicemail.as_ref().and_then(|message| message.duration_seconds);
    lines.extend(length.map(|seconds| (words.length, format!("{}:{:02}", seconds / 60, seconds % 60))));
    lines.push((words.listen, link.to_owned()));
    let mut text: Vec<String> =
        lines.into_iter().map(|(label, value)| format!("{label}{}{value}", words.colon)).collect();
    if attached {
        text.push(String::new());
        text.push(words.attached.to_owned());
    }
    text.push(String::new());
    // What callers send must not make a second header line.
    let of = match (number, name) {
        (None, None) => words.of_withheld.to_owned(),
        _ => format!("{}{who}", words.of),
    };
    let subject = format!("{what} {of}").replace(['\r', '\n'], " ");
    Email { subject, text: text.join("\r\n") }
}
