//! What `demo` and `serve` share: listen, serve, work, stop in order.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::Failure;
use crate::server::{Routes, serve};
use crate::worker::Worker;

/// Takes an address; a taken port is a failure, not a wrong setting.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let taken = |error| Failure::Failed(format!("cannot listen on {address}: {error}"));
    TcpListener::bind(address).await.map_err(taken)
}

/// Serves until SIGTERM or SIGINT, then finishes what is in flight.
pub(super) async fn until_stopped(
    served: Vec<(TcpListener, Routes)>,
    worker: Arc<Worker>,
) -> Result<ExitCode, Failure> {
    let no_signals = |error| Failure::Failed(format!("cannot wait for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let (stop, stopped) = watch::channel(false);
    let servers: Vec<_> = served
        .into_iter()
        .map(|(listener, routes)| tokio::spawn(serve(listener, routes, stopped.clone())))
        .collect();
    let work = tokio::spawn(async move { worker.run().await });
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: requests in flight are finished");
    // Nobody left to tell means that all have stopped already.
    let _ = stop.send(true);
    for server in servers {
        let _ = server.await;
    }
    work.abort();
    Ok(ExitCode::SUCCESS)
}
