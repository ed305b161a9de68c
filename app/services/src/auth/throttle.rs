//! Limits how often passwords, codes and tokens can be guessed, and how many audit entries that causes.
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use frontdesk_domain::Timestamp;
use parking_lot::Mutex;

/// How long a failed attempt counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// The maximum number of budgets that are remembered.
const MAX_BUDGETS: usize = 10_000;
/// After this many refused sign-ins from all networks within [`WINDOW`], only powers of ten are audited.
const MAX_AUDITED: usize = 100;

/// What attempts are counted against, each with its own limit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Budget {
    /// Attempts on an account, from one network or for one purpose ("settings", "confirm" or "code").
    Account(String, String),
    /// Attempts on an account, from all networks without an earlier sign-in to it.
    AnywhereFor(String),
    /// Attempts from one network on all accounts together.
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
    /// Accounts and the networks from which they have been signed in to since the program started.
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
        // The network first: once its budget is used up, it adds no other budgets, which would evict those of accounts.
        self.count(&Budget::From(network.to_owned()), now)?;
        self.count(&Budget::Account(name.to_owned(), network.to_owned()), now)?;
        if self.is_known(name, network) {
            return Ok(());
        }
        self.count(&Budget::AnywhereFor(name.to_owned()), now)
    }

    /// Resets the count of an account after a successful sign-in, and remembers the network.
    pub fn signed_in(&self, name: &str, network: &str) {
        self.take_back(name, network);
        self.reset(&Budget::Account(name.to_owned(), network.to_owned()));
        let mut known = self.known.lock();
        if known.len() < MAX_BUDGETS {
            known.insert((name.to_owned(), network.to_owned()));
        }
    }

    /// Undoes one [`count_sign_in`](Self::count_sign_in), because the password was right.
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

    /// Clears a budget after a successful attempt.
    pub fn reset(&self, budget: &Budget) {
        self.attempts.lock().remove(budget);
    }
}

/// Evicts a tenth of the budgets: those with the oldest last attempt, and exhausted ones only if no others are left.
fn make_room(attempts: &mut BTreeMap<Budget, Vec<Timestamp>>) {
    let age = |budget: &Budget, at: &Vec<Timestamp>| (at.len() >= budget.limit(), at.last().copied());
    let mut oldest: Vec<_> = attempts.iter().map(|(budget, at)| (age(budget, at), budget.clone())).collect();
    oldest.sort();
    for (_, budget) in oldest.into_iter().take(MAX_BUDGETS / 10) {
        attempts.remove(&budget);
    }
}

/// Counts refused sign-ins within [`WINDOW`], so that an attack causes a few audit entries and not one for each attempt.
#[derive(Default)]
pub(crate) struct RefusedSignIns(Mutex<BTreeMap<String, Vec<Timestamp>>>);

impl RefusedSignIns {
    /// Counts a refused sign-in from a network. Returns the count if this one is to be audited: the first, the tenth,
    /// the hundredth and so on.
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
        let many = from_all >= MAX_AUDITED && !power_of_ten(from_all + 1);
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
        assert!(throttle.count_sign_in("ann", "203.0.113.1", at(16)).is_ok(), "the window has passed");
    }

    #[test]
    fn a_flood_of_names_does_not_evict_an_exhausted_budget() {
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
        assert!(guess("admin", "192.0.2.1").is_err(), "nor does a flood of networks");
    }

    #[test]
    fn a_sign_in_from_a_known_network_undoes_no_attempts_from_others() {
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
    fn other_networks_do_not_lock_out_a_known_network() {
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
    fn only_some_refused_sign_ins_are_audited() {
        let refused = RefusedSignIns::default();
        let noted: Vec<usize> = (0..1000).filter_map(|_| refused.count("192.0.2.1", at(0))).collect();
        assert_eq!(noted, [1, 10, 100, 1000]);
        let from_many: usize =
            (0..5000).filter_map(|n| refused.count(&format!("network {n}"), at(0))).count();
        assert!(from_many < 10, "{from_many}");
        assert_eq!(refused.count("192.0.2.1", at(20)), Some(1), "the count restarts after the window");
    }
}
