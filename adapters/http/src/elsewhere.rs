//! People whom somebody else vouches for: a proxy in front of us, by a header; an identity provider, by what a browser
//! brings back from it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use frontdesk_ports::IdentityProvider;
use ipnet::IpNet;
use poem::Request;
use poem::http::{HeaderMap, HeaderName};

/// Who vouches, if anybody does.
#[derive(Clone, Default)]
pub struct Elsewhere {
    /// A proxy in front of us.
    pub proxy: Option<Arc<TrustedProxy>>,
    /// An identity provider.
    pub provider: Option<Arc<dyn IdentityProvider>>,
}

impl Elsewhere {
    /// Where a browser is, as far as is known: its address, or what a trusted proxy tells of it.
    pub(crate) fn client(&self, request: &Request) -> String {
        let peer = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
        let told = |peer| self.proxy.as_ref().map_or(peer, |proxy| proxy.client(peer, request.headers()));
        peer.map(|peer| told(peer).to_string()).unwrap_or_default()
    }
}

/// A proxy whose word counts: whose request it is, if it has people sign in; and where the browser is
/// (`X-Forwarded-For`), so that who guesses passwords holds up nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxy {
    /// The header that names a person.
    pub header: Option<HeaderName>,
    /// Where the proxy is. What others say is not heard.
    pub networks: Vec<IpNet>,
}

impl TrustedProxy {
    /// Whose request it is, if the proxy sends it and says so. Told twice it counts as not told: one of the two may be the
    /// browser's own.
    pub(crate) fn vouched<'r>(&self, request: &'r Request) -> Option<&'r str> {
        let peer = request.remote_addr().as_socket_addr()?.ip();
        if !self.trusts(peer) {
            return None;
        }
        let mut told = request.headers().get_all(self.header.as_ref()?).iter();
        let (name, more) = (told.next()?.to_str().ok()?.trim(), told.next());
        (more.is_none() && !name.is_empty()).then_some(name)
    }

    /// Where a request comes from, as far as trusted proxies tell: each adds whom it was asked by at the end.
    pub(crate) fn client(&self, peer: IpAddr, forwarded: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let lines = forwarded.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
        let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut last = peer;
        for hop in hops.iter().rev() {
            let Ok(address) = hop.parse::<IpAddr>() else { break };
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
    fn where_a_browser_is_is_told_by_trusted_proxies_alone() {
        let proxy = TrustedProxy { header: None, networks: vec!["10.0.0.0/8".parse().unwrap()] };
        for (peer, told, client) in [
            ("10.0.0.1", &["198.51.100.7"][..], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
        ] {
            let header = HeaderName::from_static("x-forwarded-for");
            let headers = told.iter().map(|line| (header.clone(), line.parse().unwrap())).collect();
            assert_eq!(proxy.client(peer.parse().unwrap(), &headers).to_string(), client, "{peer} {told:?}");
        }
    }
}
