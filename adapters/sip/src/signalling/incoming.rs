//! Answers incoming requests.
use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_ports::Clock;
use rsipstack::dialog::dialog::Dialog;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Method, StatusCode, Uri};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::mpsc;

use super::digest::{Asked, Digest};
use super::leg::{self, Leg, LegEvent};
use super::{Admission, Caller, Refusal};
use crate::parties::{self, CallParties};
use crate::sdp;

/// How long sending the answer to a request may take.
const REPLY_TIMEOUT: Duration = Duration::from_secs(5);

/// An admitted call that is to be answered.
pub struct Invitation {
    /// Caller and called number.
    pub parties: CallParties,
    /// The caller's audio; none if the caller wants an offer.
    pub offered: Option<sdp::Description>,
    /// The address that the call comes from.
    pub peer: IpAddr,
    /// The caller's leg.
    pub leg: Arc<Leg>,
    /// The events of the leg.
    pub events: mpsc::UnboundedReceiver<LegEvent>,
    /// Its slot among the simultaneous calls, until it is over.
    pub _permit: Box<dyn Any + Send>,
}

pub(super) struct Incoming {
    pub layer: Arc<DialogLayer>,
    pub contact: Uri,
    pub admission: Admission,
    pub digest: Digest,
    pub clock: Arc<dyn Clock>,
    /// Whether our audio is sent over IPv4.
    pub is_ipv4: bool,
    pub srtp_required: bool,
    pub invitations: mpsc::UnboundedSender<Invitation>,
}

impl Incoming {
    pub async fn serve(self, mut transactions: TransactionReceiver) {
        while let Some(transaction) = transactions.recv().await {
            self.take(transaction);
        }
    }

    fn take(&self, mut transaction: Transaction) {
        match self.dialog_of(&transaction) {
            Ok(mut dialog) => {
                tokio::spawn(async move {
                    if let Err(error) = dialog.handle(&mut transaction).await {
                        tracing::debug!("a request within a call failed: {error}");
                    }
                });
            }
            // An ACK is never answered.
            Err(_) if transaction.original.method == Method::Ack => {}
            // A connection that takes no answer must not delay other requests.
            Err(Response(code, headers)) => {
                tokio::spawn(async move {
                    let reply = transaction.reply_with(code, headers, None);
                    if !matches!(tokio::time::timeout(REPLY_TIMEOUT, reply).await, Ok(Ok(()))) {
                        tracing::debug!("a request could not be answered");
                    }
                });
            }
        }
    }

    /// The dialog that a request belongs to or begins; or the response to a request without one.
    fn dialog_of(&self, transaction: &Transaction) -> Result<Dialog, Response> {
        let to = transaction
            .original
            .to_header()
            .and_then(rsipstack::sip::To::tag)
            .map_err(|_| StatusCode::BadRequest)?;
        if to.is_some() {
            return Ok(self
                .layer
                .match_dialog(transaction)
                .ok_or(StatusCode::CallTransactionDoesNotExist)?);
        }
        let peer = peer_of(transaction).ok_or(StatusCode::Forbidden)?;
        let method = &transaction.original.method;
        let (permit, user) = match (self.admission)(peer, Caller::Network) {
            Err(Refusal::UnknownPeer) if *method == Method::Invite && self.digest.has_users() => {
                let user = self.user(transaction, peer)?;
                ((self.admission)(peer, Caller::User), Some(user))
            }
            decided => (decided, None),
        };
        match (method, permit) {
            (_, Err(Refusal::UnknownPeer)) => Err(StatusCode::Forbidden.into()),
            (Method::Invite, Ok(permit)) => Ok(self.invite(transaction, peer, permit, user)?),
            (Method::Invite, Err(Refusal::Busy)) => Err(StatusCode::BusyHere.into()),
            (Method::Invite, Err(Refusal::Stopping)) => Err(StatusCode::ServiceUnavailable.into()),
            // Peers send OPTIONS to keep a connection alive.
            (Method::Options, _) => Err(StatusCode::OK.into()),
            _ => Err(StatusCode::MethodNotAllowed.into()),
        }
    }

    /// The user who calls from another network, if the password is right.
    fn user(&self, transaction: &Transaction, peer: IpAddr) -> Result<String, Response> {
        let now = self.clock.now();
        match self.digest.check(&transaction.original, peer, now) {
            Asked::Known(user) => Ok(user),
            Asked::Challenge { is_stale } => {
                let challenge = self.digest.challenge(peer, now, is_stale);
                Err(Response(StatusCode::Unauthorized, vec![challenge]))
            }
            Asked::Refused => Err(StatusCode::Forbidden.into()),
        }
    }

    fn invite(
        &self,
        transaction: &Transaction,
        peer: IpAddr,
        permit: Box<dyn Any + Send>,
        user: Option<String>,
    ) -> Result<Dialog, StatusCode> {
        let request = &transaction.original;
        let usable = |offered: &sdp::Description| offered.is_usable(self.is_ipv4, self.srtp_required);
        let offered = match request.body.as_slice() {
            [] => None,
            body => Some(sdp::read(body).filter(usable).ok_or(StatusCode::NotAcceptableHere)?),
        };
        let parties = parties::of(request, user).ok_or(StatusCode::BadRequest)?;
        let (states, receiver) = self.layer.new_dialog_state_channel();
        let contact = Some(self.contact.clone());
        let dialog = self.layer.get_or_create_server_invite(transaction, states, None, contact);
        let dialog = dialog.map_err(|_| StatusCode::BadRequest)?;
        let (sender, events) = mpsc::unbounded_channel();
        let confirmed = dialog.clone();
        let ack = move || confirmed.last_remote_ack();
        tokio::spawn(leg::watch(receiver, sender, ack));
        let leg = Arc::new(Leg { dialog: dialog.clone(), layer: self.layer.clone() });
        let invitation = Invitation { parties, offered, peer, leg, events, _permit: permit };
        self.invitations.send(invitation).map_err(|_| StatusCode::ServiceUnavailable)?;
        Ok(Dialog::Invite(dialog))
    }
}

/// The answer to a request that belongs to no call.
struct Response(StatusCode, Vec<Header>);

impl From<StatusCode> for Response {
    fn from(code: StatusCode) -> Self {
        Self(code, Vec::new())
    }
}

/// The network address that a request was received from.
fn peer_of(transaction: &Transaction) -> Option<IpAddr> {
    let address = transaction.connection.as_ref()?.get_remote_addr()?.get_socketaddr().ok()?;
    Some(address.ip().to_canonical())
}
