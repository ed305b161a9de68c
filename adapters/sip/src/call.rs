//! The task of one call: executes the outputs of its session, and passes events to it.

mod audio;
mod call_clock;
mod reports;
mod ringing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::call::{CarrierRecord, LegStatus, RecordedLeg};
use frontdesk_domain::session::{Callee, Input, LegEnd, Output, Party, Session};
use frontdesk_domain::{LegId, Notice, Parties, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::desk::Services;
use crate::journal::{EndedCall, Journal, MadeRecording, OpenCall};
use crate::media::{Media, MediaEvent, MediaSettings};
use crate::recording::Recorder;
use crate::rtp::srtp;
use crate::sdp;
use crate::settings::Settings;
use crate::signalling::{Invitation, Leg, LegEvent, Reply, Signalling};

use call_clock::CallClock;
use reports::Reports;
use ringing::RungPhone;

/// The longest interval between journal entries of a call: after a crash its logged end is at most this much too early.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// A recording that is being made.
struct ActiveRecording {
    recorder: Recorder,
    /// Whether the carrier is to transcribe it.
    transcribe: bool,
}

/// What all calls of a line share.
pub struct Shared {
    pub settings: Settings,
    pub media: MediaSettings,
    pub signalling: Signalling,
    pub services: Services,
    pub journal: Journal,
    pub ending: EndingLegs,
}

/// An event that another task sends to the call's task.
enum Event {
    Input(Input),
    /// No audio of a party has arrived for too long.
    Lost(Party),
    /// A party's SDP answer: a callee has picked up, or the caller has accepted our offer.
    SdpAnswer(Party, Vec<u8>),
    /// A party's SDP offer, in a re-INVITE or an UPDATE.
    SdpOffer(Party, Vec<u8>, Reply),
}

/// A call in progress.
pub struct CallTask {
    shared: Arc<Shared>,
    call: LegId,
    clock: CallClock,
    session: Session,
    invitation: Invitation,
    media: Option<Media>,
    callees: BTreeMap<Callee, RungPhone>,
    /// The tasks that prepare prompts, by party.
    preparing: BTreeMap<Party, JoinHandle<()>>,
    recorder: Option<ActiveRecording>,
    recordings: Vec<MadeRecording>,
    legs: Vec<RecordedLeg>,
    ended: Option<(Timestamp, Option<u32>)>,
    /// The version of our SDP, raised by each answer to a re-INVITE or an UPDATE.
    sdp_version: u64,
    reports: Reports,
    events: mpsc::UnboundedSender<Event>,
}

impl CallTask {
    /// Runs a call until everything about it is reported. When `stop` becomes true, all parties are hung up on.
    pub async fn run(shared: Arc<Shared>, mut invitation: Invitation, mut stop: watch::Receiver<bool>) {
        let (events, mut happened) = mpsc::unbounded_channel();
        let call = shared.services.new_call();
        let incoming = std::mem::replace(&mut invitation.events, mpsc::unbounded_channel().1);
        tokio::spawn(forward_leg_events(Party::Caller, incoming, events.clone()));
        let mut task = Self {
            clock: CallClock::start(&*shared.services.clock),
            session: Session::new(call.clone()),
            reports: Reports::start(shared.services.clone(), call.clone()),
            call,
            invitation,
            media: None,
            callees: BTreeMap::new(),
            preparing: BTreeMap::new(),
            recorder: None,
            recordings: Vec::new(),
            legs: Vec::new(),
            ended: None,
            sdp_version: 1,
            events,
            shared,
        };
        // With SIP there is no other record of the call.
        task.shared.journal.begin(&task.open_call()).await;
        let mut noted = Instant::now();
        let mut is_hung_up = false;
        loop {
            let mut is_changed = false;
            while let Some(output) = task.session.poll_output() {
                is_changed = true;
                task.carry_out(output).await;
            }
            if task.session.is_over() {
                break;
            }
            if is_changed || noted.elapsed() >= HEARTBEAT {
                task.note();
                noted = Instant::now();
            }
            tokio::select! {
                Some(event) = happened.recv() => task.on_event(event).await,
                () = tokio::time::sleep(task.pause()) => {
                    let now = task.clock.now();
                    task.session.handle_timeout(now);
                }
                () = wait_until_true(&mut stop), if !is_hung_up => {
                    is_hung_up = true;
                    task.hang_up(Party::Caller);
                    task.input(Input::Ended(Party::Caller, LegEnd::Failed));
                }
            }
        }
        task.finish().await;
    }

    /// How long the task can sleep: until the session's deadline, at most `HEARTBEAT`.
    fn pause(&self) -> Duration {
        let now = self.clock.now();
        let until =
            |deadline: Timestamp| Duration::try_from(deadline.duration_since(now)).unwrap_or_default();
        // A millisecond more: timers are not exact.
        self.session
            .deadline()
            .map_or(HEARTBEAT, |deadline| (until(deadline) + Duration::from_millis(1)).min(HEARTBEAT))
    }

    fn input(&mut self, input: Input) {
        let now = self.clock.now();
        self.session.handle_input(now, input);
    }

    async fn on_event(&mut self, event: Event) {
        match event {
            Event::Input(input) => {
                if let Input::Ended(Party::Callee(callee), _) = input
                    && let Some(phone) = self.callees.get_mut(&callee)
                {
                    phone.media = None;
                }
                self.input(input);
            }
            Event::Lost(party) => {
                tracing::info!(call.id = %self.call, "leg ended, because no audio arrives any more");
                self.hang_up(party);
                self.input(Input::Ended(party, LegEnd::Failed));
            }
            Event::SdpAnswer(party, body) => self.on_sdp_answer(party, &body),
            Event::SdpOffer(party, body, reply) => self.on_sdp_offer(party, &body, reply).await,
        }
    }

    fn media(&self, party: Party) -> Option<&Media> {
        match party {
            Party::Caller => self.media.as_ref(),
            Party::Callee(callee) => self.callees.get(&callee)?.media.as_ref(),
        }
    }

    /// Applies an SDP answer: a callee has picked up, or the caller has accepted our offer.
    fn on_sdp_answer(&mut self, party: Party, body: &[u8]) {
        let remote = self.usable(body).map(|answer| answer.remote);
        if let (Some(remote), Some(media)) = (remote, self.media(party)) {
            media.connect(remote);
        }
        match (party, remote) {
            (Party::Callee(callee), Some(_)) => self.input(Input::PickedUp(callee)),
            (Party::Callee(callee), None) => {
                self.end_callee(callee);
                self.input(Input::Ended(party, LegEnd::Failed));
            }
            (Party::Caller, Some(_)) => {}
            (Party::Caller, None) => {
                self.hang_up(party);
                self.input(Input::Ended(party, LegEnd::Failed));
            }
        }
    }

    /// Answers an SDP offer: a party puts the call on hold, resumes it, or changes its address.
    async fn on_sdp_offer(&mut self, party: Party, body: &[u8], reply: Reply) {
        self.sdp_version += 1;
        let version = self.sdp_version;
        let Some(media) = self.media(party) else { return reply.refuse().await };
        match self.usable(body) {
            Some(offered) => {
                media.connect(offered.remote);
                reply.accept(Some(sdp::answer(media.local, media.key, &offered, version))).await;
            }
            // An INVITE without an offer asks for ours (RFC 3261, section 14.2); the answer comes in the ACK.
            None if body.is_empty() && reply.wants_offer => {
                reply.accept(Some(sdp::offer(media.local, self.offered_key(media), version))).await;
            }
            // A session refresh (RFC 4028).
            None if body.is_empty() => reply.accept(None).await,
            None => reply.refuse().await,
        }
    }

    /// The SDP description of the other side; `None` if we cannot send audio to it.
    fn usable(&self, body: &[u8]) -> Option<sdp::Description> {
        let is_ipv4 = self.shared.media.address.is_ipv4();
        sdp::read(body).filter(|offered| offered.is_usable(is_ipv4, self.shared.settings.srtp_required))
    }

    /// The key that we offer, only if encryption is required: a phone that cannot encrypt would refuse the offer.
    fn offered_key(&self, media: &Media) -> Option<srtp::Key> {
        self.shared.settings.srtp_required.then_some(media.key)
    }

    /// Random numbers for the audio of a leg.
    fn media_random(&self) -> ([u8; 32], srtp::Key) {
        let ids = &self.shared.services.ids;
        (ids.random(), srtp::Key::new(ids.random()))
    }

    async fn carry_out(&mut self, output: Output) {
        match output {
            Output::Ask { party, .. } => {
                let parties = &self.invitation.parties;
                let at = Some(self.clock.now());
                let instructions = self.shared.services.ask(&self.call, parties, output, at).await;
                self.input(Input::Instructions(party, instructions));
            }
            Output::Report(notice) => self.report(notice),
            Output::Answer => self.answer().await,
            Output::Play { party, number, speech } => self.play(party, number, speech),
            Output::StopPlaying(party) => self.stop_playing(party),
            Output::Ring { callee, leg, phone, caller_id } => {
                if let Some(media) = &self.media {
                    media.ring();
                }
                self.ring(callee, leg, phone, caller_id).await;
            }
            Output::Cancel(callee) => self.end_callee(callee),
            Output::Connect(callee) => {
                self.stop_playing(Party::Caller);
                self.stop_playing(Party::Callee(callee));
                if let (Some(media), Some(other)) = (&self.media, self.media(Party::Callee(callee))) {
                    media.bridge(other);
                }
            }
            Output::Record { beep, transcribe, .. } => self.record(beep, transcribe),
            Output::StopRecording => self.stop_recording().await,
            Output::Reject(why) => self.invitation.leg.refuse(why),
            Output::HangUp(party) => self.hang_up(party),
        }
    }

    fn hang_up(&mut self, party: Party) {
        match party {
            Party::Caller => self.shared.ending.end(self.invitation.leg.clone()),
            Party::Callee(callee) => self.end_callee(callee),
        }
    }

    fn report(&mut self, notice: Notice) {
        match &notice {
            Notice::CallEnded(ending) => self.ended = Some((self.clock.now(), ending.seconds)),
            Notice::Leg {
                status: LegStatus::Initiated | LegStatus::Ringing | LegStatus::Answered, ..
            } => {}
            Notice::Leg { leg, status, seconds, .. } => {
                let number =
                    self.callees.values().find(|phone| phone.id == *leg).map(|phone| phone.phone.clone());
                let (leg, ended_at) = (leg.clone(), Some(self.clock.now()));
                self.legs.push(RecordedLeg { leg, number, status: *status, seconds: *seconds, ended_at });
            }
            _ => {}
        }
        self.reports.add(notice, self.clock.now());
    }

    /// Writes the state of the call to the journal.
    fn note(&self) {
        self.shared.journal.note(&self.open_call());
    }

    fn open_call(&self) -> OpenCall {
        OpenCall {
            call: self.call.clone(),
            at: self.clock.now(),
            started_at: self.clock.started_at(),
            parties: self.invitation.parties.clone(),
            session: self.session.clone(),
            recording: self.recorder.as_ref().map(|active| (active.recorder.id.clone(), active.transcribe)),
            recordings: self.recordings.clone(),
        }
    }

    /// Waits until everything is reported, and then ends the call in the journal.
    async fn finish(mut self) {
        let (ended_at, seconds) = self.ended.unwrap_or((self.clock.now(), None));
        let stored = self.reports.finish().await;
        for made in &mut self.recordings {
            made.is_stored = stored.contains(&made.id);
        }
        let parties = &self.invitation.parties;
        let (from, to) = (parties.from.clone(), &parties.to);
        self.shared.journal.ended(&EndedCall {
            call: self.call.clone(),
            record: CarrierRecord {
                status: "completed".to_owned(),
                failed: false,
                seconds,
                started_at: Some(self.clock.started_at()),
                ended_at: Some(ended_at),
                parties: Parties { from_name: parties.from_name.clone(), ..Parties::new(from, to) },
                legs: self.legs,
            },
            recordings: self.recordings,
        });
    }
}

/// Forwards the events of a party's audio to the call's task.
fn media_event_sender(
    party: Party,
    events: mpsc::UnboundedSender<Event>,
) -> impl Fn(MediaEvent) + Send + 'static {
    move |event| {
        let event = match event {
            MediaEvent::Played(number) => Event::Input(Input::Played(party, number)),
            MediaEvent::Key(key) => Event::Input(Input::Key(party, key)),
            MediaEvent::Spoke => Event::Input(Input::Spoke),
            MediaEvent::Lost => Event::Lost(party),
        };
        // Fails if the call is over.
        let _ = events.send(event);
    }
}

/// Forwards the events of a party's leg to the call's task.
async fn forward_leg_events(
    party: Party,
    mut leg: mpsc::UnboundedReceiver<LegEvent>,
    events: mpsc::UnboundedSender<Event>,
) {
    while let Some(event) = leg.recv().await {
        let event = match (event, party) {
            (LegEvent::Ringing, Party::Callee(callee)) => Event::Input(Input::Ringing(callee)),
            (LegEvent::Ringing, Party::Caller) => continue,
            (LegEvent::Answered(body), _) => Event::SdpAnswer(party, body),
            (LegEvent::Offered(body, reply), _) => Event::SdpOffer(party, body, reply),
            (LegEvent::Key(key), _) => Event::Input(Input::Key(party, key)),
            (LegEvent::Ended(code), _) => {
                Event::Input(Input::Ended(party, code.map_or(LegEnd::HungUp, LegEnd::from_sip_code)))
            }
        };
        let _ = events.send(event);
    }
}

/// Waits until the flag is true.
pub async fn wait_until_true(flag: &mut watch::Receiver<bool>) {
    if flag.wait_for(|is_true| *is_true).await.is_err() {
        // The sender is gone, so the flag cannot become true any more.
        std::future::pending::<()>().await;
    }
}

/// Legs that are being ended in the background. Only closing the line waits for them.
#[derive(Default)]
pub struct EndingLegs(Mutex<JoinSet<()>>);

impl EndingLegs {
    fn end(&self, leg: Arc<Leg>) {
        let mut ending = self.0.lock();
        while ending.try_join_next().is_some() {}
        ending.spawn(async move { leg.end().await });
    }

    /// Waits until the other sides have answered.
    pub async fn wait(&self) {
        let mut ending = std::mem::take(&mut *self.0.lock());
        while ending.join_next().await.is_some() {}
    }
}
