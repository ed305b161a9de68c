//! Limits per visitor, so that the searches or streams of one visitor do not delay the others.
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests of one visitor that are handled at the same time; further ones wait. Fewer than the connections that the
/// database has for readers.
const CONCURRENT_REQUESTS: usize = 3;
/// The most event streams of one visitor.
const MAX_STREAMS_PER_VISITOR: usize = 30;
/// The most event streams of all visitors.
const MAX_STREAMS: usize = 1000;

/// The requests and streams that are open, by visitor.
#[derive(Default)]
pub(crate) struct VisitorLimits {
    requests: Mutex<HashMap<String, Weak<Semaphore>>>,
    streams: Arc<Mutex<HashMap<String, usize>>>,
}

/// An open stream, which is counted until it is dropped.
pub(crate) struct OpenStream {
    visitor: String,
    streams: Arc<Mutex<HashMap<String, usize>>>,
}

impl VisitorLimits {
    /// Waits until a request of this visitor may be handled. The permit must be held until it is done.
    pub async fn request(&self, visitor: &str) -> Option<OwnedSemaphorePermit> {
        let semaphore = {
            let mut requests = self.requests.lock();
            let known = requests.get(visitor).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                requests.retain(|_, semaphore| semaphore.strong_count() > 0);
                let semaphore = Arc::new(Semaphore::new(CONCURRENT_REQUESTS));
                requests.insert(visitor.to_owned(), Arc::downgrade(&semaphore));
                semaphore
            })
        };
        semaphore.acquire_owned().await.ok()
    }

    /// Opens a stream for this visitor; `None` if there are too many.
    pub fn stream(&self, visitor: &str) -> Option<OpenStream> {
        let mut streams = self.streams.lock();
        let (own, all) = (streams.get(visitor).copied().unwrap_or(0), streams.values().sum::<usize>());
        if own >= MAX_STREAMS_PER_VISITOR || all >= MAX_STREAMS {
            return None;
        }
        streams.insert(visitor.to_owned(), own + 1);
        metrics::gauge!("frontdesk_live_streams").increment(1);
        Some(OpenStream { visitor: visitor.to_owned(), streams: self.streams.clone() })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        metrics::gauge!("frontdesk_live_streams").decrement(1);
        let mut streams = self.streams.lock();
        if let Some(own) = streams.get_mut(&self.visitor) {
            *own -= 1;
            if *own == 0 {
                streams.remove(&self.visitor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_request_limit_is_per_visitor() {
        let limits = VisitorLimits::default();
        let mut busy = Vec::new();
        for _ in 0..CONCURRENT_REQUESTS {
            busy.push(limits.request("ann").await);
        }
        let blocked = tokio::time::timeout(std::time::Duration::from_millis(10), limits.request("ann")).await;
        assert!(blocked.is_err(), "a further one waits");
        assert!(limits.request("bob").await.is_some());
        busy.pop();
        assert!(limits.request("ann").await.is_some());
    }

    #[test]
    fn streams_are_limited_per_visitor_and_released_on_drop() {
        let limits = VisitorLimits::default();
        let open: Vec<_> = (0..MAX_STREAMS_PER_VISITOR).map(|_| limits.stream("ann").unwrap()).collect();
        assert!(limits.stream("ann").is_none());
        assert!(limits.stream("bob").is_some());
        drop(open);
        assert!(limits.stream("ann").is_some());
    }
}
