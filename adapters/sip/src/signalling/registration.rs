//! The registration with a trunk, so that it sends us calls.
use rsipstack::dialog::registration::{RefreshOutcome, Registration};
use rsipstack::platform::CancellationToken;
use rsipstack::sip::Uri;
use tokio::task::JoinHandle;

use super::outgoing::credential;
use super::{Signalling, StartError, failed};
use crate::settings::Trunk;

/// The requested lifetime of a registration, in seconds.
const EXPIRES: u32 = 300;

/// A registration that is renewed until it is ended.
pub(super) struct Registered {
    renewing: JoinHandle<Registration>,
    stop: CancellationToken,
    server: Uri,
}

impl Signalling {
    /// Registers and stays registered. A failure is logged once, until it works again.
    pub fn register(&self, trunk: &Trunk) -> Result<(), StartError> {
        let server = trunk.registrar.uri().map_err(failed)?;
        let mut registration = Registration::new(self.endpoint.clone(), Some(credential(trunk)));
        let stop = self.token.child_token();
        let (stopped, registrar) = (stop.clone(), server.clone());
        let renewing = tokio::spawn(async move {
            let mut is_registered = None;
            let note = |outcome: RefreshOutcome<'_>| {
                let why = match outcome {
                    RefreshOutcome::Registered(_) => None,
                    RefreshOutcome::Rejected(response) => Some(response.status_code.to_string()),
                    RefreshOutcome::Failed(error) => Some(error.to_string()),
                };
                match (is_registered.replace(why.is_none()), why) {
                    (Some(true), None) | (Some(false), Some(_)) => {}
                    (_, None) => tracing::info!("registered at the SIP trunk"),
                    (_, Some(why)) => {
                        tracing::error!("registration with the SIP trunk failed; it sends no calls: {why}");
                    }
                }
            };
            registration.keep_alive(registrar, EXPIRES, stopped, note).await;
            registration
        });
        *self.registration.lock() = Some(Registered { renewing, stop, server });
        Ok(())
    }

    /// Ends the registration, so that the trunk sends no more calls.
    pub async fn unregister(&self) {
        let Some(Registered { renewing, stop, server }) = self.registration.lock().take() else { return };
        stop.cancel();
        // The same registration, so that the trunk knows which one ends.
        let Ok(mut registration) = renewing.await else { return };
        if let Err(error) = registration.register(server, Some(0)).await {
            tracing::debug!("the registration could not be ended: {error}");
        }
    }
}
