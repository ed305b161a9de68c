//! Outgoing legs: the phones that we ring.
use frontdesk_domain::PhoneNumber;
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::invitation::{InviteAsyncResult, InviteOption};
use rsipstack::platform::JoinHandle;
use rsipstack::sip::{Header, Request, StatusCodeKind, Uri};
use tokio::sync::mpsc;

use super::leg::{self, Leg, LegEvent};
use super::{Signalling, StartError, failed};
use crate::settings::{Address, Trunk};

/// The caller ID that the callee sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// This number.
    Number(PhoneNumber),
    /// That the caller withholds the number.
    Withheld,
}

impl Signalling {
    /// Rings a phone, with an offer of audio. The events of the leg are sent to `events`.
    pub fn ring(
        &self,
        address: &Address,
        shown: &Shown,
        trunk: Option<&Trunk>,
        offer: Vec<u8>,
        events: mpsc::UnboundedSender<LegEvent>,
    ) -> Result<Leg, StartError> {
        let trunk = trunk.filter(|trunk| trunk.registrar.host() == address.host());
        let host =
            trunk.map_or_else(|| self.contact.host_with_port.to_string(), |trunk| trunk.registrar.host());
        let other = |name: &str, value: String| Header::Other(name.into(), value);
        let (from, header) = match shown {
            // RFC 3325, section 9.1: the number that a trunk shows.
            Shown::Number(number) => {
                let address = format!("sip:{number}@{host}");
                (address.clone(), other("P-Asserted-Identity", format!("<{address}>")))
            }
            Shown::Withheld => ("sip:anonymous@anonymous.invalid".into(), other("Privacy", "id".into())),
        };
        let options = InviteOption {
            caller: Uri::try_from(from.as_str()).map_err(failed)?,
            callee: address.uri().map_err(failed)?,
            contact: self.contact.clone(),
            content_type: Some("application/sdp".into()),
            offer: Some(offer),
            headers: Some(vec![header]),
            credential: trunk.map(credential),
            ..InviteOption::default()
        };
        let (states, receiver) = self.layer.new_dialog_state_channel();
        let (dialog, answered) = self.layer.do_invite_async(options, states).map_err(failed)?;
        let confirmed = dialog.clone();
        let ack = move || confirmed.last_remote_ack();
        tokio::spawn(outcome(answered, receiver, ack, events));
        Ok(Leg { dialog, layer: self.layer.clone() })
    }
}

/// The credentials of our account at a trunk.
pub(super) fn credential(trunk: &Trunk) -> Credential {
    let password = secrecy::ExposeSecret::expose_secret(&trunk.password).to_owned();
    Credential { username: trunk.username.clone(), password, ..Credential::default() }
}

/// Reports how ringing ends, from the final response, which has the exact code, and then the events of the call.
async fn outcome(
    mut answered: JoinHandle<InviteAsyncResult>,
    states: DialogStateReceiver,
    ack: impl Fn() -> Option<Request> + Send + 'static,
    events: mpsc::UnboundedSender<LegEvent>,
) {
    let (sender, mut watched) = mpsc::unbounded_channel();
    let watching = tokio::spawn(leg::watch(states, sender, ack));
    let report = |event| {
        let _ = events.send(event);
    };
    let response = loop {
        tokio::select! {
            response = &mut answered => break response.ok().and_then(Result::ok).and_then(|(_, response)| response),
            // The final response reports the end and its reason.
            Some(event) = watched.recv() => if !matches!(event, LegEvent::Ended(_)) { report(event) },
        }
    };
    match response {
        Some(response) if response.status_code.kind() == StatusCodeKind::Successful => {
            report(LegEvent::Answered(response.body));
            while let Some(event) = watched.recv().await {
                report(event);
            }
        }
        other => {
            watching.abort();
            report(LegEvent::Ended(other.map(|response| response.status_code.into())));
        }
    }
}
