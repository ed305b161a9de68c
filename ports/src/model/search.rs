//! The text by which calls are found.
use std::collections::HashMap;

use frontdesk_domain::{Call, PhoneAddress, PhoneNumber};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text in the form in which texts are compared in a search: without accents, letter case and invisible characters,
/// regardless of the Unicode form.
pub fn fold(text: &str) -> String {
    let plain = text.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>();
    frontdesk_domain::phone::visible_lines(&plain).replace('ß', "ss").replace('ı', "i")
}

/// Everything by which a call is found: numbers in international and national form, names, places and transcripts.
pub fn search_text(call: &Call) -> String {
    SearchTexts::default().of(call)
}

/// The maximum number of cached national forms.
const MAX_NUMBERS: usize = 4096;

/// Builds the texts of many calls, and caches the national forms of numbers, which are slow to compute.
#[derive(Debug, Default)]
pub struct SearchTexts {
    national: HashMap<String, Option<String>>,
}

impl SearchTexts {
    /// The text by which a call is found.
    pub fn of(&mut self, call: &Call) -> String {
        let parties = call.parties.as_ref();
        let mut words: Vec<String> = Vec::new();
        let called = parties.map(|parties| parties.to.as_str());
        let from = parties.and_then(|parties| parties.from.as_text());
        let numbers = [from, called, call.forwarded_to.as_ref().map(PhoneAddress::as_str)];
        for number in numbers.into_iter().flatten() {
            words.push(number.to_owned());
            words.extend(self.national(number));
        }
        words.extend(parties.and_then(|parties| parties.from_name.clone()));
        words.extend(parties.and_then(|parties| parties.from_place.clone()));
        words.extend(call.voicemails.iter().filter_map(|voicemail| voicemail.transcript.clone()));
        fold(&words.join("\n"))
    }

    /// The digits of a number as they are dialled in its own country.
    fn national(&mut self, number: &str) -> Option<String> {
        if let Some(known) = self.national.get(number) {
            return known.clone();
        }
        let digits = PhoneNumber::read_called(number).map(|number| number.national_digits());
        if self.national.len() >= MAX_NUMBERS {
            self.national.clear();
        }
        self.national.insert(number.to_owned(), digits.clone());
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_letter_case_and_unicode_forms_do_not_matter() {
        for (typed, name) in [
            ("eric", "Éric Lefèvre"),
            ("LEFEVRE", "Éric Lefèvre"),
            ("E\u{301}ric", "Éric"),
            ("Zoë", "Zoe\u{308}"),
            ("zoe", "Zoë"),
            ("ipek", "İpek"),
            ("strasse", "Straße"),
            ("иван", "ИВАН"),
        ] {
            assert!(fold(name).contains(&fold(typed)), "{typed} in {name}");
        }
    }
}
