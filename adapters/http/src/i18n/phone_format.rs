//! Phone numbers as people write them.
use frontdesk_domain::PhoneNumber;
use frontdesk_domain::phone::digits_of;
use phonenumber::Mode;

/// The fewest characters of an international number, with its `+`. Shorter texts are not formatted.
const MIN_CHARS: usize = 8;

/// A number for people: in national format if it belongs to the same country as `at_home`, international otherwise. A text
/// that is not a number of any country (an address, a short number) stays as it is.
pub(crate) fn spoken(number: &str, at_home: Option<&str>) -> String {
    let is_number = number.len() >= MIN_CHARS && number.parse::<PhoneNumber>().is_ok();
    let Some(parsed) = phonenumber::parse(None, number).ok().filter(|_| is_number) else {
        return number.to_owned();
    };
    let home = at_home.and_then(|home| phonenumber::parse(None, home).ok());
    let same = home.is_some_and(|home| home.country().code() == parsed.country().code());
    parsed.format().mode(if same { Mode::National } else { Mode::International }).to_string()
}

/// The country of a number as two letters; `None` if several countries share the prefix or none has it.
pub(crate) fn country(number: &str) -> Option<String> {
    let is_number = number.len() >= MIN_CHARS && number.parse::<PhoneNumber>().is_ok();
    let parsed = phonenumber::parse(None, number).ok().filter(|_| is_number)?;
    // The library treats the leading zero of an Italian landline as an error.
    let italian = || number.starts_with("+390").then_some(phonenumber::country::IT);
    parsed.country().id().or_else(italian).map(|id| id.as_ref().to_owned())
}

/// A search text in the form in which numbers are stored: international ones with a plus, national ones as they are
/// dialled in their country.
pub(crate) fn searched(text: &str) -> String {
    let Some(digits) = digits_of(text).filter(|digits| digits.len() >= 4) else {
        return text.trim().to_owned();
    };
    // The international prefix of most countries, that of North America, and Mexico's former prefixes of mobiles.
    let prefixes = [("00", "+"), ("011", "+"), ("044", "+52"), ("045", "+52"), ("+521", "+52")];
    let international = prefixes.into_iter().find_map(|(prefix, code)| {
        let number = format!("{code}{}", digits.strip_prefix(prefix)?);
        let is_number = phonenumber::parse(None, &number).is_ok_and(|parsed| parsed.is_valid());
        (is_number || prefix == "00").then_some(number)
    });
    international.unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_at_home_and_from_abroad() {
        assert_eq!(spoken("+33123456789", Some("+33199000000")), "01 23 45 67 89");
        assert_eq!(spoken("+33123456789", Some("+12025550147")), "+33 1 23 45 67 89");
        assert_eq!(spoken("+12025550147", Some("+12125550100")), "(202) 555-0147");
        assert_eq!(country("+33123456789").as_deref(), Some("FR"));
        assert_eq!(country("+390612345678").as_deref(), Some("IT"));
        assert_eq!(
            spoken("+33639980456", Some("+33199000000")),
            "06 39 98 04 56",
            "a range reserved for films"
        );
        for other in
            ["+3367a829916", "+1800FLOWERS", "sip:bob@example.com", "client:ann", "1234", "+1", "<b>", ""]
        {
            assert_eq!((spoken(other, Some("+33199000000")), country(other)), (other.to_owned(), None));
        }
    }

    fn finds(typed: &str, number: &str) -> bool {
        let stored = [number.to_owned(), number.parse::<PhoneNumber>().unwrap().national_digits()].join("\n");
        stored.contains(&searched(typed))
    }

    #[test]
    fn a_number_is_found_however_it_is_typed() {
        for (typed, number) in [
            ("01 23 45 67 89", "+33123456789"),
            ("01.23.45.67.89", "+33123456789"),
            ("0123456789", "+33123456789"),
            ("+33 1 23 45 67 89", "+33123456789"),
            ("0033 1 23", "+33123456789"),
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("0044 (0)20 7946 0958", "+442079460958"),
            ("+49 (0)30 12345678", "+493012345678"),
            ("+61 (0)431 234 567", "+61431234567"),
            ("011 33 1 23 45 67 89", "+33123456789"),
            ("(202) 555\u{2013}0147", "+12025550147"),
            ("555\u{2011}0147", "+12025550147"),
            ("tel:+12025550147", "+12025550147"),
            ("\u{202d}+12025550147\u{202c}", "+12025550147"),
            ("\u{2068}202 555 0147\u{2069}", "+12025550147"),
            ("8 (912) 345-67-89", "+79123456789"),
            ("011 15-2345-6789", "+5491123456789"),
            ("044 55 1234 5678", "+525512345678"),
            ("+52 1 55 1234 5678", "+525512345678"),
        ] {
            assert!(finds(typed, number), "{typed} is searched as {}", searched(typed));
        }
        for text in ["Ann 123", "12", "0", "blue boiler"] {
            assert_eq!(searched(text), text);
        }
    }

    /// Searches for numbers as rows show them: example numbers of every region, in national and international format.
    #[test]
    fn a_displayed_number_finds_its_call() {
        let mut tried = 0;
        for code in 1..1000u16 {
            for meta in phonenumber::metadata::DATABASE.by_code(&code).unwrap_or_default() {
                let descriptors = meta.descriptors();
                for example in [Some(descriptors.general()), descriptors.fixed_line(), descriptors.mobile()] {
                    let Some(example) = example.and_then(|kind| kind.example()) else { continue };
                    let number = format!("+{code}{example}");
                    if number.parse::<PhoneNumber>().is_err() {
                        continue;
                    }
                    tried += 1;
                    for home in [number.as_str(), "+12125550100", "+33140000000"] {
                        let shown = spoken(&number, Some(home));
                        assert!(finds(&shown, &number), "{number} is shown as {shown}");
                    }
                }
            }
        }
        assert!(tried > 300, "{tried} numbers");
    }
}
