//! What surrounds a signal: which call, who, and when.
use jiff::Timestamp;

use crate::flow::callers::Attestation;
use crate::ids::LegId;
use crate::phone::PhoneNumber;
use crate::phone::caller::CallerId;

/// Everything [`advance`](crate::advance) may know besides flow, dialogue and signal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub struct Context {
    /// When the signal came.
    pub now: Timestamp,
    /// The caller's leg, which names the call.
    pub call: LegId,
    /// The leg this signal is about: the caller's, or a callee's during screening.
    pub leg: LegId,
    /// Who calls, as this leg shows it.
    pub from: CallerId,
    /// The caller's name, if the network sent one.
    pub from_name: Option<String>,
    /// The place of the caller's number ("Paris, FR"), if the network sent it.
    pub from_place: Option<String>,
    /// Who calls, if that is known on a callee's leg, which shows what the callee's phone shows.
    pub caller: Option<CallerId>,
    /// The name under which the company knows the caller: that of a contact.
    pub caller_name: Option<String>,
    /// The number that was dialled.
    pub to: String,
    /// A number of ours that can be shown where the call does not name one.
    pub own_number: Option<PhoneNumber>,
    /// The number that forwarded the call, if the network sends one: one of the company's phones that its owner has
    /// diverted.
    pub diverted_from: Option<PhoneNumber>,
    /// How many forwarded calls there were before this one, so that phones take turns; without it, chance decides.
    pub rotation: Option<u32>,
    /// What the network says about the caller's number.
    pub attestation: Attestation,
    /// What the company has decided, or used up, beside its flow.
    pub restrictions: CallRestrictions,
    /// Whether the caller has already hung up, so that the answer will not be heard.
    pub caller_gone: bool,
}

/// What holds for a call beside the flow: decided by people while the desk runs, or by caps that are reached.
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
    /// From then …
    pub from: Timestamp,
    /// … until then.
    pub until: Timestamp,
    /// The message to callers, played first.
    pub say: Option<String>,
}

impl Closure {
    /// Whether it holds at that instant.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        (self.from..self.until).contains(&now)
    }
}

impl Context {
    /// The number of ours that was dialled, however the carrier writes it.
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

    /// The same with caller and called number, in any spelling that [`CallerId::read`] knows.
    #[must_use]
    pub fn with_parties(self, from: &str, to: &str) -> Self {
        self.with_caller(CallerId::read(from), to)
    }

    /// The same with a caller that has been read already, and the called number.
    #[must_use]
    pub fn with_caller(self, from: CallerId, to: impl Into<String>) -> Self {
        Self { from, to: to.into(), ..self }
    }
}
