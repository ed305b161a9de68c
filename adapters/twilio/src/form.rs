//! The form of a request: every pair in order, decoded once. Only its size is limited here.

/// The most pairs that a request may have.
const MAX_PAIRS: usize = 500;
/// The longest duration in seconds: a call lasts at most a day (`timeLimit` of `<Dial>`), plus a margin for clock skew.
const MAX_SECONDS: u32 = 25 * 3600;

/// The pairs of an `application/x-www-form-urlencoded` body.
#[derive(Clone, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Form({} pairs)", self.0.len())
    }
}

impl Form {
    /// Decodes a body; `None` if it has too many pairs. Bytes that are not UTF-8 become U+FFFD, so a signature over them
    /// does not match.
    pub fn decode(body: &[u8]) -> Option<Self> {
        let mut pairs = form_urlencoded::parse(body).into_owned();
        let taken = pairs.by_ref().take(MAX_PAIRS).collect();
        pairs.next().is_none().then_some(Self(taken))
    }

    /// Its pairs, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first non-empty value of the field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The field as a whole number.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// The field as a duration in seconds.
    pub fn seconds(&self, name: &str) -> Option<u32> {
        seconds(self.get(name)?)
    }
}

/// A duration in seconds as the carrier writes it. Values longer than any call are ignored: a timestamp was seen in place
/// of a duration (kazoo, pull request 6534).
pub(crate) fn seconds(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|seconds| *seconds <= MAX_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_longer_than_any_call_are_ignored() {
        let form = Form::decode(b"day=86400&stamp=1784000000&text=9s&negative=-1").unwrap();
        assert_eq!(form.seconds("day"), Some(86_400));
        for name in ["stamp", "text", "negative", "missing"] {
            assert_eq!(form.seconds(name), None, "{name}");
        }
    }

    #[test]
    fn pairs_keep_their_order_repeats_and_empty_values() {
        let form = Form::decode(b"b=2&a=%2B1+2&b=3&c=&d&&=x").unwrap();
        let expected = [("b", "2"), ("a", "+1 2"), ("b", "3"), ("c", ""), ("d", ""), ("", "x")];
        assert_eq!(form.pairs(), expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!((form.get("b"), form.get("c"), form.get("e")), (Some("2"), None, None));
    }

    #[test]
    fn malformed_escapes_stay_text() {
        let form = Form::decode(b"a=%zz&b=%ff%fe&c=%&d=100%25").unwrap();
        assert_eq!(form.get("a"), Some("%zz"));
        assert_eq!(form.get("b"), Some("\u{fffd}\u{fffd}"));
        assert_eq!((form.get("c"), form.get("d")), (Some("%"), Some("100%")));
    }

    #[test]
    fn five_hundred_pairs_are_the_limit() {
        assert_eq!(Form::decode("a=1&".repeat(10_000).as_bytes()), None);
        assert!(Form::decode("a=1&".repeat(500).as_bytes()).is_some());
    }
}
