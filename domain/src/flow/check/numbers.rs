//! Checks that the numbers to ring are phones of people: not ours, not emergency or premium services, and in an allowed
//! country.
use super::super::carrier_limits::CarrierLimits;
use super::super::draft::FlowDraft;
use super::super::problem::{Problem, ProblemKind};
use super::super::target::Target;
use crate::phone::PhoneNumber;
use crate::phone::spelling::has_possible_length;

/// The shortest number of a person's phone, country code included (the shortest in use have 7 digits).
const MIN_DIGITS: usize = 7;

/// Prefixes of premium-rate numbers, from the numbering plans that their countries publish, and of international
/// services that cost extra (ITU-T E.164, country codes 808, 870, 878, 881 to 883, 979).
const PREMIUM_PREFIXES: [&str; 36] = [
    "+1900", "+1976", "+3389", "+4490", "+4491", "+4498", "+4487", "+49900", "+49137", "+39892", "+39894",
    "+39895", "+39899", "+34803", "+34806", "+34807", "+34905", "+41900", "+41901", "+41906", "+32900",
    "+32902", "+32903", "+31900", "+31906", "+31909", "+979", "+870", "+881", "+882", "+883", "+878", "+808",
    "+43900", "+43930", "+37190",
];

pub(super) fn destinations(flow: &FlowDraft, limits: &CarrierLimits, problems: &mut Vec<Problem>) {
    for (name, forward) in &flow.forwards {
        for (position, destination) in forward.destinations.iter().enumerate() {
            let phone = &destination.phone;
            let is_possible = match () {
                () if phone.is_extension() => limits.extensions,
                () if phone.is_sip() => limits.sip_addresses,
                () => true,
            };
            if let Some(digits) = destination.digits.clone().filter(|_| !limits.digits) {
                let setting = format!("to.{position}.digits");
                let kind = ProblemKind::CannotDialDigits(digits);
                problems.push(Problem::new(Target::Forward(name.clone()), setting, kind));
            }
            let impossible = || (!is_possible).then(|| ProblemKind::CannotBeRung(phone.clone()));
            if let Some(kind) = impossible().or_else(|| problem(flow, &phone.dialled()?)) {
                let setting = format!("to.{position}.number");
                problems.push(Problem::new(Target::Forward(name.clone()), setting, kind));
            }
        }
    }
}

fn problem(flow: &FlowDraft, number: &PhoneNumber) -> Option<ProblemKind> {
    let text = number.as_str();
    let bad = |why| Some(ProblemKind::BadDestination { number: number.clone(), why });
    if flow.main_numbers.contains_key(number) {
        return Some(ProblemKind::OwnNumber(number.clone()));
    }
    if text.len() - 1 < MIN_DIGITS {
        return bad("is a short number, possibly of an emergency service; calls must not be forwarded to it");
    }
    if !has_possible_length(number) {
        return bad("is not a number of any country: its country code or length does not exist");
    }
    if number.has_trunk_zero() {
        return bad("has a zero after the country code, which is left out from abroad");
    }
    if PREMIUM_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
        return bad("starts like a premium-rate number");
    }
    let allowed = flow.countries.is_empty() || flow.countries.iter().any(|prefix| text.starts_with(prefix));
    (!allowed).then(|| ProblemKind::CountryNotAllowed(number.clone()))
}
