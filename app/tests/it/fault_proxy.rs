//! A proxy that can fail, between the server and a carrier or a database. It forwards everything until a
//! fault is set.
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the proxy does with a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Forwards it.
    None,
    /// Resets it after the first request.
    Reset,
    /// Keeps it open but sends nothing back; affects connections that are already open, too.
    Silence,
    /// Answers every request with this and closes the connection.
    Answer(Vec<u8>),
}

impl Fault {
    /// An HTTP answer.
    pub fn http(head: &str, body: &[u8]) -> Self {
        let length = body.len();
        Self::answer(&format!("{head}\r\nContent-Length: {length}\r\nConnection: close"), body)
    }

    /// An HTTP answer with a body shorter than its content length.
    pub fn truncated(head: &str, body: &[u8]) -> Self {
        let length = body.len() * 2;
        Self::answer(&format!("{head}\r\nContent-Length: {length}\r\nConnection: close"), body)
    }

    fn answer(head: &str, body: &[u8]) -> Self {
        Self::Answer([format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat())
    }
}

/// The proxy.
pub struct FaultProxy {
    /// Its address.
    pub address: SocketAddr,
    fault: watch::Sender<Fault>,
    asked: Arc<Mutex<u32>>,
}

impl FaultProxy {
    /// A proxy to `target`, without a fault.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (fault, faults) = watch::channel(Fault::None);
        let asked: Arc<Mutex<u32>> = Arc::default();
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                tokio::spawn(carry(stream, target, faults.clone()));
            }
        });
        Self { address, fault, asked }
    }

    /// Sets the fault of new and open connections.
    pub fn set(&self, fault: Fault) {
        self.fault.send(fault).unwrap();
    }

    /// The number of connections so far.
    pub fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }
}

async fn carry(mut stream: TcpStream, target: SocketAddr, mut faults: watch::Receiver<Fault>) {
    let fault = faults.borrow_and_update().clone();
    let mut buffer = [0; 16 * 1024];
    match fault {
        Fault::None => {
            let Ok(mut there) = TcpStream::connect(target).await else { return };
            // A fault affects open connections, too.
            let broken = async {
                let _ = faults.wait_for(|fault| matches!(fault, Fault::Silence | Fault::Reset)).await;
            };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut stream, &mut there) => return,
                () = broken => {}
            }
            if *faults.borrow() == Fault::Silence {
                silence(stream, faults).await;
            }
        }
        Fault::Reset => {
            let _ = stream.read(&mut buffer).await;
            let _ = stream.set_zero_linger();
        }
        Fault::Silence => silence(stream, faults).await,
        Fault::Answer(bytes) => {
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
    }
}

/// Keeps a connection open and sends nothing until the fault is removed; then closes it.
async fn silence(stream: TcpStream, mut faults: watch::Receiver<Fault>) {
    let _ = faults.wait_for(|fault| *fault != Fault::Silence).await;
    drop(stream);
}
