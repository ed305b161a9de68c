//! Sets `TCP_NODELAY` on connections to PostgreSQL. sqlx 0.9.0 does not (its issue 4335, fixed in the next version), so the last
//! packet of a statement that needs several waits 40 ms for an acknowledgement. The driver does not expose its sockets, so they
//! are found among those of this process. Delete this module with the next version of sqlx.
use std::collections::BTreeSet;

/// Sets `TCP_NODELAY` on the connections of this process to servers on these ports. Best effort: where the system does not
/// allow it, statements are only slower.
#[cfg(target_os = "linux")]
pub(crate) fn set(ports: &BTreeSet<u16>) {
    if let Err(error) = linux::set(ports) {
        tracing::debug!("statements to PostgreSQL may wait for acknowledgements: {error}");
    }
}

/// Does nothing on other systems: their delayed acknowledgements work differently.
#[cfg(not(target_os = "linux"))]
pub(crate) fn set(_: &BTreeSet<u16>) {}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::fs::read_dir;
    use std::net::SocketAddr;

    use rustix::net::{getpeername, sockopt};
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    pub(super) fn set(ports: &BTreeSet<u16>) -> std::io::Result<()> {
        let process = pidfd_open(getpid(), PidfdFlags::empty())?;
        for entry in read_dir("/proc/self/fd")? {
            let entry = entry?;
            let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let Some(number) = number else { continue };
            // The descriptor may have been closed meanwhile.
            let Ok(socket) = pidfd_getfd(&process, number, PidfdGetfdFlags::empty()) else { continue };
            let peer = getpeername(&socket)
                .ok()
                .and_then(|peer| peer.and_then(|peer| SocketAddr::try_from(peer).ok()));
            if peer.is_some_and(|peer| ports.contains(&peer.port())) {
                sockopt::set_tcp_nodelay(&socket, true)?;
            }
        }
        Ok(())
    }

    #[cfg(test)]
    mod tests {
        use std::net::{TcpListener, TcpStream};

        use super::*;

        #[test]
        fn connections_to_the_port_send_at_once_and_no_others() {
            let (server, other) =
                (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
            let connect = |to: &TcpListener| TcpStream::connect(to.local_addr().unwrap()).unwrap();
            let (to_server, to_other) = (connect(&server), connect(&other));
            set(&[server.local_addr().unwrap().port()].into()).unwrap();
            assert!(to_server.nodelay().unwrap());
            assert!(!to_other.nodelay().unwrap());
        }
    }
}
