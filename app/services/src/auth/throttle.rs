//! Limits how often passwords, codes and tokens can be guessed, and how much of that the audit log holds.
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use frontdesk_domain::Timestamp;
use parking_lot::Mutex;

/// How long a failed attempt counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// The most budgets that are remembered.
const MAX_BUDGETS: usize = 10_000;
/// The most attempts that the audit log holds one by one within [`WINDOW`], from all networks together.
const MAX_NOTED: usize = 100;

/// What attempts are counted by, each with its own limit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Budget {
    /// Attempts for an account from a network, or for a purpose of a signed-in person.
    Account(String, String),
    /// Attempts for an account from all networks that it has not been signed in from.
    AnywhereFor(String),
    /// Attempts from a network for all accounts together.
    From(String),
    /// Wrong API tokens from a network.
    TokensFrom(String),
}

impl Budget {
    fn limit(&self) -> usize {
        match self {
            Self::Account(..) => 10,
            Self::AnywhereFor(_) => 100,
            Self::From(_) => 30,
            Self::TokensFrom(_) => 300,
        }
    }
}

/// The network of a client: an IPv6 client has a /64 of addresses to itself, an IPv4 client one address.
pub(crate) fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(address) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// Attempts within [`WINDOW`], by budget.
#[derive(Default)]
pub(crate) struct Throttle {
    attempts: Mutex<BTreeMap<Budget, Vec<Timestamp>>>,
    /// The networks that accounts have been signed in from since the start.
    known: Mutex<BTreeSet<(String, String)>>,
}

impl Throttle {
    /// Counts an attempt before it is made, so that concurrent attempts count as well. Returns how long to wait if there
    /// were too many.
    pub fn count(&self, budget: &Budget, now: Timestamp) -> Result<(), Duration> {
        let mut attempts = self.attempts.lock();
        if attempts.len() >= MAX_BUDGETS && !attempts.contains_key(budget) {
            attempts.retain(|_, at| at.last().is_some_and(|at| now < *at + WINDOW));
        }
        if attempts.len() >= MAX_BUDGETS && !attempts.contains_key(budget) {
            make_room(&mut attempts);
        }
        let recent = attempts.entry(budget.clone()).or_default();
        recent.retain(|at| now < *at + WINDOW);
        match recent.first() {
            Some(oldest) if recent.len() >= budget.limit() => {
                Err(Duration::try_from((*oldest + WINDOW).duration_since(now)).unwrap_or_default())
            }
            _ => {
                recent.push(now);
                Ok(())
            }
        }
    }

    /// Counts an attempt to sign in, by account and by network. Attempts from other networks do not count
    /// against a network that the account has been signed in from.
    pub fn count_sign_in(&self, name: &str, network: &str, now: Timestamp) -> Result<(), Duration> {
        // The network first: one that has used up its budget adds no others, which would push out those of accounts.
        self.count(&Budget::From(network.to_owned()), now)?;
        self.count(&Budget::Account(name.to_owned(), network.to_owned()), now)?;
        if self.is_known(name, network) {
            return Ok(());
        }
        self.count(&Budget::AnywhereFor(name.to_owned()), now)
    }

    /// Ends the count of an account after a sign-in that succeeded, and remembers the network.
    pub fn signed_in(&self, name: &str, network: &str) {
        self.take_back(name, network);
        self.reset(&Budget::Account(name.to_owned(), network.to_owned()));
        let mut known = self.known.lock();
        if known.len() < MAX_BUDGETS {
            known.insert((name.to_owned(), network.to_owned()));
        }
    }

    /// Takes back what [`count_sign_in`](Self::count_sign_in) has counted: the password was right.
    pub fn take_back(&self, name: &str, network: &str) {
        let is_known = self.is_known(name, network);
        let mut attempts = self.attempts.lock();
        let mut take = |budget| attempts.get_mut(&budget).and_then(Vec::pop);
        take(Budget::From(network.to_owned()));
        take(Budget::Account(name.to_owned(), network.to_owned()));
        if !is_known {
            take(Budget::AnywhereFor(name.to_owned()));
        }
    }

    fn is_known(&self, name: &str, network: &str) -> bool {
        self.known.lock().contains(&(name.to_owned(), network.to_owned()))
    }

    /// Forgets the attempts of a budget after one that succeeded.
    pub fn reset(&self, budget: &Budget) {
        self.attempts.lock().remove(budget);
    }
}

/// Removes the budgets with the oldest last attempts, many at once; those that are used up last.
fn make_room(attempts: &mut BTreeMap<Budget, Vec<Timestamp>>) {
    let age = |budget: &Budget, at: &Vec<Timestamp>| (at.len() >= budget.limit(), at.last().copied());
    let mut oldest: Vec<_> = attempts.iter().map(|(budget, at)| (age(budget, at), budget.clone())).collect();
    oldest.sort();
    for (_, budget) in oldest.into_iter().take(MAX_BUDGETS / 10) {
        attempts.remove(&budget);
    }
}

/// Refused sign-ins within [`WINDOW`], so that the audit log holds a few lines of an attack and not one for each attempt.
#[derive(Default)]
pub(crate) struct RefusedSignIns(Mutex<BTreeMap<String, Vec<Timestamp>>>);

impl RefusedSignIns {
    /// Counts a refused sign-in from a network. Returns how many there were, if the audit log is to hold this one: the
    /// first, the tenth, the hundredth and so on.
    pub fn count(&self, network: &str, now: Timestamp) -> Option<usize> {
        let mut refused = self.0.lock();
        refused.retain(|_, at| at.last().is_some_and(|at| now < *at + WINDOW));
        let from_all: usize = refused.values().map(Vec::len).sum();
        if refused.len() >= MAX_BUDGETS && !refused.contains_key(network) {
            return None;
        }
        let recent = refused.entry(network.to_owned()).or_default();
        recent.retain(|at| now < *at + WINDOW);
        recent.push(now);
        let power_of_ten = |count: usize| 10_usize.checked_pow(count.ilog10()) == Some(count);
        let many = from_all >= MAX_NOTED && !power_of_ten(from_all + 1);
        (power_of_ten(recent.len()) && !many).then_some(recent.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_budget() {
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn a_network_has_a_budget_over_all_names_and_an_account_over_all_networks() {
        let throttle = Throttle::default();
        let refused = |tries: usize, name: &dyn Fn(usize) -> String, from: &dyn Fn(usize) -> String| {
            (0..tries).filter(|n| throttle.count_sign_in(&name(*n), &from(*n), at(0)).is_err()).count()
        };
        assert_eq!(refused(40, &|n| format!("name {n}"), &|_| "192.0.2.1".into()), 10);
        assert_eq!(refused(120, &|_| "ann".into(), &|n| format!("198.51.100.{n}")), 20);
        assert!(throttle.count_sign_in("ann", "203.0.113.1", at(14)).is_err());
        assert!(throttle.count_sign_in("ann", "203.0.113.1", at(16)).is_ok(), "a quarter of an hour later");
    }

    #[test]
    fn a_flood_of_names_does_not_push_out_a_budget_that_is_used_up() {
        let throttle = Throttle::default();
        let guess = |name: &str, network: &str| throttle.count_sign_in(name, network, at(0));
        (0..10).for_each(|_| guess("admin", "192.0.2.1").unwrap());
        for n in 0..100 {
            let _ = guess(&format!("name {n}"), "192.0.2.1");
        }
        assert!(guess("admin", "192.0.2.1").is_err());
        for n in 0..MAX_BUDGETS {
            let _ = guess(&format!("name {n}"), &format!("2001:db8:{n:x}::/64"));
        }
        assert!(guess("admin", "192.0.2.1").is_err(), "nor do many networks");
    }

    #[test]
    fn a_sign_in_where_the_account_is_known_takes_back_no_attempt_of_others() {
        let throttle = Throttle::default();
        throttle.count_sign_in("ann", "192.0.2.1", at(0)).unwrap();
        throttle.signed_in("ann", "192.0.2.1");
        for n in 0..100 {
            throttle.count_sign_in("ann", &format!("198.51.100.{n}"), at(0)).unwrap();
        }
        throttle.count_sign_in("ann", "192.0.2.1", at(0)).unwrap();
        throttle.signed_in("ann", "192.0.2.1");
        assert!(throttle.count_sign_in("ann", "203.0.113.1", at(0)).is_err());
    }

    #[test]
    fn a_sign_in_with_a_code_counts_once() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            throttle.count_sign_in("ann", "192.0.2.1", at(0)).unwrap();
            throttle.take_back("ann", "192.0.2.1");
            throttle.count_sign_in("ann", "192.0.2.1", at(0)).unwrap();
            throttle.signed_in("ann", "192.0.2.1");
        }
    }

    #[test]
    fn strangers_do_not_lock_out_an_account_where_it_has_been_signed_in() {
        let throttle = Throttle::default();
        throttle.count_sign_in("ann", "192.0.2.1", at(0)).unwrap();
        throttle.signed_in("ann", "192.0.2.1");
        for n in 0..200 {
            let _ = throttle.count_sign_in("ann", &format!("198.51.100.{n}"), at(0));
        }
        assert!(throttle.count_sign_in("ann", "192.0.2.1", at(0)).is_ok());
        assert!(throttle.count_sign_in("ann", "192.0.2.2", at(0)).is_err());
    }

    #[test]
    fn of_many_refused_sign_ins_the_audit_log_holds_a_few() {
        let refused = RefusedSignIns::default();
        let noted: Vec<usize> = (0..1000).filter_map(|_| refused.count("192.0.2.1", at(0))).collect();
        assert_eq!(noted, [1, 10, 100, 1000]);
        let from_many: usize =
            (0..5000).filter_map(|n| refused.count(&format!("network {n}"), at(0))).count();
        assert!(from_many < 10, "{from_many}");
        assert_eq!(refused.count("192.0.2.1", at(20)), Some(1), "later it starts again");
    }
}
