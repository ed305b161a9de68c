//! Contacts: the names that the company gives to numbers.
use std::collections::BTreeMap;

use frontdesk_domain::CallerId;

use super::search::fold;

/// The maximum number of characters of a name or a company …
pub const MAX_CONTACT_NAME: usize = 100;
/// … and of a note.
pub const MAX_CONTACT_NOTE: usize = 500;
/// The maximum number of contacts, which are held in memory.
pub const MAX_CONTACTS: usize = 20_000;
/// The maximum number of callers that a search finds by their contacts.
const MAX_FOUND: usize = 50;

/// A number and the name of its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// The identity of the caller ([`CallerId::identity`]): a number in E.164, or an address.
    pub caller: String,
    /// The person's name, or what else the number stands for.
    pub name: String,
    /// The company; empty if there is none.
    pub company: String,
    /// A note for colleagues; empty if there is none.
    pub note: String,
}

/// Why a contact cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadContact {
    /// The number does not identify a caller.
    #[error("the number is not valid; write it with its country code, such as +33123456789")]
    Number,
    /// The name is missing.
    #[error("the name is missing")]
    NoName,
    /// A text is too long.
    #[error("{0} has more than {1} characters; shorten it")]
    TooLong(&'static str, usize),
    /// The maximum number of contacts is reached.
    #[error("there are {MAX_CONTACTS} contacts already; remove some first")]
    TooMany,
}

impl Contact {
    /// Validates a contact as people type it. A number without a country code belongs to the country of `home`.
    pub fn read(number: &str, name: &str, company: &str, note: &str, home: &str) -> Result<Self, BadContact> {
        let caller = CallerId::read(number);
        let is_number = caller.identifies(home);
        let caller = caller.identity(home).filter(|_| is_number).ok_or(BadContact::Number)?;
        let (name, company, note) = (one_line(name), one_line(company), note.trim().to_owned());
        if name.is_empty() && company.is_empty() {
            return Err(BadContact::NoName);
        }
        for (what, text, most) in [
            ("the name", &name, MAX_CONTACT_NAME),
            ("the company", &company, MAX_CONTACT_NAME),
            ("the note", &note, MAX_CONTACT_NOTE),
        ] {
            if text.chars().count() > most {
                return Err(BadContact::TooLong(what, most));
            }
        }
        // Without a person, the contact is the company itself.
        let (name, company) = if name.is_empty() { (company, String::new()) } else { (name, company) };
        let note = note.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        Ok(Self { caller, name, company, note })
    }

    /// Name and company, as one text.
    pub fn full_name(&self) -> String {
        if self.company.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.company) }
    }
}

fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every contact, by caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactBook(BTreeMap<String, Contact>);

impl ContactBook {
    /// A book of these contacts.
    pub fn new(contacts: Vec<Contact>) -> Self {
        Self(contacts.into_iter().map(|contact| (contact.caller.clone(), contact)).collect())
    }

    /// The contact of the caller with this identity.
    pub fn of(&self, caller: &str) -> Option<&Contact> {
        self.0.get(caller)
    }

    /// The callers with a text in name, company or note, ignoring case.
    pub fn found(&self, text: &str) -> Vec<String> {
        let text = fold(text);
        let contains = |contact: &&Contact| {
            fold(&format!("{}\n{}\n{}", contact.name, contact.company, contact.note)).contains(&text)
        };
        self.0.values().filter(contains).take(MAX_FOUND).map(|contact| contact.caller.clone()).collect()
    }

    /// Every contact, by name.
    pub fn by_name(&self) -> Vec<&Contact> {
        let mut contacts: Vec<&Contact> = self.0.values().collect();
        contacts.sort_by_cached_key(|contact| (fold(&contact.name), contact.caller.clone()));
        contacts
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_number_is_the_same_contact() {
        let home = "+33199000000";
        for number in
            ["+33 1 23 45 67 89", "0033123456789", "01 23 45 67 89", "sip:+33123456789@x", "tel:+33123456789"]
        {
            let contact = Contact::read(number, " Ann\tMiller ", "", "", home).unwrap();
            assert_eq!(
                (contact.caller.as_str(), contact.name.as_str()),
                ("+33123456789", "Ann Miller"),
                "{number}"
            );
        }
        for number in ["", "anonymous", "hello"] {
            assert_eq!(Contact::read(number, "Ann", "", "", home), Err(BadContact::Number), "{number}");
        }
        assert_eq!(Contact::read("+33123456789", " ", "", "x", home), Err(BadContact::NoName));
        let long = "x".repeat(MAX_CONTACT_NAME + 1);
        assert_eq!(
            Contact::read("+33123456789", &long, "", "", home),
            Err(BadContact::TooLong("the name", MAX_CONTACT_NAME))
        );
        let company = Contact::read("+33123456789", "", "Miller Ltd", "", home).unwrap();
        assert_eq!((company.name.as_str(), company.company.as_str()), ("Miller Ltd", ""));
    }

    #[test]
    fn contacts_are_found_by_a_part_of_any_text_and_listed_by_name() {
        let contact =
            |number: &str, name: &str, company: &str| Contact::read(number, name, company, "", "").unwrap();
        let book = ContactBook::new(vec![
            contact("+33123456789", "Zoé", "Miller Ltd"),
            contact("+33123456780", "ann", ""),
        ]);
        assert_eq!(book.found("MILLER"), ["+33123456789"]);
        assert_eq!(book.found("zoe"), ["+33123456789"], "accents are ignored, as in a search for calls");
        assert_eq!(book.by_name().iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["ann", "Zoé"]);
        assert_eq!(book.of("+33123456789").unwrap().full_name(), "Zoé (Miller Ltd)");
    }
}
