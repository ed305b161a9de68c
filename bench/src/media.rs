//! The recordings of the calls, as the carrier's REST API serves them: three seconds of silence.

use std::net::SocketAddr;

use poem::listener::TcpListener;
use poem::{Response, Route, Server, get, handler};

/// Bytes of three seconds of the carrier's WAV: 8 kHz, 16 bits, one channel.
const SAMPLES: u32 = 3 * 8000 * 2;

#[handler]
fn recording() -> Response {
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + SAMPLES).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    wav.extend_from_slice(&SAMPLES.to_le_bytes());
    wav.resize(wav.len() + SAMPLES as usize, 0);
    Response::builder().content_type("audio/x-wav").body(wav)
}

/// Serves them for ever.
pub async fn serve(listen: SocketAddr) {
    let routes = Route::new().at("/2010-04-01/Accounts/:account/Recordings/:name", get(recording));
    if let Err(error) = Server::new(TcpListener::bind(listen)).run(routes).await {
        eprintln!("recordings cannot be served on {listen}: {error}");
    }
}
