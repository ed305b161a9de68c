//! Unusual requests of browsers, players and attackers: hidden origins, NUL characters, ranges of audio, thousands of
//! connections that send nothing.
use std::sync::Arc;
use std::time::Duration;

use adapters_simulator::murmur;
use frontdesk_server::serve_at_most;
use poem::{EndpointExt, Route};
use reqwest::header::{CONTENT_LENGTH, COOKIE, IF_RANGE, RANGE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::{Desk, PASSWORD, Setting, TOKEN};
use crate::work::Person;

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(text: &str) -> String {
    text.replace(' ', "+").replace('\'', "%27")
}

#[tokio::test]
async fn a_browser_that_hides_its_origin_signs_in_over_plain_http_and_works() {
    let address = "http://desk.lan:8080".to_owned();
    let plain = Setting { public: address.clone(), feed: address, ..Setting::default() };
    for (setting, status) in [(plain, 303), (Setting::default(), 403)] {
        let desk = Desk::with(setting).await;
        let request = desk.http.post(format!("{}/login", desk.url)).header("Origin", "null");
        let form = format!("name=admin&password={}", encoded(PASSWORD));
        let response = request.header("content-type", FORM).body(form).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["referrer-policy"], "same-origin");
    }
    // With a session, the form's CSRF token decides.
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    for (token, status) in [(ann.csrf.clone(), 303), ("another".to_owned(), 403)] {
        let request = desk.http.post(format!("{}/settings", desk.url)).header("Origin", "null");
        let request = request.header(COOKIE, &ann.cookie).header("content-type", FORM);
        let response = request.body(format!("csrf={token}&do=language&language=fr")).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn a_nul_character_in_any_field_is_refused() {
    let desk = Desk::start().await;
    let request = desk.http.post(format!("{}/login", desk.url)).header("content-type", FORM);
    let response = request.body("name=ad%00min&password=x").send().await.unwrap();
    assert_eq!(response.status(), 400);
    let ann = Person::admin(&desk).await;
    for form in ["do=add&name=a%00b&role=reader&password=a+long+enough+one", "do=add%00&name=b"] {
        assert_eq!(ann.sends("/settings/people", form).await.0, 400);
    }
    let response = desk.get("/api/v1/calls?q=a%00b").await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn range_requests_count_as_one_play_and_head_as_none() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(murmur(3)).place().await;
    desk.work().await;
    let row = desk.row().await;
    let url = format!("{}{}", desk.url, row["voicemail"]["audio_url"].as_str().unwrap());
    let ann = Person::admin(&desk).await;
    let listens = async || ann.page("/audit").await.matches("played a voicemail").count();
    let before = listens().await;

    let head = desk.http.head(&url).bearer_auth(TOKEN).header(RANGE, "bytes=0-9").send().await.unwrap();
    let length: usize = head.headers()[CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
    assert_eq!((head.status().as_u16(), listens().await - before), (200, 0));
    let tag = head.headers()["etag"].to_str().unwrap().to_owned();

    let piece = async |range: &str, validator: Option<&str>| {
        let mut request = desk.http.get(&url).bearer_auth(TOKEN).header(RANGE, range);
        if let Some(validator) = validator {
            request = request.header(IF_RANGE, validator);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().len())
    };
    assert_eq!(piece("bytes=1-", None).await, (206, length - 1));
    assert_eq!(listens().await - before, 1, "a range from the second byte on counts as played");
    assert_eq!(piece("bytes=0-1", None).await, (206, 2));
    assert_eq!(piece("bytes=-10", Some(&tag)).await, (206, 10));
    assert_eq!(listens().await - before, 1, "all ranges together count once");
    for other in ["\"another\"", &format!("W/{tag}"), "Sun, 22 Nov 2026 09:00:00 GMT"] {
        assert_eq!(piece("bytes=0-1", Some(other)).await, (200, length), "{other}");
    }
    desk.clock.advance(Duration::from_secs(3600));
    assert_eq!(piece("bytes=0-1", None).await, (206, 2));
    assert_eq!(listens().await - before, 2, "an hour later it counts again");
}

/// A server with a small maximum number of connections.
async fn server(places: usize) -> (std::net::SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let handler = poem::endpoint::make(|mut request: poem::Request| async move {
        let _ = request.take_body().into_bytes().await;
        "here"
    });
    let routes = Arc::new(Route::new().at("/", handler).map_to_response().boxed());
    tokio::spawn(serve_at_most(places, listener, routes, stopping));
    (address, stop)
}

async fn ask(address: std::net::SocketAddr, request: &[u8]) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), client.read_to_end(&mut answer)).await;
    read.expect("an answer in time").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_block_new_ones() {
    let (address, _stop) = server(8).await;
    let mut idle = Vec::new();
    for number in 0..40 {
        let mut client = TcpStream::connect(address).await.unwrap();
        let begun: &[u8] = match number % 3 {
            0 => b"POST / HTTP/1.1\r\nHost: desk\r\nX-Slow: ",
            1 => b"POST / HTTP/1.1\r\nHost: desk\r\nContent-Length: 10\r\n\r\nhalf",
            _ => b"",
        };
        client.write_all(begun).await.unwrap();
        idle.push(client);
    }
    for _ in 0..20 {
        let answer = ask(address, b"GET / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test]
async fn a_request_names_its_host_once_and_ends_its_lines_with_cr_lf() {
    let (address, _stop) = server(8).await;
    for (request, status) in [
        ("GET / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: desk\r\nHost: desk\r\nConnection: close\r\n\r\n", "400"),
        ("GET / HTTP/1.0\r\n\r\n", "200"),
        ("GET / HTTP/1.1\nHost: desk\r\nConnection: close\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: desk\nConnection: close\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\n", "400"),
    ] {
        let answer = ask(address, request.as_bytes()).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}: {answer}");
    }
}
