//! What is on this machine or beside it: the flow, the database, where audio and waiting events are kept.

use std::io::Write;
use std::path::Path;

use bytes::Bytes;
use frontdesk_domain::LegId;
use frontdesk_ports::{AudioName, FetchedAudio, Finding};

use super::Examining;

/// Less room than this will be gone within days, …
const SCARCE: u64 = 2 * 1024 * 1024 * 1024;
/// … and less than this within hours.
const GONE: u64 = 200 * 1024 * 1024;

impl Examining {
    pub(super) fn flow_stands(&self) -> Finding {
        match &self.flow {
            Some(flow) => Finding::fine("flow", format!("flow {} is proven", flow.edition())),
            None => Finding::fault(
                "flow",
                "there is no flow: nobody would be rung",
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
                return Finding::warning(
                    CHECK,
                    format!("{missing} changes of the schema are still to come"),
                    remedy,
                );
            }
            Ok(_) => {}
        }
        match schema.takes_writes().await {
            Ok(()) => Finding::fine(CHECK, "it answers, is up to date and takes writes"),
            Err(why) => Finding::fault(
                CHECK,
                format!("it answers but takes no writes: {why}"),
                "give its user the right to write, make room, or end who holds it",
            ),
        }
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
        // Shorter than any message, and yet what the store takes for one.
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
            Ok(_) => Finding::fine(CHECK, "messages can be kept"),
            Err(why) => Finding::fault(CHECK, format!("messages cannot be kept: {why}"), remedy),
        }
    }
}

/// Whether a folder takes files, and has room for more.
pub(super) fn folder(what: &str, folder: &Path) -> Finding {
    let check = format!("disk.{what}");
    let shown = folder.display();
    if let Err(why) = takes_files(folder) {
        let remedy = format!("let this user write to {shown}, or name another folder");
        return Finding::fault(&check, format!("{shown} takes no files: {why}"), remedy);
    }
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return Finding::untried(&check, format!("{shown} does not tell how much room there is"));
    };
    let room = disk.f_bavail.saturating_mul(disk.f_frsize);
    let told = format!("{shown} has {} MB free", room / 1_000_000);
    let remedy = "make room, or set retention.audio to delete old messages (docs/operations.md)";
    if room < GONE {
        Finding::fault(&check, told, remedy)
    } else if room < SCARCE {
        Finding::warning(&check, told, remedy)
    } else {
        Finding::fine(&check, told)
    }
}

fn takes_files(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(b"probe")?;
    file.sync_all()
}
