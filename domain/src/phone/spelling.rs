//! Parses phone numbers in the many forms in which people, carriers and phones write them.
use phonenumber::country::Id;
use phonenumber::{Mode, metadata::DATABASE};

use super::PhoneNumber;

/// Digits without a plus are read as an international number only if there are at least this many, so that a short
/// national number is not taken for one.
const MIN_INTERNATIONAL_DIGITS: usize = 8;

/// A text without invisible characters (directional marks, zero-width characters, soft hyphens) and surrounding spaces.
pub fn visible(text: &str) -> String {
    visible_lines(text).replace(char::is_control, " ").trim().to_owned()
}

/// The same, but keeps line breaks and spaces.
pub fn visible_lines(text: &str) -> String {
    let is_invisible = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{feff}')
    };
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

/// The digits of a text that writes a number, with a `+` before them if it is international; `None` for any other text.
/// Spaces, brackets, dots, slashes and dashes of every kind may separate them; a zero in brackets after the country
/// code is left out.
pub fn digits_of(text: &str) -> Option<String> {
    let text = visible(text);
    let text = text.strip_prefix("tel:").unwrap_or(&text);
    let is_separator = |c: char| {
        c.is_whitespace() || ".-/()".contains(c) || ('\u{2010}'..='\u{2015}').contains(&c) || c == '\u{2212}'
    };
    let international = text.starts_with('+') || text.starts_with("00");
    let text = if international { text.replace("(0)", "") } else { text.to_owned() };
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", text.as_str()),
    };
    if rest.chars().any(|c| !c.is_ascii_digit() && !is_separator(c)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{plus}{digits}"))
}

/// The country of a number.
fn country(number: &PhoneNumber) -> Option<Id> {
    phonenumber::parse(None, number.as_str()).ok()?.country().id().or_else(|| {
        // If several countries share the code, the numbering plan of the first is used.
        let code = phonenumber::parse(None, number.as_str()).ok()?.country().code();
        DATABASE.by_code(&code)?.first().and_then(|meta| meta.id().parse().ok())
    })
}

fn international(digits: &str) -> Option<PhoneNumber> {
    format!("+{digits}").parse().ok()
}

fn is_north_american(number: &PhoneNumber) -> bool {
    number.as_str().starts_with("+1")
}

fn is_valid(number: &PhoneNumber) -> bool {
    phonenumber::parse(None, number.as_str()).is_ok_and(|parsed| parsed.is_valid())
}

fn e164(parsed: &phonenumber::PhoneNumber) -> Option<PhoneNumber> {
    parsed.format().mode(Mode::E164).to_string().parse().ok()
}

impl PhoneNumber {
    /// Reads a number in any of the usual spellings: E.164 with and without the plus, `00…`, and, by the country of
    /// `home`, national and international dialling forms (`011…` in North America).
    pub fn read(text: &str, home: Option<&Self>) -> Option<Self> {
        let digits = digits_of(text)?;
        if let Some(digits) = digits.strip_prefix('+') {
            return international(digits);
        }
        if let Some(digits) = digits.strip_prefix("00").filter(|rest| !rest.starts_with('0')) {
            return international(digits);
        }
        if let Some(digits) = digits.strip_prefix("011").filter(|_| home.is_some_and(is_north_american)) {
            return international(digits);
        }
        let country = home.and_then(country);
        if let Some(country) = country
            && let Ok(parsed) = phonenumber::parse(Some(country), &digits)
            && parsed.is_valid()
        {
            return e164(&parsed);
        }
        let home_code = home.and_then(|home| {
            let code = phonenumber::parse(None, home.as_str()).ok()?.country().code();
            Some(code.to_string())
        });
        let number = international(&digits).filter(|_| digits.len() >= MIN_INTERNATIONAL_DIGITS)?;
        let is_of_home =
            home_code.is_some_and(|code| digits.starts_with(&code) && has_possible_length(&number));
        (is_valid(&number) || is_of_home).then_some(number)
    }

    /// The digits of the number as dialled in its own country.
    pub fn national_digits(&self) -> String {
        let parsed = phonenumber::parse(None, self.as_str());
        let national = parsed.map(|parsed| parsed.format().mode(Mode::National).to_string());
        national.unwrap_or_default().chars().filter(char::is_ascii_digit).collect()
    }

    /// Whether it contains the trunk zero, which is dialled only within its own country.
    pub fn has_trunk_zero(&self) -> bool {
        let parsed = phonenumber::parse(None, self.as_str()).ok();
        parsed.and_then(|parsed| e164(&parsed)).is_some_and(|dialled| dialled != *self)
    }

    /// Whether the number can be shown as the caller's: its length is possible in its country, it is written without a
    /// trunk zero, and a North American number has an area code and an exchange (`+1`, then 2 to 9 in both places).
    /// Carriers refuse calls with other caller ids (Twilio, error 13214).
    pub fn can_be_shown(&self) -> bool {
        let Ok(parsed) = phonenumber::parse(None, self.as_str()) else { return false };
        let nanp = |digits: &str| {
            let place = |at: usize| digits.as_bytes().get(at).is_some_and(|b| (b'2'..=b'9').contains(b));
            digits.len() == 10 && place(0) && place(3)
        };
        let is_nanp = self.as_str().strip_prefix("+1").is_none_or(nanp);
        is_nanp && e164(&parsed).as_ref() == Some(self) && is_length_possible(self, &parsed)
    }
}

/// Whether its length is possible for numbers of its country.
pub(crate) fn has_possible_length(number: &PhoneNumber) -> bool {
    phonenumber::parse(None, number.as_str()).is_ok_and(|parsed| is_length_possible(number, &parsed))
}

fn is_length_possible(number: &PhoneNumber, parsed: &phonenumber::PhoneNumber) -> bool {
    let code = parsed.country().code();
    let length = u16::try_from(number.as_str().len() - 1 - code.to_string().len()).unwrap_or(u16::MAX);
    let of_country = DATABASE.by_code(&code).unwrap_or_default();
    of_country.iter().any(|meta| {
        let kinds = meta.descriptors();
        let kinds = [
            kinds.fixed_line(),
            kinds.mobile(),
            kinds.toll_free(),
            kinds.premium_rate(),
            kinds.shared_cost(),
            kinds.personal_number(),
            kinds.voip(),
            kinds.uan(),
        ];
        kinds.into_iter().flatten().any(|kind| kind.possible_length().contains(&length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_is_read_in_every_usual_spelling() {
        let (paris, london, york) = (number("+33140000000"), number("+442079460000"), number("+12125550100"));
        for (text, home, read) in [
            ("+33123456789", &paris, "+33123456789"),
            ("33123456789", &paris, "+33123456789"),
            ("33123456789", &york, "+33123456789"),
            ("0033123456789", &paris, "+33123456789"),
            ("0123456789", &paris, "+33123456789"),
            ("01 23 45 67 89", &paris, "+33123456789"),
            ("+44 (0)20 7946 0958", &paris, "+442079460958"),
            ("0044 (0)20 7946 0958", &paris, "+442079460958"),
            ("020 7946 0958", &london, "+442079460958"),
            ("(202) 555\u{2013}0147", &york, "+12025550147"),
            ("202\u{2011}555\u{2011}0147", &york, "+12025550147"),
            ("011 33 1 23 45 67 89", &york, "+33123456789"),
            ("tel:+12025550147", &york, "+12025550147"),
            ("\u{202d}+12025550147\u{202c}", &york, "+12025550147"),
            ("15551234567", &york, "+15551234567"),
        ] {
            assert_eq!(PhoneNumber::read(text, Some(home)), Some(number(read)), "{text:?}");
        }
        for text in ["1234", "Ann 123", "", "+", "101", "client:ann", "3367a829916"] {
            assert_eq!(PhoneNumber::read(text, Some(&paris)), None, "{text:?}");
        }
    }

    #[test]
    fn only_numbers_that_carriers_accept_can_be_shown() {
        for shown in ["+33123456789", "+12025550147", "+390612345678", "+442079460958", "+33639980456"] {
            assert!(number(shown).can_be_shown(), "{shown}");
        }
        for refused in [
            "+1234",
            "+12",
            "+15551",
            "+10000000000",
            "+11234567890",
            "+12021234567",
            "+999999999999999",
            "+330631966543",
            "+4407740125622",
        ] {
            assert!(!number(refused).can_be_shown(), "{refused}");
        }
    }
}
