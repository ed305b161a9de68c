//! Support for systemd, or another service manager with its protocols: sockets that it passes, and status reports to it.
//! Without one, nothing here has an effect.
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::net::TcpListener;

/// Sockets that the service manager opened. While this process restarts, connections wait in them.
#[derive(Debug, Default)]
pub struct PassedSockets(Vec<std::net::TcpListener>);

impl PassedSockets {
    /// The sockets that were passed to this process (`LISTEN_FDS`).
    pub fn of_process() -> Self {
        let mut passed = ListenFd::from_env();
        let sockets = (0..passed.len()).filter_map(|number| match passed.take_tcp_listener(number) {
            Ok(socket) => socket,
            Err(error) => {
                tracing::warn!("the socket {number} that the service manager passed is not used: {error}");
                None
            }
        });
        Self(sockets.collect())
    }

    /// Listens on an address: with the socket that was passed for it, otherwise with a new one.
    pub async fn listen(&mut self, address: SocketAddr) -> io::Result<TcpListener> {
        let is_for =
            |socket: &std::net::TcpListener| socket.local_addr().is_ok_and(|local| is_same(local, address));
        let Some(passed) = self.0.iter().position(is_for) else {
            return TcpListener::bind(address).await;
        };
        let socket = self.0.swap_remove(passed);
        socket.set_nonblocking(true)?;
        TcpListener::from_std(socket)
    }

    /// Reports sockets that no setting names.
    pub fn warn_of_unused(&self) {
        for socket in &self.0 {
            if let Ok(address) = socket.local_addr() {
                tracing::warn!(
                    "the service manager passed a socket on {address}, which is the address of neither listen, \
                     private_listen nor metrics.listen"
                );
            }
        }
    }
}

/// Whether two addresses mean the same listener: they are equal, or both stand for all addresses of the machine.
fn is_same(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = one.ip().is_unspecified() && other.ip().is_unspecified();
    one.port() == other.port() && (one.ip() == other.ip() || everywhere)
}

/// Reports that requests are answered.
pub fn ready() {
    report(NotifyState::Ready);
}

/// Reports that the server stops.
pub fn stopping() {
    report(NotifyState::Stopping);
}

/// Reports for ever that the server is alive, twice per watchdog timeout. Runs on the threads that answer callers: if they
/// hang, the reports stop and the service manager restarts the server.
pub async fn feed_watchdog() {
    let Some(timeout) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
    let mut ticks = tokio::time::interval((timeout / 2).max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        report(NotifyState::Watchdog);
    }
}

fn report(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!("cannot report to the service manager: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_uses_the_socket_that_was_passed_for_it() {
        let passed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = passed.local_addr().unwrap();
        let mut sockets = PassedSockets(vec![passed]);
        let other = sockets.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        assert_ne!(other.local_addr().unwrap(), address);
        // The port is taken: only the passed socket can listen there.
        assert_eq!(sockets.listen(address).await.unwrap().local_addr().unwrap(), address);
        assert!(sockets.0.is_empty());
    }

    #[test]
    fn a_socket_of_another_address_is_not_used_for_its_port() {
        let same = |one: &str, other: &str| is_same(one.parse().unwrap(), other.parse().unwrap());
        assert!(same("127.0.0.1:80", "127.0.0.1:80") && same("[::]:80", "0.0.0.0:80"));
        assert!(!same("10.0.0.5:80", "203.0.113.1:80") && !same("0.0.0.0:80", "127.0.0.1:80"));
        assert!(!same("127.0.0.1:80", "127.0.0.1:81"));
    }
}
