//! Identifiers: our own call ids, and the carrier's opaque ids for legs and recordings.
use std::fmt::{self, Write};
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::names::{checked_text, text_in_json};

/// A text that is not a valid id of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {why}")]
pub struct InvalidId {
    kind: &'static str,
    why: &'static str,
}

/// Our own id of a call: a ULID, so it sorts by the time the call started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallId(Ulid);

impl CallId {
    /// An id for a call that started at `started_at` (to the millisecond), made unique by 80 bits of `random`.
    pub fn new(started_at: Timestamp, random: u128) -> Self {
        Self(Ulid::from_parts(u64::try_from(started_at.as_millisecond()).unwrap_or(0), random))
    }

    /// The smallest id that a call started at `at` can have; for comparing ids with a time.
    pub fn floor(at: Timestamp) -> Self {
        Self::new(at, 0)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for CallId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let id = Ulid::from_string(text).map_err(|_| InvalidId {
            kind: "call id",
            why: "a ULID has 26 characters of Crockford's base 32",
        })?;
        Ok(Self(id))
    }
}

/// Carrier ids are opaque; they only have to fit into a URL path and a log line unchanged.
fn check_opaque(text: &str, kind: &'static str) -> Result<(), InvalidId> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || text.len() > 64 {
        Err(InvalidId { kind, why: "it has 1 to 64 characters" })
    } else if !text.chars().all(fits) {
        Err(InvalidId { kind, why: "it has ASCII letters, digits, '-' and '_' only" })
    } else {
        Ok(())
    }
}

/// The carrier's id of one party's connection. Written `carrier:id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LegId {
    carrier: String,
    id: String,
}

impl LegId {
    /// A leg called `id` by the carrier known as `carrier` (a short name such as `twilio`). Both have 1 to 64 characters:
    /// ASCII letters, digits, `-` and `_`, so that they fit into a URL's path and a log line unchanged. For ids of
    /// another form there is [`from_foreign`](Self::from_foreign).
    pub fn new(carrier: &str, id: &str) -> Result<Self, InvalidId> {
        check_opaque(carrier, "carrier name")?;
        check_opaque(id, "leg id")?;
        Ok(Self { carrier: carrier.to_owned(), id: id.to_owned() })
    }

    /// A leg with the carrier's id `foreign`, in any form: a SIP `Call-ID` such as
    /// `a84b4c76e66710@pc33.atlanta.com`, or Asterisk's `1700000000.12`. A valid id is used unchanged; any other text
    /// becomes its SHA-256, the first 160 bits in hexadecimal. Equal texts give equal ids: an id that the other side chooses, such
    /// as a `Call-ID`, must be made unique first, or one call can be mixed with another.
    ///
    /// ```
    /// use frontdesk_domain::LegId;
    ///
    /// let kept = LegId::from_foreign("asterisk", "call-1")?;
    /// assert_eq!((kept.carrier(), kept.id()), ("asterisk", "call-1"));
    /// let hashed = LegId::from_foreign("sip", "a84b4c76e66710@pc33.atlanta.com")?;
    /// assert_eq!(hashed.id().len(), 40);
    /// # Ok::<(), frontdesk_domain::ids::InvalidId>(())
    /// ```
    pub fn from_foreign(carrier: &str, foreign: &str) -> Result<Self, InvalidId> {
        if check_opaque(foreign, "leg id").is_ok() {
            return Self::new(carrier, foreign);
        }
        let digest = Sha256::digest(foreign);
        let mut id = String::with_capacity(40);
        for byte in digest.iter().take(20) {
            // Writing to a String cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        Self::new(carrier, &id)
    }

    /// The leg of the callee with this number within the call that this leg names.
    pub(crate) fn callee(&self, number: u16) -> Self {
        let id = format!("{}-{number}", self.id);
        // The id can only become too long; `from_foreign` then hashes it.
        Self::from_foreign(&self.carrier, &id).unwrap_or_else(|_| self.clone())
    }

    /// Our name for the carrier.
    pub fn carrier(&self) -> &str {
        &self.carrier
    }

    /// The carrier's id of the leg.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.carrier, self.id)
    }
}

impl FromStr for LegId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (carrier, id) =
            text.split_once(':').ok_or(InvalidId { kind: "leg id", why: "it is written carrier:id" })?;
        Self::new(carrier, id)
    }
}

/// The carrier's id of a recording. It must be unique for the carrier, not only for the call, because stored audio is
/// found by it. It has the same form as the id of a [`LegId`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordingId(String);

impl FromStr for RecordingId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        check_opaque(text, "recording id")?;
        Ok(Self(text.to_owned()))
    }
}

checked_text!(RecordingId);
text_in_json!(CallId, LegId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_ids_sort_by_the_time_the_call_started() {
        let early = CallId::new("2026-11-22T09:00:00.001Z".parse().unwrap(), u128::MAX);
        let late = CallId::new("2026-11-22T09:00:00.002Z".parse().unwrap(), 0);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse::<CallId>(), Ok(early));
    }

    #[test]
    fn a_foreign_id_is_kept_if_it_is_valid_and_otherwise_replaced_by_its_hash() {
        assert_eq!(LegId::from_foreign("sip", "CA1-x_2").unwrap().id(), "CA1-x_2");
        for foreign in ["a84b4c76e66710@pc33.atlanta.com", "1700000000.12", "v3:abc", "", &"A".repeat(65)] {
            let leg = LegId::from_foreign("sip", foreign).unwrap();
            assert_eq!(leg.id().len(), 40, "{foreign}");
            assert_eq!(leg, LegId::from_foreign("sip", foreign).unwrap());
        }
        assert_eq!(
            LegId::from_foreign("sip", "abc@x").unwrap().id(),
            "b74912a7d942c1e77f964f045d7459c204b87bfa"
        );
        assert!(LegId::from_foreign("no carrier", "CA1").is_err());
    }

    #[test]
    fn the_legs_of_callees_differ_however_long_the_callers_id_is() {
        let (short, long) = (LegId::new("sip", "CA1").unwrap(), LegId::new("sip", &"A".repeat(64)).unwrap());
        assert_eq!(short.callee(2).id(), "CA1-2");
        assert_ne!(long.callee(1), long.callee(2));
        assert_ne!(long.callee(1), long);
    }

    #[test]
    fn ids_that_could_leave_a_url_path_are_refused() {
        for bad in ["", "CA/../x", "CA x", "CA?x", "CA%2e", "CA\u{e9}", &"A".repeat(65)] {
            assert!(LegId::new("twilio", bad).is_err(), "{bad}");
            assert!(bad.parse::<RecordingId>().is_err(), "{bad}");
        }
        assert_eq!("twilio:CA1".parse::<LegId>().unwrap().id(), "CA1");
    }
}
