//! Users signed in by another system: by a reverse proxy through a header, or by an OpenID Connect provider.
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Once};

use frontdesk_ports::IdentityProvider;
use ipnet::IpNet;
use poem::Request;
use poem::http::{HeaderMap, HeaderName};

/// The systems that sign people in, besides our own passwords.
#[derive(Clone, Default)]
pub struct FederatedSignIn {
    /// A proxy in front of us.
    pub proxy: Option<Arc<TrustedProxy>>,
    /// An identity provider.
    pub provider: Option<Arc<dyn IdentityProvider>>,
}

impl FederatedSignIn {
    /// The browser's address: the connection's, or the one that a trusted proxy names.
    pub(crate) fn client(&self, request: &Request) -> String {
        let peer = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
        let client = |peer| {
            warn_of_unknown_proxy(self.proxy.as_deref(), peer, request.headers());
            self.proxy.as_ref().map_or(peer, |proxy| proxy.client(peer, request.headers()))
        };
        peer.map(|peer| client(peer).to_string()).unwrap_or_default()
    }
}

/// Warns, once, of a proxy that is not configured as trusted: all clients behind it share one limit of failed
/// sign-ins.
fn warn_of_unknown_proxy(known: Option<&TrustedProxy>, peer: IpAddr, headers: &HeaderMap) {
    static WARNED: Once = Once::new();
    if headers.contains_key("x-forwarded-for") && !known.is_some_and(|proxy| proxy.trusts(peer)) {
        WARNED.call_once(|| {
            tracing::warn!(
                "untrusted proxy at {peer}: all its clients share one limit of failed sign-ins; add it to auth.proxy_networks"
            );
        });
    }
}

/// A proxy whose headers are trusted: the user, if the proxy signs users in, and the browser's address
/// (`X-Forwarded-For`), so that failed sign-ins of one browser do not lock out everyone behind the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxy {
    /// The header that names the user, if the proxy signs users in.
    pub header: Option<HeaderName>,
    /// The proxy's networks. Headers of requests from other addresses are ignored.
    pub networks: Vec<IpNet>,
}

impl TrustedProxy {
    /// The user that the proxy names. A header that appears twice counts as absent: the browser may have sent one of them.
    pub(crate) fn person<'r>(&self, request: &'r Request) -> Option<&'r str> {
        let peer = request.remote_addr().as_socket_addr()?.ip();
        if !self.trusts(peer) {
            return None;
        }
        let mut names = request.headers().get_all(self.header.as_ref()?).iter();
        let (name, more) = (names.next()?.to_str().ok()?.trim(), names.next());
        (more.is_none() && !name.is_empty()).then_some(name)
    }

    /// The client's address: the last one in `X-Forwarded-For` that is not a trusted proxy's. Each proxy appends its client.
    pub(crate) fn client(&self, peer: IpAddr, forwarded: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let lines = forwarded.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
        let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut last = peer;
        for hop in hops.iter().rev() {
            let Some(address) = address_of(hop) else { break };
            last = address.to_canonical();
            if !self.trusts(last) {
                break;
            }
        }
        last
    }

    fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.networks.iter().any(|network| network.contains(&peer))
    }
}

/// The address of a hop in any form that proxies write: bare, with a port, in brackets, in quotes, or with a zone.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim_matches('"');
    if let Ok(with_port) = hop.parse::<SocketAddr>() {
        return Some(with_port.ip());
    }
    let bare = hop.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(hop);
    bare.split('%').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_known_by_its_network_however_its_address_is_written() {
        let networks = ["10.1.0.0/16", "fd00::/8"].map(|network| network.parse().unwrap()).into();
        let proxy = TrustedProxy { header: None, networks };
        for peer in ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1"] {
            assert!(proxy.trusts(peer.parse().unwrap()), "{peer}");
        }
        for peer in ["10.2.0.1", "::ffff:10.2.0.1", "127.0.0.1", "::1", "fe80::1"] {
            assert!(!proxy.trusts(peer.parse().unwrap()), "{peer}");
        }
    }

    #[test]
    fn only_trusted_proxies_name_the_clients_address() {
        let proxy = TrustedProxy { header: None, networks: vec!["10.0.0.0/8".parse().unwrap()] };
        for (peer, lines, client) in [
            ("10.0.0.1", &["198.51.100.7"][..], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7:51234"], "198.51.100.7"),
            ("10.0.0.1", &["[2001:db8::7]:51234"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("10.0.0.1", &["\"[2001:db8::7]:443\""], "2001:db8::7"),
            ("10.0.0.1", &["fe80::1%eth0"], "fe80::1"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7:80, [::ffff:10.0.0.2]:1"], "198.51.100.7"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
        ] {
            let header = HeaderName::from_static("x-forwarded-for");
            let headers = lines.iter().map(|line| (header.clone(), line.parse().unwrap())).collect();
            assert_eq!(proxy.client(peer.parse().unwrap(), &headers).to_string(), client, "{peer} {lines:?}");
        }
    }
}
