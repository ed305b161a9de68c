//! Whole calls at a rate, their requests sent to two instances in turn, and to the other one if one does not answer.
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::call::{Call, CallUrls, Line, Next, Request};
use crate::connection::Connection;

/// The number of attempts to find an instance that answers, and the pause between them.
const TRIES: u32 = 40;
const REST: Duration = Duration::from_millis(25);

/// The instances, and the rate and duration of calls. Both addresses may be of the same instance.
pub struct Balancer {
    pub addresses: [SocketAddr; 2],
    pub rate: f64,
    pub seconds: u64,
}

/// What the balancer measured.
#[derive(Default)]
pub struct Met {
    pub requests: Cell<u64>,
    pub other_instance: Cell<u64>,
    pub failed: RefCell<Vec<String>>,
    pub slowest: Cell<Duration>,
}

impl Balancer {
    /// Starts calls at the rate until the time is up, and waits for them to end. Returns their number.
    pub async fn place_all(&self, line: &Line, met: &Rc<Met>) -> u64 {
        let (begun, mut placed, mut calls) = (tokio::time::Instant::now(), Vec::new(), 0u64);
        let addresses = self.addresses;
        let idle: Rc<RefCell<Vec<[Connection; 2]>>> = Rc::default();
        loop {
            #[expect(clippy::cast_precision_loss, reason = "a run has fewer calls than that")]
            let after = Duration::from_secs_f64(calls as f64 / self.rate);
            if after >= Duration::from_secs(self.seconds) {
                break;
            }
            tokio::time::sleep_until(begun + after).await;
            let (line, met, idle, number) = (line.clone(), met.clone(), idle.clone(), calls);
            placed.push(tokio::task::spawn_local(async move {
                let pooled = idle.borrow_mut().pop();
                let mut connections = pooled.unwrap_or_else(|| addresses.map(Connection::new));
                if let Err(why) = place(&Call::new(&line, 0, number), &mut connections, &met).await {
                    met.failed.borrow_mut().push(why);
                }
                idle.borrow_mut().push(connections);
            }));
            calls += 1;
        }
        for call in placed {
            let _ = call.await;
        }
        calls
    }
}

/// One whole call, its requests sent to the instances in turn.
async fn place(call: &Call<'_>, connections: &mut [Connection; 2], met: &Met) -> Result<(), String> {
    let (mut urls, mut document) = (CallUrls::default(), String::new());
    for step in 0.. {
        let Next::Ask(request) = call.next(step, &document, &mut urls) else { break };
        document = ask(&request, connections, met).await?;
    }
    Ok(())
}

/// Sends a request to one instance, and to the other if the first does not answer.
async fn ask(request: &Request, connections: &mut [Connection; 2], met: &Met) -> Result<String, String> {
    let (begun, first) = (Instant::now(), met.requests.get());
    met.requests.set(first + 1);
    let mut turn = usize::from(first % 2 == 1);
    let mut last = String::new();
    for attempt in 0..TRIES {
        match connections[turn].ask(request.clone()).await {
            Ok(answer) => {
                met.other_instance.set(met.other_instance.get() + u64::from(attempt > 0));
                met.slowest.set(met.slowest.get().max(begun.elapsed()));
                return Ok(answer);
            }
            Err(why) => last = format!("{}: {why}", request.path),
        }
        turn = 1 - turn;
        if attempt > 0 {
            tokio::time::sleep(REST).await;
        }
    }
    Err(last)
}
