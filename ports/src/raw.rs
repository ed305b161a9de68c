//! A carrier's request as it was told, kept so that newer code can read it again.

use std::fmt;
use std::sync::Arc;

/// The parameters of one carrier request, in order, without secrets. Prints nothing of its content.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawParameters(pub Arc<[(String, String)]>);

impl fmt::Debug for RawParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawParameters({} pairs)", self.0.len())
    }
}
