//! The parameters of a carrier's request, stored so that a later version can interpret them again.
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The parameters of one carrier request, in order, without secrets. Prints nothing of its content.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawParameters(pub Arc<[(String, String)]>);

impl Serialize for RawParameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        <[(String, String)]>::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for RawParameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|pairs| Self(pairs.into()))
    }
}

impl fmt::Debug for RawParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawParameters({} pairs)", self.0.len())
    }
}
