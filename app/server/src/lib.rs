//! The accept loop: serves poem's routes on hyper's connections, with the limits that poem's own server lacks.

mod received_body;
mod request_id;
mod sent_body;
mod slots;
mod strict_lines;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::endpoint::BoxEndpoint;
use poem::http::uri::Scheme;
use poem::http::{Request, StatusCode, Version, header};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tracing::Instrument;

use received_body::ReceivedBody;
use sent_body::SentBody;
use slots::{Slot, Slots};
use strict_lines::StrictLines;

/// A client that takes longer to send its headers is not served.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// The time after which a client that reads nothing is disconnected.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// The maximum number of headers of a request.
const MAX_HEADERS: usize = 100;
/// How long to wait when connections cannot be accepted (such as without free file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long an accepted connection may take to send its first request during shutdown.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// How long requests in flight may take during shutdown. A caller is answered within 4 s.
const GRACE: Duration = Duration::from_secs(5);

/// Routes that a listener serves.
pub type Routes = Arc<BoxEndpoint<'static, Response>>;

/// Serves until `stop` turns true, then lets requests in flight finish.
pub async fn serve(listener: TcpListener, routes: Routes, stop: watch::Receiver<bool>) {
    serve_at_most(slots::capacity(), listener, routes, stop).await;
}

/// Like `serve`, with a maximum number of connections.
pub async fn serve_at_most(
    capacity: usize,
    listener: TcpListener,
    routes: Routes,
    mut stop: watch::Receiver<bool>,
) {
    let slots = Slots::new(capacity);
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let (stream, peer) = listener.accept().await?;
            Ok::<_, std::io::Error>((slots.acquire(peer.ip()).await, stream))
        };
        let accepted = tokio::select! {
            next = next => next,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((Some(slot), stream)) => {
                connections.spawn(connection(stream, routes.clone(), Arc::new(slot), stop.clone()));
            }
            Ok((None, _)) => break,
            Err(error) => {
                tracing::warn!("cannot accept connections: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
        metrics::gauge!("frontdesk_connections").set(u32::try_from(connections.len()).unwrap_or(u32::MAX));
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    // Connections that are still open are live feeds; their browsers reconnect.
    let _ = tokio::time::timeout(GRACE, finished).await;
}

async fn connection(stream: TcpStream, routes: Routes, slot: Arc<Slot>, mut stop: watch::Receiver<bool>) {
    let (Ok(local), Ok(remote)) = (stream.local_addr(), stream.peer_addr()) else { return };
    let (local, remote) = (LocalAddr(Addr::SocketAddr(local)), RemoteAddr(Addr::SocketAddr(remote)));
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIME));
    // Signals that the connection must close while it waits for a request, because another one needs its slot.
    let (eviction, mut close) = mpsc::unbounded_channel();
    let wait = {
        let slot = slot.clone();
        move || slot.mark_idle(eviction.clone())
    };
    wait();
    let (first_request, mut requested) = watch::channel(false);
    let service = service_fn(move |request: Request<Incoming>| {
        first_request.send_replace(true);
        let wait = wait.clone();
        let (is_valid, has_body) = (has_one_host(&request), !request.body().is_end_stream());
        let mut request = poem::Request::from((request, local.clone(), remote.clone(), Scheme::HTTP));
        if has_body {
            // Until the body has arrived, the connection may be closed to free its slot.
            let (body, slot) = (request.take_body(), slot.clone());
            let body = ReceivedBody::new(Box::pin(body.into_bytes_stream()), move || slot.mark_busy());
            request.set_body(poem::Body::from_bytes_stream(body));
        } else {
            slot.mark_busy();
        }
        let (routes, id) = (routes.clone(), request_id::of(request.headers()));
        let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
        let answer = async move {
            let mut response =
                if is_valid { routes.get_response(request).await } else { StatusCode::BAD_REQUEST.into() };
            response.headers_mut().insert(request_id::HEADER, id);
            Ok::<_, Infallible>(hyper::Response::from(response).map(|body| SentBody::new(body, wait)))
        };
        answer.instrument(span)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(StrictLines::new(Box::pin(stream))), service);
    let mut connection = std::pin::pin!(connection);
    // Errors of a connection are caused by the client: aborted, too slow, or not HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        Some(()) = close.recv() => return,
        _ = stop.wait_for(|stop| *stop) => {}
    }
    // A connection that has not sent a request yet would be closed unanswered.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = requested.wait_for(|requested| *requested) => {}
        () = tokio::time::sleep(FIRST_REQUEST) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Whether a request names its host once, as HTTP/1.1 requires (RFC 9112, section 3.2).
fn has_one_host(request: &Request<Incoming>) -> bool {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    hosts == 1 || hosts == 0 && request.version() < Version::HTTP_11
}
