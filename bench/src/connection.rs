//! One keep-alive connection to a server.
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::call::Request;

/// A connection that is opened when it is first needed, and again after it broke.
pub struct Connection {
    server: SocketAddr,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    pub fn new(server: SocketAddr) -> Self {
        Self { server, open: None }
    }

    /// Sends a request. Returns the document of the answer.
    pub async fn ask(&mut self, request: Request) -> Result<String, String> {
        let answer = self.try_ask(request).await;
        if answer.is_err() {
            self.open = None;
        }
        answer
    }

    /// Requests a page with an API token. Returns its text.
    pub async fn get(&mut self, path: &str, token: &str) -> Result<String, String> {
        let request = hyper::Request::get(path)
            .header("host", "bench")
            .header("authorization", format!("Bearer {token}"))
            .body(Full::default())
            .map_err(|e| e.to_string())?;
        let answer = self.send(request).await;
        if answer.is_err() {
            self.open = None;
        }
        answer
    }

    async fn try_ask(&mut self, Request { path, signature, body }: Request) -> Result<String, String> {
        let request = hyper::Request::post(path)
            .header("host", "bench")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", signature)
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| e.to_string())?;
        self.send(request).await
    }

    async fn send(&mut self, request: hyper::Request<Full<Bytes>>) -> Result<String, String> {
        // The server closes an idle connection.
        if self.open.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(self.server).await.map_err(|e| e.to_string())?;
            stream.set_nodelay(true).map_err(|e| e.to_string())?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| e.to_string())?;
            tokio::spawn(connection);
            self.open = Some(sender);
        }
        let Some(sender) = &mut self.open else { return Err("no connection".into()) };
        sender.ready().await.map_err(|e| e.to_string())?;
        let response = sender.send_request(request).await.map_err(|e| e.to_string())?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|e| e.to_string())?.to_bytes();
        if status.is_success() {
            String::from_utf8(body.into()).map_err(|e| e.to_string())
        } else {
            Err(format!("status {}", status.as_u16()))
        }
    }
}
