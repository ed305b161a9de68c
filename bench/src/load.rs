//! Places whole calls, at a fixed number in flight or at a fixed rate, and measures.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::LocalSet;

use crate::call::{Call, CallUrls, Line, Next};
use crate::connection::Connection;

/// When calls start.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// This many calls at any time: the next begins when one has ended.
    InFlight(usize),
    /// This many calls begin each second, regardless of the state of those before; a late start counts as waiting time.
    Rate(f64),
}

/// A load on one server.
pub struct Load {
    line: Line,
    server: SocketAddr,
}

/// What a load measured.
pub struct Report {
    pub calls: u64,
    pub seconds: f64,
    /// Of requests, in microseconds.
    pub latency: Histogram<u64>,
    pub failures: BTreeMap<String, u64>,
}

impl Report {
    pub fn calls_a_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a run has fewer calls than that")]
        let calls = self.calls as f64;
        calls / self.seconds
    }

    /// A quantile of the requests' latency, in milliseconds.
    pub fn millis(&self, quantile: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "microseconds of some seconds at most")]
        let micros = self.latency.value_at_quantile(quantile) as f64;
        micros / 1000.0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:8.1} calls/s  {:8} requests  p50 {:7.2} ms  p99 {:7.2} ms  p99.9 {:7.2} ms",
            self.calls_a_second(),
            self.latency.len(),
            self.millis(0.5),
            self.millis(0.99),
            self.millis(0.999)
        )?;
        for (failure, times) in &self.failures {
            write!(f, "\n  failed {times} times: {failure}")?;
        }
        Ok(())
    }
}

struct Measured {
    calls: u64,
    latency: Histogram<u64>,
    failures: BTreeMap<String, u64>,
}

impl Load {
    /// A load on the server at `http://HOST:PORT`.
    pub fn new(target: &str, account: &str, token: &str) -> Result<Self, String> {
        let target = target.trim_end_matches('/').to_owned();
        let authority = target.strip_prefix("http://").ok_or("the target begins with http://")?;
        let mut addresses = authority.to_socket_addrs().map_err(|e| format!("{authority}: {e}"))?;
        let server = addresses.next().ok_or("the target has no address")?;
        Ok(Self { line: Line { target, account: account.into(), token: token.into() }, server })
    }

    /// Places calls for this many seconds, then waits for the calls in progress.
    pub async fn run(self, pace: Pace, seconds: u64) -> Report {
        let measured =
            Rc::new(RefCell::new(Measured { calls: 0, latency: latencies(), failures: BTreeMap::new() }));
        // Makes the ids of calls different in each run, even on the same database.
        let run = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.subsec_nanos());
        let started = Instant::now();
        let end = started + Duration::from_secs(seconds);
        let here = LocalSet::new();
        here.run_until(async {
            let shared = Rc::new(self);
            match pace {
                Pace::InFlight(count) => shared.in_flight(count, run, end, &measured).await,
                Pace::Rate(rate) => shared.at_rate(rate, run, end, &measured).await,
            }
        })
        .await;
        let seconds = started.elapsed().as_secs_f64();
        let measured = measured.take_inner();
        Report { calls: measured.calls, seconds, latency: measured.latency, failures: measured.failures }
    }

    async fn in_flight(
        self: &Rc<Self>,
        count: usize,
        run: u32,
        end: Instant,
        measured: &Rc<RefCell<Measured>>,
    ) {
        let next = Rc::new(RefCell::new(0u64));
        let workers: Vec<_> = (0..count)
            .map(|_| {
                let (load, next, measured) = (self.clone(), next.clone(), measured.clone());
                tokio::task::spawn_local(async move {
                    let mut connection = Connection::new(load.server);
                    while Instant::now() < end {
                        let number = next.replace_with(|number| *number + 1);
                        load.place(number, run, Instant::now(), &mut connection, &measured).await;
                    }
                })
            })
            .collect();
        for worker in workers {
            let _ = worker.await;
        }
    }

    async fn at_rate(self: &Rc<Self>, rate: f64, run: u32, end: Instant, measured: &Rc<RefCell<Measured>>) {
        let idle: Rc<RefCell<Vec<Connection>>> = Rc::default();
        let (mut calls, begun, mut number) = (Vec::new(), Instant::now(), 0u64);
        loop {
            #[expect(clippy::cast_precision_loss, reason = "a run has fewer calls than that")]
            let intended = begun + Duration::from_secs_f64(number as f64 / rate);
            if intended >= end {
                break;
            }
            tokio::time::sleep_until(intended.into()).await;
            let (load, idle, measured) = (self.clone(), idle.clone(), measured.clone());
            calls.push(tokio::task::spawn_local(async move {
                let pooled = idle.borrow_mut().pop();
                let mut connection = pooled.unwrap_or_else(|| Connection::new(load.server));
                load.place(number, run, intended, &mut connection, &measured).await;
                idle.borrow_mut().push(connection);
            }));
            number += 1;
        }
        for call in calls {
            let _ = call.await;
        }
    }

    /// One whole call. Each request counts from when it should have been sent: the first from the intended start, the
    /// others from the answer before.
    async fn place(
        &self,
        number: u64,
        run: u32,
        mut intended: Instant,
        connection: &mut Connection,
        measured: &Rc<RefCell<Measured>>,
    ) {
        let (call, mut urls, mut document) =
            (Call::new(&self.line, run, number), CallUrls::default(), String::new());
        for step in 0.. {
            let Next::Ask(request) = call.next(step, &document, &mut urls) else { break };
            let path = request.path.clone();
            let answer = connection.ask(request).await;
            let now = Instant::now();
            let micros = u64::try_from(now.duration_since(intended).as_micros()).unwrap_or(u64::MAX);
            intended = now;
            let mut measured = measured.borrow_mut();
            measured.latency.saturating_record(micros);
            match answer {
                Ok(answer) => document = answer,
                Err(why) => {
                    let route = path.split('/').take(3).collect::<Vec<_>>().join("/");
                    *measured.failures.entry(format!("{route}: {why}")).or_default() += 1;
                    return;
                }
            }
        }
        measured.borrow_mut().calls += 1;
    }
}

/// From a microsecond to a minute, with three significant digits; longer times count as a minute.
fn latencies() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are in order")
}

/// Takes the value out of an `Rc` when all tasks are done.
trait TakeInner<T> {
    fn take_inner(self) -> T;
}

impl TakeInner<Measured> for Rc<RefCell<Measured>> {
    fn take_inner(self) -> Measured {
        let empty = Measured { calls: 0, latency: latencies(), failures: BTreeMap::new() };
        self.replace(empty)
    }
}
