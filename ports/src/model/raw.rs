//! The parameters of a carrier's request, stored so that a later version can interpret them again.
//!
//! They are most of what is stored for an event, so their stored form is short: a JSON array of alternating names and
//! values. A name of [`NAMES`] is stored as its position there, and a repeated value as the position of the parameter
//! that has it first. `[["From","+33…"],["Caller","+33…"]]` becomes `[0,"+33…",2,0]`. The old form is read as well.
use std::fmt;
use std::sync::Arc;

use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names that are stored as their position in this list. The list is part of the stored form: names are added at its end,
/// and none is removed or moved. They are Twilio's; the names of another carrier are written in full.
const NAMES: [&str; 48] = [
    "From",
    "To",
    "Caller",
    "Called",
    "CallSid",
    "AccountSid",
    "CallStatus",
    "ApiVersion",
    "Direction",
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "CallerCity",
    "CallerState",
    "CallerZip",
    "CallerCountry",
    "CalledCity",
    "CalledState",
    "CalledZip",
    "CalledCountry",
    "CallerName",
    "ForwardedFrom",
    "StirVerstat",
    "ParentCallSid",
    "Timestamp",
    "SequenceNumber",
    "CallbackSource",
    "CallDuration",
    "Duration",
    "Digits",
    "FinishedOnKey",
    "msg",
    "DialCallSid",
    "DialCallStatus",
    "DialCallDuration",
    "DialBridged",
    "RecordingSid",
    "RecordingUrl",
    "RecordingStatus",
    "RecordingDuration",
    "RecordingChannels",
    "RecordingSource",
    "RecordingStartTime",
];

/// The parameters of one carrier request, in order, without secrets. The `Debug` output does not show its content.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawParameters(pub Arc<[(String, String)]>);

impl Serialize for RawParameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = serializer.serialize_seq(Some(self.0.len() * 2))?;
        for (place, (name, value)) in self.0.iter().enumerate() {
            match NAMES.iter().position(|known| known == name) {
                Some(number) => parts.serialize_element(&number)?,
                None => parts.serialize_element(name)?,
            }
            // A position would not be shorter than an empty value.
            let earlier = self.0.iter().take(place).position(|(_, earlier)| earlier == value);
            match earlier.filter(|_| !value.is_empty()) {
                Some(earlier) => parts.serialize_element(&earlier)?,
                None => parts.serialize_element(value)?,
            }
        }
        parts.end()
    }
}

/// One part of the stored form.
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Number(usize),
    Text(String),
    /// A parameter of the old form.
    Pair(String, String),
}

impl<'de> Deserialize<'de> for RawParameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Parts).map(|pairs| Self(pairs.into()))
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("alternating names and values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        while let Some(part) = parts.next_element()? {
            let name = match part {
                Part::Pair(name, value) => {
                    pairs.push((name, value));
                    continue;
                }
                Part::Text(name) => name,
                Part::Number(number) => {
                    let name = NAMES.get(number);
                    (*name.ok_or_else(|| A::Error::custom(format!("no name has the number {number}")))?)
                        .to_owned()
                }
            };
            let value = match parts.next_element()? {
                Some(Part::Text(value)) => value,
                Some(Part::Number(earlier)) => {
                    let earlier = pairs.get(earlier).map(|(_, value)| value.clone());
                    earlier.ok_or_else(|| A::Error::custom("a value of a later parameter"))?
                }
                Some(Part::Pair(..)) | None => return Err(A::Error::custom("a name without a value")),
            };
            pairs.push((name, value));
        }
        Ok(pairs)
    }
}

impl fmt::Debug for RawParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawParameters({} pairs)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> RawParameters {
        RawParameters(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn known_names_and_repeated_values_are_numbers_in_the_stored_form() {
        let raw = parameters(&[
            ("Caller", "+33123456789"),
            ("From", "+33123456789"),
            ("ToCity", ""),
            ("ToZip", ""),
            ("Custom", "1"),
            ("RecordingStartTime", "0"),
        ]);
        let stored = serde_json::to_string(&raw).unwrap();
        assert_eq!(stored, r#"[2,"+33123456789",0,0,13,"",15,"","Custom","1",47,"0"]"#);
        assert!(serde_json::from_str::<RawParameters>(&stored).unwrap() == raw);
    }

    #[test]
    fn any_parameters_are_read_as_they_were_written() {
        for pairs in [
            &[][..],
            &[("", "")],
            &[("0", "1"), ("1", "0"), ("0", "0")],
            &[("From", "From"), ("To", "From"), ("From", "To")],
            &[("a", "b"), ("a", "b"), ("From", "b")],
        ] {
            let raw = parameters(pairs);
            let stored = serde_json::to_string(&raw).unwrap();
            assert!(serde_json::from_str::<RawParameters>(&stored).unwrap() == raw, "{stored}");
        }
    }

    #[test]
    fn the_old_form_is_read_and_invalid_data_is_an_error() {
        let raw: RawParameters = serde_json::from_str(r#"[["From","+33"],["To",""]]"#).unwrap();
        assert!(raw == parameters(&[("From", "+33"), ("To", "")]));
        for damaged in [r#"["From"]"#, r#"[999,"x"]"#, r#"["a",0]"#, r#"["a","b","c",1]"#, "{}", "[[1,2]]"] {
            assert!(serde_json::from_str::<RawParameters>(damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn the_numbers_of_names_never_change() {
        assert_eq!((NAMES[0], NAMES[24], NAMES[47]), ("From", "CalledCountry", "RecordingStartTime"));
        let distinct: std::collections::BTreeSet<&str> = NAMES.into_iter().collect();
        assert_eq!(distinct.len(), NAMES.len());
    }
}
