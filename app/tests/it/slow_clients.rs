//! Slow clients, and requests with two lengths. The clock is paused and jumps when no task can run.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_server::serve;
use poem::{EndpointExt, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

/// Starts a server; returns a connection to it, and the sender that stops it.
async fn server() -> (TcpStream, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let routes = Route::new().at("/", poem::endpoint::make_sync(|_| "here"));
    tokio::spawn(serve(listener, Arc::new(routes.map_to_response().boxed()), stopping));
    (TcpStream::connect(address).await.unwrap(), stop)
}

/// How long until the server closes the connection.
async fn until_closed(mut client: TcpStream, begun: Instant) -> Duration {
    let mut rest = Vec::new();
    // The connection may be closed or reset.
    let _ = client.read_to_end(&mut rest).await;
    begun.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_ends_its_headers_is_disconnected() {
    let (mut client, _stop) = server().await;
    let begun = Instant::now();
    client.write_all(b"GET / HTTP/1.1\r\nHost: desk\r\nX-Slow: ").await.unwrap();
    assert!(until_closed(client, begun).await <= Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_a_byte_a_second_is_disconnected() {
    let (client, _stop) = server().await;
    let begun = Instant::now();
    let (mut reading, mut writing) = client.into_split();
    let trickle = tokio::spawn(async move {
        for _ in 0..120 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if writing.write_all(b"a").await.is_err() {
                return;
            }
        }
    });
    let mut rest = Vec::new();
    let _ = reading.read_to_end(&mut rest).await;
    assert!(begun.elapsed() <= Duration::from_secs(15), "{:?}", begun.elapsed());
    trickle.abort();
}

#[tokio::test(start_paused = true)]
async fn a_thousand_headers_are_too_many() {
    let (mut client, _stop) = server().await;
    let mut request = b"GET / HTTP/1.1\r\n".to_vec();
    (0..1000).for_each(|number| request.extend_from_slice(format!("X-{number}: 1\r\n").as_bytes()));
    request.extend_from_slice(b"\r\n");
    client.write_all(&request).await.unwrap();
    let mut answer = [0; 12];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 431");
}

#[tokio::test]
async fn requests_with_two_ends_are_refused() {
    for ends in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Content-Length: +5",
        "Content-Length : 5",
    ] {
        let (mut client, _stop) = server().await;
        // A parser that uses the other of the two lengths would see a second request.
        let request = format!(
            "POST / HTTP/1.1\r\nHost: desk\r\n{ends}\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: desk\r\n\r\n"
        );
        client.write_all(request.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        let mut answer = String::new();
        let _ = client.read_to_string(&mut answer).await;
        let answers = answer.matches("HTTP/1.1 200").count();
        assert!(answers <= 1, "{ends}: {answer}");
        assert!(answer.contains("400 Bad Request") || answers == 1, "{ends}: {answer}");
    }
}

#[tokio::test]
async fn a_connection_that_was_accepted_before_the_stop_is_answered() {
    let (mut early, stop) = server().await;
    // Connections are accepted in order: once the later one is answered, the earlier one has been accepted, too.
    let mut later = TcpStream::connect(early.peer_addr().unwrap()).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n";
    later.write_all(request).await.unwrap();
    let mut answer = [0; 12];
    later.read_exact(&mut answer).await.unwrap();
    stop.send_replace(true);
    tokio::task::yield_now().await;
    early.write_all(request).await.unwrap();
    let mut answer = String::new();
    early.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
