//! The values that the feed's filters suggest.

use frontdesk_domain::CallFlow;

/// Suggested values, mainly names in the current flow. Names in an earlier flow can still be typed.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(crate) struct Offers {
    /// Phones that calls are forwarded to.
    pub destinations: Vec<String>,
    /// Mailboxes.
    pub mailboxes: Vec<String>,
    /// Users.
    pub people: Vec<String>,
    /// Carriers.
    pub carriers: Vec<String>,
}

impl Offers {
    /// The names of a flow.
    pub(crate) fn of(flow: &CallFlow) -> Self {
        let mut destinations: Vec<String> = flow.phones().map(ToString::to_string).collect();
        let mailboxes = flow.mailboxes().map(ToString::to_string).collect();
        destinations.sort_unstable();
        destinations.dedup();
        Self { destinations, mailboxes, ..Self::default() }
    }
}
