//! The registration at a trunk, so that it sends us calls.
use rsipstack::dialog::registration::{RefreshOutcome, Registration};
use rsipstack::sip::Uri;

use super::outgoing::credential;
use super::{Signalling, StartError, failed};
use crate::settings::Trunk;

/// How long a registration is asked for, in seconds.
const EXPIRES: u32 = 300;

impl Signalling {
    /// Registers and stays registered until the line is closed. A failure is logged once, until it works again.
    pub fn register(&self, trunk: &Trunk) -> Result<(), StartError> {
        let (server, mut registration) = self.registration(trunk)?;
        let token = self.token.child_token();
        tokio::spawn(async move {
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
                        tracing::error!("the SIP trunk does not register us, and sends no calls: {why}");
                    }
                }
            };
            registration.keep_alive(server, EXPIRES, token, note).await;
        });
        Ok(())
    }

    /// Ends the registration, so that the trunk sends no more calls.
    pub async fn unregister(&self, trunk: &Trunk) {
        let Ok((server, mut registration)) = self.registration(trunk) else { return };
        if let Err(error) = registration.register(server, Some(0)).await {
            tracing::debug!("the registration could not be ended: {error}");
        }
    }

    fn registration(&self, trunk: &Trunk) -> Result<(Uri, Registration), StartError> {
        let server = trunk.registrar.uri().map_err(failed)?;
        Ok((server, Registration::new(self.endpoint.clone(), Some(credential(trunk)))))
    }
}
