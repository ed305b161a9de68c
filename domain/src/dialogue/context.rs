//! The context of a signal: the call, its parties, and the time.
use jiff::Timestamp;

use crate::flow::callers::Attestation;
use crate::ids::LegId;
use crate::phone::PhoneNumber;
use crate::phone::caller::CallerId;

/// Everything that [`advance`](crate::advance) uses besides flow, dialogue and signal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Context {
    /// When the signal came.
    pub now: Timestamp,
    /// The caller's leg, which names the call.
    pub call: LegId,
    /// The leg this signal is about: the caller's, or a callee's during screening.
    pub leg: LegId,
    /// The caller, as this leg shows it.
    pub from: CallerId,
    /// The caller's name, if the network sent one.
    pub from_name: Option<String>,
    /// The region of the caller's number ("Paris, FR"), if the network sent it.
    pub from_place: Option<String>,
    /// The caller of the call, if known on a callee's leg, where `from` is only what the callee's phone shows.
    pub caller: Option<CallerId>,
    /// The caller's name in the company's contacts.
    pub caller_name: Option<String>,
    /// The number that was dialled.
    pub to: String,
    /// A number of ours to show if the called number cannot be read.
    pub own_number: Option<PhoneNumber>,
    /// The number that diverted the call to us, if the network sends one: for example, a company phone whose owner has
    /// diverted it.
    pub diverted_from: Option<PhoneNumber>,
    /// How many forwarded calls there were before this one, so that phones take turns; a hash of the call's id if `None`.
    pub rotation: Option<u32>,
    /// What the network says about the caller's number.
    pub attestation: Attestation,
    /// Restrictions that apply in addition to the flow.
    pub restrictions: CallRestrictions,
    /// Whether the caller has already hung up, so that the answer will not be heard.
    pub caller_gone: bool,
}

/// Restrictions of a call in addition to the flow: set by people at run time, or caused by caps that are reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct CallRestrictions {
    /// The caller is on the block list.
    pub is_blocked: bool,
    /// This caller has called more often than a cap allows.
    pub calls_too_often: bool,
    /// A cap on forwarding is reached.
    pub may_not_forward: bool,
    /// The temporary closure in effect, if any.
    pub closure: Option<Closure>,
}

/// A temporary closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// The start.
    pub from: Timestamp,
    /// The end, exclusive.
    pub until: Timestamp,
    /// A message that callers hear first.
    pub say: Option<String>,
}

impl Closure {
    /// Whether the closure is in effect at that instant.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        (self.from..self.until).contains(&now)
    }
}

impl Context {
    /// The number of ours that was dialled, in any spelling of the carrier.
    pub(crate) fn called(&self) -> Option<PhoneNumber> {
        PhoneNumber::read_called(&self.to)
    }

    /// A signal on the caller's own leg, from a withheld number.
    pub fn new(call: LegId, now: Timestamp) -> Self {
        Self {
            now,
            leg: call.clone(),
            call,
            from: CallerId::Withheld,
            from_name: None,
            from_place: None,
            caller: None,
            caller_name: None,
            to: String::new(),
            own_number: None,
            diverted_from: None,
            rotation: None,
            attestation: Attestation::Unknown,
            restrictions: CallRestrictions::default(),
            caller_gone: false,
        }
    }

    /// The same context with caller and called number, in any spelling that [`CallerId::read`] accepts.
    #[must_use]
    pub fn with_parties(self, from: &str, to: &str) -> Self {
        self.with_caller(CallerId::read(from), to)
    }

    /// The same context with a parsed caller, and the called number.
    #[must_use]
    pub fn with_caller(self, from: CallerId, to: impl Into<String>) -> Self {
        Self { from, to: to.into(), ..self }
    }
}
