//! Wraps the SIP library: the endpoint, incoming and outgoing legs, and the registration with a trunk. The rest of this crate
//! uses the library only to parse requests and URIs.

mod digest;
mod incoming;
mod leg;
mod outgoing;
mod registration;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use frontdesk_ports::Clock;
use ipnet::IpNet;
use parking_lot::Mutex;
use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::platform::CancellationToken;
use rsipstack::sip::Uri;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::tcp_listener::TcpListenerConnection;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{TransportLayer, TransportWhitelist};
use tokio::sync::mpsc;

use crate::settings::Settings;
use digest::Digest;

pub use incoming::Invitation;
pub use leg::{Leg, LegEvent, Reply};
pub use outgoing::Shown;

/// A line cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

fn failed(error: impl std::fmt::Display) -> StartError {
    StartError(error.to_string())
}

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not from a network that may call.
    UnknownPeer,
    /// Too many calls at once.
    Busy,
    /// The program is stopping.
    Stopping,
}

/// How a caller is authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// By the network, which must be one that may call.
    Network,
    /// By a password.
    User,
}

/// Decides whether a call from an address is accepted. The returned value is held until the call is over.
pub type Admission =
    Arc<dyn Fn(IpAddr, Caller) -> Result<Box<dyn std::any::Any + Send>, Refusal> + Send + Sync>;

/// The only networks from which SIP is accepted.
struct Named(Vec<IpNet>);

#[async_trait]
impl TransportWhitelist for Named {
    async fn allow(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip.to_canonical()))
    }
}

/// The endpoint of a line.
pub struct Signalling {
    layer: Arc<DialogLayer>,
    endpoint: EndpointInnerRef,
    /// The URI at which we are reached.
    contact: Uri,
    token: CancellationToken,
    registration: Mutex<Option<registration::Registered>>,
}

impl Drop for Signalling {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

impl Signalling {
    /// Starts to listen. Admitted calls are sent to `invitations`.
    pub async fn start(
        settings: &Settings,
        admission: Admission,
        clock: Arc<dyn Clock>,
        secret: [u8; 32],
        invitations: mpsc::UnboundedSender<Invitation>,
    ) -> Result<Self, StartError> {
        let token = CancellationToken::new();
        let transports = TransportLayer::new(token.clone());
        let reached = std::net::SocketAddr::new(settings.address, settings.listen.port());
        let external = (settings.address != settings.listen.ip()).then_some(reached);
        let udp =
            UdpConnection::create_connection(settings.listen, external, Some(token.child_token())).await;
        transports.add_transport(udp.map_err(failed)?.into());
        if settings.tcp {
            // A TCP connection that does not read blocks the library, so only the named networks may connect.
            transports.set_whitelist(Named(settings.peers.clone()));
            let tcp = TcpListenerConnection::new(settings.listen, external).await.map_err(failed)?;
            transports.add_transport(tcp.into());
        }
        let endpoint = EndpointBuilder::new()
            .with_cancel_token(token.clone())
            .with_transport_layer(transports)
            .with_user_agent("frontdesk")
            .build();
        let transactions = endpoint.incoming_transactions().map_err(failed)?;
        let inner = endpoint.inner.clone();
        tokio::spawn(async move { endpoint.serve().await });
        let user = settings.trunk.as_ref().map_or("frontdesk", |trunk| trunk.username.as_str());
        let contact = Uri::try_from(format!("sip:{user}@{reached}").as_str()).map_err(failed)?;
        let layer = Arc::new(DialogLayer::new(inner.clone()));
        let incoming = incoming::Incoming {
            layer: layer.clone(),
            contact: contact.clone(),
            admission,
            digest: Digest::new(settings.users.clone(), secret),
            clock,
            is_ipv4: settings.address.is_ipv4(),
            srtp_required: settings.srtp_required,
            invitations,
        };
        tokio::spawn(incoming.serve(transactions));
        Ok(Self { layer, endpoint: inner, contact, token, registration: Mutex::default() })
    }

    /// Dialogs that the library still holds; 0 when no call is in progress.
    pub fn dialogs(&self) -> usize {
        self.layer.len()
    }
}

impl From<std::io::Error> for StartError {
    fn from(error: std::io::Error) -> Self {
        failed(error)
    }
}
