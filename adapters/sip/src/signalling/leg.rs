//! One leg of a call, incoming or outgoing.
use std::sync::Arc;

use frontdesk_domain::Key;
use frontdesk_domain::call::RefusalReason;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TransactionHandle};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Method, Request, StatusCode};
use tokio::sync::mpsc;

use crate::rtp::keys;

/// An event of a leg.
#[derive(Debug)]
pub enum LegEvent {
    /// A callee's phone rings.
    Ringing,
    /// It was answered, with this description of its audio.
    Answered(Vec<u8>),
    /// The other side makes a new offer of audio, and waits for the reply.
    Offered(Vec<u8>, Reply),
    /// A key was pressed, sent by INFO.
    Key(Key),
    /// It has ended, or was never answered: with this final status code, if there was one.
    Ended(Option<u16>),
}

/// Answers an offer.
#[derive(Debug)]
pub struct Reply {
    handle: TransactionHandle,
    /// Whether the request is an INVITE without an offer, which asks for ours.
    pub wants_offer: bool,
}

impl Reply {
    /// Accepts, with the description of our audio; without one if none was offered.
    pub async fn accept(self, body: Option<Vec<u8>>) {
        // An error means that the dialog is gone.
        let _ = self.handle.respond(StatusCode::OK, body.is_some().then(sdp_headers), body).await;
    }

    /// Refuses the offer: it has no audio that we can send.
    pub async fn refuse(self) {
        let _ = self.handle.reply(StatusCode::NotAcceptableHere).await;
    }
}

fn sdp_headers() -> Vec<Header> {
    vec![Header::ContentType("application/sdp".into())]
}

/// A leg. Dropping it removes its dialog from the library, which would otherwise hold it forever.
pub struct Leg {
    pub(super) dialog: InviteDialog,
    pub(super) layer: Arc<DialogLayer>,
}

impl Drop for Leg {
    fn drop(&mut self) {
        self.layer.remove_dialog(&self.dialog.id());
    }
}

impl Leg {
    /// Answers an incoming leg.
    pub fn accept(&self, body: Vec<u8>) {
        if let Err(error) = self.dialog.accept(Some(sdp_headers()), Some(body)) {
            tracing::debug!("a call could not be answered: {error}");
        }
    }

    /// Refuses an incoming leg that was not answered.
    pub fn refuse(&self, why: RefusalReason) {
        self.reject(refusal(why));
    }

    /// Refuses an incoming leg that cannot be handled here, so that its network tries another route.
    pub fn fail(&self) {
        self.reject(StatusCode::ServiceUnavailable);
    }

    fn reject(&self, code: StatusCode) {
        if let Err(error) = self.dialog.reject(Some(code), None) {
            tracing::debug!("a call could not be refused: {error}");
        }
    }

    /// Ends the leg: stops ringing, or hangs up.
    pub async fn end(&self) {
        let can_cancel = self.dialog.state().can_cancel();
        let ended = if can_cancel { self.dialog.cancel().await } else { self.dialog.hangup().await };
        if let Err(error) = ended {
            tracing::debug!("a leg could not be ended cleanly: {error}");
        }
    }
}

/// The status code that tells a caller's network why a call is refused: 433 for a withheld number (RFC 5079), 486 Busy for
/// too many calls, and 603 Decline for a blocked caller (RFC 3261, section 21.6.2).
fn refusal(why: RefusalReason) -> StatusCode {
    match why {
        RefusalReason::Withheld => StatusCode::AnonymityDisallowed,
        RefusalReason::Limit => StatusCode::BusyHere,
        RefusalReason::Blocked => StatusCode::Decline,
    }
}

/// Forwards the events of a dialog, and answers requests that need no decision, until it is over. `ack` returns the last ACK,
/// whose body may describe the audio.
pub(super) async fn watch(
    mut states: DialogStateReceiver,
    events: mpsc::UnboundedSender<LegEvent>,
    ack: impl Fn() -> Option<Request> + Send,
) {
    // Fails if the receiver is gone.
    let report = |event| {
        let _ = events.send(event);
    };
    // The SDP answer in the last ACK, which is repeated in each state.
    let mut answered: Option<Vec<u8>> = None;
    while let Some(state) = states.recv().await {
        match state {
            DialogState::Confirmed(..) => {
                let body = ack().map(|ack| ack.body).filter(|body| !body.is_empty());
                if body.is_some() && body != answered {
                    answered.clone_from(&body);
                    report(LegEvent::Answered(body.unwrap_or_default()));
                }
            }
            DialogState::Updated(_, request, handle) => {
                let wants_offer = request.method == Method::Invite && request.body.is_empty();
                report(LegEvent::Offered(request.body, Reply { handle, wants_offer }));
            }
            DialogState::Info(_, request, handle) => {
                let _ = handle.reply(StatusCode::OK).await;
                if let Some(key) = keys::of_info(&String::from_utf8_lossy(&request.body)) {
                    report(LegEvent::Key(key));
                }
            }
            DialogState::Options(_, _, handle) | DialogState::Notify(_, _, handle) => {
                let _ = handle.reply(StatusCode::OK).await;
            }
            // A caller must not be able to make us ring others.
            DialogState::Refer(_, _, handle) => {
                let _ = handle.reply(StatusCode::Decline).await;
            }
            DialogState::Message(_, _, handle) | DialogState::Publish(_, _, handle) => {
                let _ = handle.reply(StatusCode::MethodNotAllowed).await;
            }
            DialogState::Terminated(..) => return report(LegEvent::Ended(None)),
            DialogState::Early(_, response) => {
                if matches!(u16::from(response.status_code), 180 | 183) {
                    report(LegEvent::Ringing);
                }
            }
            DialogState::Calling(_) | DialogState::Trying(_) | DialogState::WaitAck(..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_code() {
        let codes = RefusalReason::VARIANTS.iter().map(|why| (why.as_str(), refusal(*why).code()));
        assert_eq!(codes.collect::<Vec<_>>(), [("blocked", 603), ("withheld", 433), ("limit", 486)]);
    }
}
