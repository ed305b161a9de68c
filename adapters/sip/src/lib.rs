//! A company's own SIP line, as a carrier: it answers calls, plays prompts, takes keys, records messages and rings phones.
//!
//! Signalling uses rsipstack, wrapped by `signalling`; audio is our own (`media`, `rtp`). A
//! [`Session`](frontdesk_domain::session::Session) of the domain decides what happens in a call; `call` executes it. Only this
//! program has records of a SIP line's calls: the `journal` contains those in progress, and `recovery` ends them after a crash.
#![warn(missing_docs)]

mod call;
mod carrier;
mod desk;
mod gate;
mod journal;
mod media;
mod parties;
mod prompts;
mod recording;
mod recovery;
mod rtp;
mod sdp;
mod settings;
mod signalling;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use call::{CallTask, EndingLegs, Shared};
pub use carrier::JournalCarrier;
pub use desk::{NAME, Services};
use gate::Gate;
pub use journal::Journal;
use media::{AudioPorts, MediaSettings};
pub use prompts::Prompts;
pub use settings::{Address, DialPlan, InvalidAddress, InvalidRoute, Settings, Trunk};
pub use signalling::StartError;
use signalling::{Admission, Signalling};

/// How long hanging up on all parties may take.
const HANG_UP_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// A line that accepts calls.
pub struct Line {
    shared: Arc<Shared>,
    gate: Arc<Gate>,
    stop: watch::Sender<bool>,
    calls: tokio::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Line {
    /// Ends the calls of a program that was killed, and then accepts calls.
    pub async fn start(settings: Settings, services: Services, journal: Journal) -> Result<Self, StartError> {
        recovery::end_open_calls(&services, &journal).await?;
        if let Err(error) = journal.forget_old(services.clock.now()) {
            tracing::warn!("old records of the journal could not be deleted: {error}");
        }
        let gate = Arc::new(Gate::new(&settings));
        let admission: Admission = {
            let gate = gate.clone();
            Arc::new(move |peer, caller| gate.admit(peer, caller))
        };
        let (invitations, mut invited) = mpsc::unbounded_channel();
        let signalling = Signalling::start(
            &settings,
            admission,
            services.clock.clone(),
            services.ids.random(),
            invitations,
        )
        .await?;
        if let Some(trunk) = &settings.trunk {
            signalling.register(trunk)?;
        }
        let media = MediaSettings {
            ports: Arc::new(AudioPorts::new(settings.audio_ports.clone())),
            bind: settings.listen.ip(),
            address: settings.address,
            timeout: settings.audio_timeout,
        };
        let shared = Arc::new(Shared {
            settings,
            media,
            signalling,
            services,
            journal,
            ending: EndingLegs::default(),
        });
        let (stop, stopping) = watch::channel(false);
        let calls = {
            let (shared, mut closed) = (shared.clone(), gate.closed.subscribe());
            tokio::spawn(async move {
                let mut calls = JoinSet::new();
                loop {
                    tokio::select! {
                        Some(invitation) = invited.recv() => {
                            calls.spawn(CallTask::run(shared.clone(), invitation, stopping.clone()));
                        }
                        Some(ended) = calls.join_next() => {
                            if let Err(error) = ended {
                                tracing::error!("the task of a call failed: {error}");
                            }
                        }
                        () = call::wait_until_true(&mut closed), if calls.is_empty() => return,
                    }
                }
            })
        };
        Ok(Self { shared, gate, stop, calls: tokio::sync::Mutex::new(Some(calls)) })
    }

    /// Accepts no more calls, waits for those in progress, and hangs up on those that take too long.
    pub async fn drain(&self) {
        let Some(mut calls) = self.calls.lock().await.take() else { return };
        self.gate.closed.send_replace(true);
        let _ = timeout(HANG_UP_TIMEOUT, self.shared.signalling.unregister()).await;
        if timeout(self.shared.settings.drain, &mut calls).await.is_err() {
            tracing::warn!("hanging up calls that are still in progress");
            self.stop.send_replace(true);
            if timeout(HANG_UP_TIMEOUT, &mut calls).await.is_err() {
                tracing::error!("calls could not be ended cleanly; they will be logged at the next start");
            }
        }
        // The last BYE and CANCEL requests may still be unanswered.
        let _ = timeout(HANG_UP_TIMEOUT, self.shared.ending.wait()).await;
        tracing::debug!("the SIP line is closed; dialogs left: {}", self.shared.signalling.dialogs());
    }
}
