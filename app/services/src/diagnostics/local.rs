//! Checks of the flow, the database and the recordings store.
use std::time::Duration;

use bytes::Bytes;
use frontdesk_domain::{LegId, Timestamp};
use frontdesk_ports::{AudioName, FetchedAudio, Finding};

use super::Diagnostics;

const TWO_DAYS: Duration = Duration::from_secs(2 * 86_400);

impl Diagnostics {
    pub(super) fn flow_stands(&self) -> Finding {
        match &self.flow {
            Some(flow) => match flow.draft().past_dates(self.clock.now()).first() {
                Some(past) => Finding::warning(
                    "flow",
                    format!("the listed holidays are in the past: {past}"),
                    "list the next holidays, or renew the calendar file, and run frontdesk reload",
                ),
                None => Finding::fine("flow", format!("flow {} is valid", flow.version())),
            },
            None => Finding::fault(
                "flow",
                "there is no flow: no phone would ring",
                "set forward_to = \"+33…\", or flow (docs/flow.md)",
            ),
        }
    }

    pub(super) async fn database(&self) -> Finding {
        const CHECK: &str = "database";
        let schema = match &self.schema {
            Ok(schema) => schema,
            Err(why) => {
                return Finding::fault(
                    CHECK,
                    why.clone(),
                    "set database.url to a file or server that can be used",
                );
            }
        };
        match schema.missing_migrations().await {
            Err(why) => {
                let remedy = "start it, or correct database.url; meanwhile calls are answered and events wait in spool.path";
                return Finding::fault(CHECK, format!("the database does not answer: {why}"), remedy);
            }
            Ok(missing) if missing > 0 => {
                let remedy = "start frontdesk serve once: it brings the schema up to date";
                return Finding::warning(CHECK, format!("{missing} migrations are pending"), remedy);
            }
            Ok(_) => {}
        }
        match schema.takes_writes().await {
            Ok(()) => Finding::fine(CHECK, "it answers, is up to date and can be written to"),
            Err(why) => Finding::fault(
                CHECK,
                format!("it answers but cannot be written to: {why}"),
                "give its user the right to write, free some space, or stop the process that locks it",
            ),
        }
    }

    /// Expired calls are deleted once a day, so calls that expired more than two days ago are reported.
    pub(super) async fn retention(&self, now: Timestamp) -> Option<Finding> {
        const CHECK: &str = "retention";
        let (expire_after, schema) = (self.calls_expire_after?, self.schema.as_ref().ok()?);
        let overdue = schema.calls_before(now - expire_after - TWO_DAYS).await.ok()?;
        Some(if overdue == 0 {
            Finding::fine(CHECK, "expired calls are deleted")
        } else {
            Finding::warning(
                CHECK,
                format!("expired calls that are not deleted yet: {overdue}"),
                "check the server's clock and that the server runs; at most a fifth of all calls is deleted a day (docs/operations.md)",
            )
        })
    }

    pub(super) async fn recordings(&self) -> Finding {
        const CHECK: &str = "recordings";
        let remedy = "make recordings.url a place that this user may write to";
        let store = match &self.recordings {
            Ok(store) => store,
            Err(why) => return Finding::fault(CHECK, why.clone(), remedy),
        };
        let probe = AudioName::new(
            &LegId::new("doctor", "probe").expect("a valid id"),
            &"probe".parse().expect("a valid id"),
        );
        // Shorter than any voicemail, but accepted by the store as audio.
        let bytes = Bytes::from_static(b"RIFF\x04\0\0\0WAVE");
        let audio = FetchedAudio {
            media_type: "audio/wav".into(),
            length: Some(bytes.len() as u64),
            audio: Box::pin(futures_util::stream::once(async { Ok(bytes) })),
        };
        let tried = async {
            store.put(&probe, audio).await.map_err(|error| error.to_string())?;
            store.delete(&probe).await.map_err(|error| error.to_string())
        };
        match tried.await {
            Ok(_) => Finding::fine(CHECK, "recordings can be stored"),
            Err(why) => Finding::fault(CHECK, format!("recordings cannot be stored: {why}"), remedy),
        }
    }
}
