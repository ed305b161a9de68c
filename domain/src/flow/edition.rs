//! Which wording of a flow it is, so that a call in progress can go on by the one it began with.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::flow::draft::FlowDraft;

/// A short name for exactly one wording of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition(u32);

/// A text that is no edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an edition is eight hexadecimal digits")]
pub struct InvalidEdition;

impl Edition {
    /// The edition of a flow: the same on every machine that runs the same version of this crate.
    pub(super) fn of(draft: &FlowDraft) -> Self {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        format!("{draft:?}").hash(&mut hasher);
        let hash = hasher.finish();
        Self(u32::try_from((hash >> 32) ^ (hash & 0xffff_ffff)).unwrap_or_default())
    }
}

/// FNV-1a: the standard library's own hasher may change between versions.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for Edition {
    type Err = InvalidEdition;
    fn from_str(text: &str) -> Result<Self, InvalidEdition> {
        let fits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fits {
            u32::from_str_radix(text, 16).map(Self).map_err(|_| InvalidEdition)
        } else {
            Err(InvalidEdition)
        }
    }
}
