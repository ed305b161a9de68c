//! What surrounds a signal: which call, who, and when.

use jiff::Timestamp;

use crate::ids::LegId;
use crate::phone::CallerId;

/// Everything [`advance`](crate::advance) may know besides flow, dialogue and signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// When the signal came.
    pub now: Timestamp,
    /// The caller's leg, which names the call.
    pub call: LegId,
    /// The leg this signal is about: the caller's, or a callee's during screening.
    pub leg: LegId,
    /// Who calls, as this leg shows it.
    pub from: CallerId,
    /// The caller's name, if the network told one.
    pub from_name: Option<String>,
    /// Where the caller's number belongs ("Paris, FR"), if the network told it.
    pub from_place: Option<String>,
    /// The number that was dialled.
    pub to: String,
    /// Whether the caller has already hung up: what is answered will not be heard.
    pub caller_gone: bool,
}

impl Context {
    /// A signal on the caller's own leg, from a withheld number.
    pub fn new(call: LegId, now: Timestamp) -> Self {
        Self {
            now,
            leg: call.clone(),
            call,
            from: CallerId::Withheld,
            from_name: None,
            from_place: None,
            to: String::new(),
            caller_gone: false,
        }
    }

    /// The same with caller and called number.
    #[must_use]
    pub fn with_parties(mut self, from: &str, to: &str) -> Self {
        self.from = CallerId::read(from);
        to.clone_into(&mut self.to);
        self
    }
}
