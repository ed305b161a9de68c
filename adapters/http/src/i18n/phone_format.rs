//! Phone numbers as people write them.
use phonenumber::Mode;

/// A `+` and fewer digits than this is no number that can be dialled from everywhere.
const SHORTEST: usize = 8;

/// A number for people: in national form if it belongs to the same country as `at_home`, international otherwise. What is
/// no number of any country (an address, a short number) stays as it is.
pub(crate) fn spoken(number: &str, at_home: Option<&str>) -> String {
    let Ok(parsed) = phonenumber::parse(None, number) else { return number.to_owned() };
    if !number.starts_with('+') || number.len() < SHORTEST {
        return number.to_owned();
    }
    let home = at_home.and_then(|home| phonenumber::parse(None, home).ok());
    let same = home.is_some_and(|home| home.country().code() == parsed.country().code());
    parsed.format().mode(if same { Mode::National } else { Mode::International }).to_string()
}

/// The country of a number as two letters; `None` if several countries share the prefix or none has it.
pub(crate) fn country(number: &str) -> Option<String> {
    let parsed = phonenumber::parse(None, number).ok().filter(|_| number.len() >= SHORTEST)?;
    parsed.country().id().map(|id| id.as_ref().to_owned())
}

/// A search text in the form in which numbers are stored: `01 23 45 67 89` finds `+33123456789`.
pub(crate) fn searched(text: &str) -> String {
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let only_number = text.chars().all(|c| c.is_ascii_digit() || " .-/()+\u{a0}\u{202f}".contains(c));
    if !only_number || digits.len() < 4 {
        return text.to_owned();
    }
    if text.starts_with('+') {
        return format!("+{digits}");
    }
    digits.strip_prefix("00").or(digits.strip_prefix('0')).unwrap_or(&digits).to_owned()
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
        assert_eq!(
            spoken("+33639980456", Some("+33199000000")),
            "06 39 98 04 56",
            "a range reserved for films"
        );
        for other in ["sip:bob@example.com", "client:ann", "1234", "+1", "<b>", ""] {
            assert_eq!((spoken(other, Some("+33199000000")), country(other)), (other.to_owned(), None));
        }
    }

    #[test]
    fn a_number_is_found_however_it_is_typed() {
        for typed in ["01 23 45 67 89", "01.23.45.67.89", "0123456789"] {
            assert_eq!(searched(typed), "123456789");
        }
        assert_eq!(searched("+33 1 23 45 67 89"), "+33123456789");
        assert_eq!(searched("0033 1 23"), "33123");
        for text in ["Ann 123", "12", "0", "blue boiler"] {
            assert_eq!(searched(text), text);
        }
    }
}
