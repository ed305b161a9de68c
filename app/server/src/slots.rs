//! Slots for connections. When all are taken, a connection that waits for a request, or for the rest of one, is closed: the
//! oldest of the address that has the most. So a client that opens thousands and sends nothing does not keep others out.
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;

/// The maximum number of connections of a listener, if the process may have enough file descriptors.
const MAX_CONNECTIONS: usize = 4096;
/// Descriptors that database, spool, recordings and outgoing requests need.
const RESERVED_DESCRIPTORS: u64 = 256;
/// Listeners that share the descriptors: the carrier's, the users' and that of the metrics.
const LISTENERS: u64 = 3;
/// The minimum interval between warnings that all slots are taken.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// How many connections a listener may have, from its share of the file descriptors. Raises the process's soft
/// limit to its hard limit.
pub fn capacity() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // If the limit cannot be raised, the current one counts.
    let descriptors = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let share = descriptors.map(|all| all.saturating_sub(RESERVED_DESCRIPTORS) / LISTENERS);
    share
        .map_or(MAX_CONNECTIONS, |share| usize::try_from(share).unwrap_or(MAX_CONNECTIONS))
        .clamp(16, MAX_CONNECTIONS)
}

/// The connection slots of a listener.
pub struct Slots {
    free: Arc<Semaphore>,
    waiting: Arc<Mutex<Waiting>>,
    /// Signals that a connection has begun to wait for a request.
    idle: Arc<Notify>,
    warned: Mutex<Option<Instant>>,
}

/// Asks a connection to close.
pub type Close = mpsc::UnboundedSender<()>;

/// Connections that wait for a request, oldest first, and how many each address has.
#[derive(Default)]
struct Waiting {
    next: u64,
    connections: BTreeMap<u64, (IpAddr, Close)>,
    by_address: HashMap<IpAddr, usize>,
}

impl Waiting {
    fn remove(&mut self, number: u64) -> Option<(IpAddr, Close)> {
        let (address, close) = self.connections.remove(&number)?;
        if let Some(count) = self.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&address);
            }
        }
        Some((address, close))
    }

    /// Closes the oldest connection of the address that has the most. Returns whether there was one.
    fn evict(&mut self) -> bool {
        while let Some((&greediest, _)) = self.by_address.iter().max_by_key(|(_, count)| **count) {
            let oldest = self.connections.iter().find(|(_, (address, _))| *address == greediest);
            let Some(number) = oldest.map(|(number, _)| *number) else { return false };
            // One that has just ended cannot be closed.
            if self.remove(number).is_some_and(|(_, close)| close.send(()).is_ok()) {
                return true;
            }
        }
        false
    }
}

/// The slot of a connection.
pub struct Slot {
    address: IpAddr,
    waiting: Arc<Mutex<Waiting>>,
    idle: Arc<Notify>,
    number: Mutex<Option<u64>>,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    pub fn new(capacity: usize) -> Self {
        let free = Arc::new(Semaphore::new(capacity));
        Self { free, waiting: Arc::default(), idle: Arc::default(), warned: Mutex::default() }
    }

    /// Waits for a slot. If none is free, closes a connection that waits for a request.
    pub async fn acquire(&self, address: IpAddr) -> Option<Slot> {
        let permit = loop {
            let free = self.free.clone().acquire_owned();
            if self.free.available_permits() > 0 || self.evict_one() {
                break free.await.ok()?;
            }
            // No connection waits for a request: the next one that does frees a slot.
            tokio::select! {
                permit = free => break permit.ok()?,
                () = self.idle.notified() => {}
            }
        };
        let (waiting, idle) = (self.waiting.clone(), self.idle.clone());
        Some(Slot { address, waiting, idle, number: Mutex::new(None), _permit: permit })
    }

    /// Closes a connection that waits for a request. Returns whether there was one.
    fn evict_one(&self) -> bool {
        let evicted = self.waiting.lock().evict();
        if evicted {
            metrics::counter!("frontdesk_connections_evicted_total").increment(1);
        }
        let mut warned = self.warned.lock();
        if warned.is_none_or(|at| at.elapsed() >= WARN_EVERY) {
            *warned = Some(Instant::now());
            tracing::warn!(
                "all connection slots are taken; connections without a complete request are closed for new ones"
            );
        }
        evicted
    }
}

impl Slot {
    /// Marks the connection as waiting for a request: `close` closes it if another one needs its slot.
    pub fn mark_idle(&self, close: Close) {
        self.mark_busy();
        let mut waiting = self.waiting.lock();
        waiting.next += 1;
        let number = waiting.next;
        waiting.connections.insert(number, (self.address, close));
        *waiting.by_address.entry(self.address).or_default() += 1;
        *self.number.lock() = Some(number);
        self.idle.notify_one();
    }

    /// Marks the connection as busy: a request has arrived, with its body.
    pub fn mark_busy(&self) {
        if let Some(number) = self.number.lock().take() {
            self.waiting.lock().remove(number);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.mark_busy();
    }
}
