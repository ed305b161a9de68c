//! Admission of calls: which peers may call, and how many calls at once.
use std::any::Any;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::settings::Settings;
use crate::signalling::{Caller, Refusal};

/// Admits calls.
pub struct Gate {
    peers: Vec<IpNet>,
    max_calls: usize,
    max_calls_per_peer: usize,
    calls: Arc<Mutex<HashMap<IpAddr, usize>>>,
    /// True once no more calls are accepted.
    pub closed: watch::Sender<bool>,
}

/// A slot for one of the simultaneous calls, released on drop.
struct Permit {
    calls: Arc<Mutex<HashMap<IpAddr, usize>>>,
    peer: IpAddr,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut calls = self.calls.lock();
        if let Some(count) = calls.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                calls.remove(&self.peer);
            }
        }
    }
}

impl Gate {
    pub fn new(settings: &Settings) -> Self {
        Self {
            peers: settings.peers.clone(),
            max_calls: settings.max_calls,
            max_calls_per_peer: settings.max_calls_per_peer,
            calls: Arc::default(),
            closed: watch::channel(false).0,
        }
    }

    pub fn admit(&self, peer: IpAddr, caller: Caller) -> Result<Box<dyn Any + Send>, Refusal> {
        if caller == Caller::Network && !self.peers.iter().any(|network| network.contains(&peer)) {
            return Err(Refusal::UnknownPeer);
        }
        if *self.closed.borrow() {
            return Err(Refusal::Stopping);
        }
        let mut calls = self.calls.lock();
        let all: usize = calls.values().sum();
        let own = calls.get(&peer).copied().unwrap_or(0);
        if all >= self.max_calls || own >= self.max_calls_per_peer {
            return Err(Refusal::Busy);
        }
        calls.insert(peer, own + 1);
        Ok(Box::new(Permit { calls: self.calls.clone(), peer }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate {
            peers: vec!["192.0.2.0/24".parse().unwrap()],
            max_calls: 3,
            max_calls_per_peer: 2,
            calls: Arc::default(),
            closed: watch::channel(false).0,
        }
    }

    #[test]
    fn unknown_peers_and_excess_calls_are_refused() {
        let gate = gate();
        let peer = |last: u8| IpAddr::from([192, 0, 2, last]);
        let refused = |peer| gate.admit(peer, Caller::Network).err();
        let unknown = IpAddr::from([198, 51, 100, 1]);
        assert_eq!(refused(unknown), Some(Refusal::UnknownPeer));
        assert!(gate.admit(unknown, Caller::User).is_ok());
        let first = gate.admit(peer(1), Caller::Network).unwrap();
        let second = gate.admit(peer(1), Caller::Network).unwrap();
        assert_eq!(refused(peer(1)), Some(Refusal::Busy), "one peer does not take all slots");
        let third = gate.admit(peer(2), Caller::Network).unwrap();
        assert_eq!(refused(peer(3)), Some(Refusal::Busy));
        drop((first, third));
        assert!(gate.admit(peer(1), Caller::Network).is_ok());
        gate.closed.send_replace(true);
        assert_eq!(refused(peer(1)), Some(Refusal::Stopping));
        drop(second);
        assert!(gate.calls.lock().is_empty(), "{:?}", gate.calls);
    }
}
