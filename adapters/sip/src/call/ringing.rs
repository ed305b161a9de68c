//! The phones that a call rings.
use std::sync::Arc;

use frontdesk_domain::session::{Callee, Input, LegEnd, Party};
use frontdesk_domain::{CallerId, LegId, PhoneAddress, PhoneNumber};
use tokio::sync::mpsc;

use super::{CallTask, forward_leg_events, media_event_sender};
use crate::media::Media;
use crate::sdp;
use crate::signalling::{Leg, Shown};

/// A phone that rings or is off hook.
pub struct RungPhone {
    pub id: LegId,
    pub phone: PhoneAddress,
    /// Its audio, until the leg is over.
    pub media: Option<Media>,
    pub leg: Arc<Leg>,
}

impl CallTask {
    /// Rings a phone of the flow, at its own address or at the one in the dial plan; never at an address that a caller has
    /// supplied.
    pub(super) async fn ring(
        &mut self,
        callee: Callee,
        id: LegId,
        phone: PhoneAddress,
        caller_id: Option<PhoneNumber>,
    ) {
        if let Err(why) = self.try_to_ring(callee, id, phone, caller_id).await {
            tracing::error!(call.id = %self.call, "a phone could not be rung: {why}");
            self.input(Input::Ended(Party::Callee(callee), LegEnd::Failed));
        }
    }

    async fn try_to_ring(
        &mut self,
        callee: Callee,
        id: LegId,
        phone: PhoneAddress,
        caller_id: Option<PhoneNumber>,
    ) -> Result<(), String> {
        let (shared, party) = (self.shared.clone(), Party::Callee(callee));
        let routes = &shared.settings.routes;
        let address = routes.address(&phone).ok_or("no route in sip.routes matches it")?;
        let events = media_event_sender(party, self.events.clone());
        let random = self.media_random();
        let media = Media::open(&shared.media, address.ip(), random, events).await;
        let media = media.map_err(|error| format!("no audio port is available: {error}"))?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let trunk = shared.settings.trunk.as_ref();
        let leg = shared.signalling.ring(
            &address,
            &self.shown(caller_id),
            trunk,
            sdp::offer(media.local, self.offered_key(&media), 1),
            sender,
        );
        let leg = Arc::new(leg.map_err(|error| error.to_string())?);
        tokio::spawn(forward_leg_events(party, receiver, self.events.clone()));
        self.callees.insert(callee, RungPhone { id, phone, media: Some(media), leg });
        Ok(())
    }

    /// The caller ID that the callee sees: the one set by the flow, or else the caller's number.
    fn shown(&self, caller_id: Option<PhoneNumber>) -> Shown {
        let parties = &self.invitation.parties;
        let own = || PhoneNumber::read_called(&parties.to);
        let number = caller_id.or_else(|| match &parties.from {
            CallerId::Known(number) => Some(number.clone()),
            CallerId::Withheld => None,
            // A network cannot show an extension or a name, so the called number is shown.
            CallerId::Sip(_) | CallerId::Client(_) | CallerId::Other(_) => own(),
        });
        number.map_or(Shown::Withheld, Shown::Number)
    }

    /// Stops ringing a phone, or hangs up on it.
    pub(super) fn end_callee(&mut self, callee: Callee) {
        self.stop_playing(Party::Callee(callee));
        if let Some(phone) = self.callees.get_mut(&callee) {
            phone.media = None;
            self.shared.ending.end(phone.leg.clone());
        }
    }
}
