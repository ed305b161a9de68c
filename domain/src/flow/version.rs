//! The version of a flow, so that a call in progress continues with the one that it began with.
use std::fmt;
use std::str::FromStr;

use crate::flow::draft::FlowDraft;
use crate::hash::fnv1a;

/// A short identifier of the exact content of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowVersion(u32);

/// A text that is not a valid version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a flow version is eight hexadecimal digits")]
pub struct InvalidFlowVersion;

impl FlowVersion {
    /// The version of a flow: a hash of its content, in the names that flow files use.
    pub(super) fn of(draft: &FlowDraft) -> Self {
        let content =
            toml::to_string(draft).expect("every flow can be serialized, which a property test checks");
        let hash = fnv1a(content.as_bytes());
        Self(u32::try_from((hash >> 32) ^ (hash & 0xffff_ffff)).unwrap_or_default())
    }
}

impl fmt::Display for FlowVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for FlowVersion {
    type Err = InvalidFlowVersion;
    fn from_str(text: &str) -> Result<Self, InvalidFlowVersion> {
        let fits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fits {
            u32::from_str_radix(text, 16).map(Self).map_err(|_| InvalidFlowVersion)
        } else {
            Err(InvalidFlowVersion)
        }
    }
}
