//! Opening hours: a node that branches by the time of day.

pub(crate) mod schedule;
use serde::Serialize;

use crate::flow::target::Target;

use schedule::Schedule;

/// Chooses the next node by the opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// When it is open.
    pub schedule: Schedule,
    /// Where callers go while it is open.
    pub open: Target,
    /// Where they go while it is closed.
    pub closed: Target,
    /// Where they go on days that a dated rule closes; same as `closed` when `None`.
    pub holiday: Option<Target>,
}

impl Hours {
    /// Every node it leads to.
    pub fn exits(&self) -> impl Iterator<Item = &Target> {
        [&self.open, &self.closed].into_iter().chain(&self.holiday)
    }
}
