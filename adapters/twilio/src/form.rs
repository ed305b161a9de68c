//! A form as it came: every pair, in order, decoded once. Nothing is refused here but size.

use percent_encoding::percent_decode;

/// More pairs than this are no carrier's.
const MOST_PAIRS: usize = 500;

/// The pairs of an `application/x-www-form-urlencoded` body.
#[derive(Clone, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Form({} pairs)", self.0.len())
    }
}

impl Form {
    /// Decodes a body; `None` if it has too many pairs. Bytes that are no UTF-8 become U+FFFD: a signature over them
    /// does not match, which is the answer they deserve.
    pub fn decode(body: &[u8]) -> Option<Self> {
        let mut pairs = Vec::new();
        for pair in body.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MOST_PAIRS {
                return None;
            }
            let mut halves = pair.splitn(2, |&b| b == b'=');
            let name = halves.next().unwrap_or_default();
            pairs.push((decode(name), decode(halves.next().unwrap_or_default())));
        }
        Some(Self(pairs))
    }

    /// Its pairs, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of that name that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A whole number of that name.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }
}

fn decode(text: &[u8]) -> String {
    if !text.contains(&b'+') {
        return percent_decode(text).decode_utf8_lossy().into_owned();
    }
    let spaced: Vec<u8> = text.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    percent_decode(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_order_repeats_and_empty_values() {
        let form = Form::decode(b"b=2&a=%2B1+2&b=3&c=&d&&=x").unwrap();
        let expected = [("b", "2"), ("a", "+1 2"), ("b", "3"), ("c", ""), ("d", ""), ("", "x")];
        assert_eq!(form.pairs(), expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!((form.get("b"), form.get("c"), form.get("e")), (Some("2"), None, None));
    }

    #[test]
    fn what_is_mangled_is_taken_as_it_is() {
        let form = Form::decode(b"a=%zz&b=%ff%fe&c=%&d=100%25").unwrap();
        assert_eq!(form.get("a"), Some("%zz"));
        assert_eq!(form.get("b"), Some("\u{fffd}\u{fffd}"));
        assert_eq!((form.get("c"), form.get("d")), (Some("%"), Some("100%")));
    }

    #[test]
    fn ten_thousand_pairs_are_too_many() {
        assert_eq!(Form::decode("a=1&".repeat(10_000).as_bytes()), None);
        assert!(Form::decode("a=1&".repeat(500).as_bytes()).is_some());
    }
}
