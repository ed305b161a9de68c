//! The recordings of the calls, as the carrier's REST API serves them: three seconds of silence.
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use poem::listener::TcpListener;
use poem::web::{Data, Path};
use poem::{EndpointExt, Response, Route, Server, get, handler};

/// Bytes of three seconds of the carrier's WAV: 8 kHz, 16 bits, one channel.
const SAMPLES: u32 = 3 * 8000 * 2;

/// How often each recording was fetched.
#[derive(Debug, Clone, Default)]
pub struct Fetches(Arc<Mutex<BTreeMap<String, u32>>>);

impl Fetches {
    fn count(&self, name: String) {
        *self.0.lock().entry(name).or_default() += 1;
    }

    /// The number of recordings that were fetched, and the highest number of fetches of one recording.
    pub fn counted(&self) -> (usize, u32) {
        let fetches = self.0.lock();
        (fetches.len(), fetches.values().copied().max().unwrap_or(0))
    }
}

#[handler]
fn recording(Data(fetches): Data<&Fetches>, Path((_, name)): Path<(String, String)>) -> Response {
    fetches.count(name);
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + SAMPLES).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    wav.extend_from_slice(&SAMPLES.to_le_bytes());
    wav.resize(wav.len() + SAMPLES as usize, 0);
    Response::builder().content_type("audio/x-wav").body(wav)
}

/// Serves the recordings for ever.
pub async fn serve(listen: SocketAddr, fetches: Fetches) {
    let routes =
        Route::new().at("/2010-04-01/Accounts/:account/Recordings/:name", get(recording)).data(fetches);
    if let Err(error) = Server::new(TcpListener::bind(listen)).run(routes).await {
        eprintln!("recordings cannot be served on {listen}: {error}");
    }
}
