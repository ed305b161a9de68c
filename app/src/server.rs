//! The accept loop: hyper's connections around poem's routes, with the limits that poem's own server lacks.
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::endpoint::BoxEndpoint;
use poem::http::Request;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tracing::Instrument;

use crate::request_id;

/// A client that takes longer to send its headers is not served.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// The time after which a client that reads nothing is disconnected.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// Headers of one request.
const MAX_HEADERS: usize = 100;
/// Connections at once: enough that slow clients cannot shut everybody out.
const MAX_CONNECTIONS: usize = 4096;
/// How long to wait when connections cannot be accepted (no file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long requests in flight may take once we stop. A caller is answered within 4 s.
const GRACE: Duration = Duration::from_secs(5);

/// Routes that a listener serves.
pub type Routes = Arc<BoxEndpoint<'static, Response>>;

/// Serves until `stop` turns true, then lets requests in flight finish.
pub async fn serve(listener: TcpListener, routes: Routes, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let (routes, stop) = (routes.clone(), stop.clone());
                connections.spawn(async move {
                    connection(stream, routes, stop).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!("cannot accept connections: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    // Connections that are still open are live feeds, whose browsers reconnect.
    let _ = tokio::time::timeout(GRACE, finished).await;
}

async fn connection(stream: TcpStream, routes: Routes, mut stop: watch::Receiver<bool>) {
    let (Ok(local), Ok(remote)) = (stream.local_addr(), stream.peer_addr()) else { return };
    let (local, remote) = (LocalAddr(Addr::SocketAddr(local)), RemoteAddr(Addr::SocketAddr(remote)));
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIME));
    let service = service_fn(move |request: Request<Incoming>| {
        let request = poem::Request::from((request, local.clone(), remote.clone(), Scheme::HTTP));
        let (routes, id) = (routes.clone(), request_id::of(request.headers()));
        let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
        let answer = async move {
            let mut response = routes.get_response(request).await;
            response.headers_mut().insert(request_id::HEADER, id);
            Ok::<_, Infallible>(hyper::Response::from(response))
        };
        answer.instrument(span)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = std::pin::pin!(connection);
    // Errors of a connection are its client's: broken off, slow, or no HTTP at all.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
