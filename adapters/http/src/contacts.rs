//! Contacts as files: CSV, as spreadsheets and address books write it, and vCard.

pub(crate) mod csv;
pub(crate) mod vcard;

use frontdesk_ports::{BadContact, Contact};

/// The contacts that were read from a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ReadContacts {
    /// The contacts; one for each number.
    pub contacts: Vec<Contact>,
    /// Lines or cards without a usable number or name: their position, counted from 1, and the reason.
    pub left_out: Vec<(usize, BadContact)>,
}

/// Why a file holds no contacts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UnreadableContacts {
    /// The header row has no column for numbers.
    NoNumberColumn,
    /// It is neither vCard nor readable CSV; the CSV reader's error.
    Broken(String),
}

/// Reads a file in either format. Numbers without a country code belong to the country of `home`.
pub(crate) fn read(text: &str, home: &str) -> Result<ReadContacts, UnreadableContacts> {
    let text = text.trim_start_matches('\u{feff}');
    let is_vcard = text.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCARD"));
    if is_vcard { Ok(vcard::read(text, home)) } else { csv::read(text, home) }
}

impl ReadContacts {
    /// Adds the contact of each of these numbers.
    fn add(&mut self, place: usize, numbers: &[String], texts: (&str, &str, &str), home: &str) {
        let (name, company, note) = texts;
        let none = numbers.is_empty().then(String::new);
        for number in numbers.iter().chain(&none) {
            match Contact::read(number, name, company, note, home) {
                Ok(contact) => self.contacts.push(contact),
                Err(why) => self.left_out.push((place, why)),
            }
        }
    }
}
