//! Contacts as vCard.
use calcard::vcard::{VCard, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use frontdesk_ports::Contact;

use super::ReadContacts;

/// Every contact as a card of version 4.0 (RFC 6350).
pub(crate) fn write<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> String {
    let mut text = String::new();
    for Contact { caller, name, company, note } in contacts {
        let scheme = if caller.starts_with('+') { "tel:" } else { "" };
        let mut lines =
            vec!["BEGIN:VCARD".to_owned(), "VERSION:4.0".to_owned(), format!("FN:{}", escaped(name))];
        lines.push(format!("TEL;VALUE=uri:{scheme}{}", escaped(caller)));
        lines.extend((!company.is_empty()).then(|| format!("ORG:{}", escaped(company))));
        lines.extend((!note.is_empty()).then(|| format!("NOTE:{}", escaped(note))));
        lines.push("END:VCARD\r\n".to_owned());
        text.push_str(&lines.iter().map(|line| folded(line)).collect::<Vec<_>>().join("\r\n"));
    }
    text
}

/// A text value (RFC 6350, section 3.4).
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace(',', "\\,").replace(';', "\\;")
}

/// A line of at most 75 bytes, with its continuations (section 3.2).
fn folded(line: &str) -> String {
    let (mut folded, mut length) = (String::with_capacity(line.len()), 0);
    for c in line.chars() {
        if length + c.len_utf8() > 75 {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(c);
        length += c.len_utf8();
    }
    folded
}

/// Reads the cards of a file.
pub(crate) fn read(text: &str, home: &str) -> ReadContacts {
    let (mut read, mut parser, mut place) = (ReadContacts::default(), Parser::new(text), 0);
    loop {
        match parser.entry() {
            Entry::VCard(card) => {
                place += 1;
                read_card(&card, place, &mut read, home);
            }
            Entry::Eof => return read,
            _ => {}
        }
    }
}

fn read_card(card: &VCard, place: usize, read: &mut ReadContacts, home: &str) {
    let texts = |wanted: &VCardProperty| -> Vec<String> {
        let entries = card.entries.iter().filter(|entry| entry.name == *wanted);
        let text = |value: &VCardValue| value.as_text().map(ToOwned::to_owned);
        entries.map(|entry| entry.values.iter().filter_map(text).collect::<Vec<_>>().join(" ")).collect()
    };
    let first = |wanted: &VCardProperty| texts(wanted).into_iter().next().unwrap_or_default();
    let numbers: Vec<String> =
        texts(&VCardProperty::Tel).into_iter().filter(|number| !number.is_empty()).collect();
    let (name, company, note) =
        (first(&VCardProperty::Fn), first(&VCardProperty::Org), first(&VCardProperty::Note));
    read.add(place, &numbers, (&name, &company, &note), home);
}

#[cfg(test)]
mod tests {
    use frontdesk_ports::BadContact;

    use super::*;

    #[test]
    fn exports_can_be_imported() {
        let contacts = vec![
            Contact::read("+33123456789", "Ann, \\ Miller;", "Miller & Sons", "two\nlines", "").unwrap(),
            Contact::read("sip:bob@example.com", &"Bob ".repeat(24), "", &"é".repeat(300), "").unwrap(),
        ];
        let written = write(&contacts);
        assert!(written.lines().all(|line| line.len() <= 75), "{written}");
        assert_eq!(read(&written, ""), ReadContacts { contacts, left_out: Vec::new() });
    }

    #[test]
    fn cards_of_phones_are_read() {
        let phone = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Miller;Ann;;;\r\nFN:Ann Miller\r\nORG:Miller Ltd;\r\n\
                     TEL;TYPE=CELL:06 11 22 33 44\r\nitem1.TEL;type=WORK:+44 20 7946 0789\r\nEND:VCARD\r\n\
                     BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=A9\r\nTEL;CELL:0123456789\r\nEND:VCARD\r\n\
                     BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Without a number\r\nEND:VCARD\r\n";
        let read = read(phone, "+33199000000");
        let names: Vec<String> =
            read.contacts.iter().map(|one| format!("{} {}", one.caller, one.full_name())).collect();
        assert_eq!(
            names,
            [
                "+33611223344 Ann Miller (Miller Ltd)",
                "+442079460789 Ann Miller (Miller Ltd)",
                "+33123456789 Zoé"
            ]
        );
        assert_eq!(read.left_out, [(3, BadContact::Number)]);
    }
}
