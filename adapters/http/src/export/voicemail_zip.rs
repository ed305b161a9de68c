//! The voicemails of a view as one zip file, written while it is sent, with one voicemail in memory at a time.
use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;

use frontdesk_domain::RecordingId;
use frontdesk_domain::call::VoicemailStatus;
use frontdesk_ports::{AuditAction, CallQuery, CallRecord, VoicemailAudio, VoicemailError};
use futures_util::stream;
use parking_lot::Mutex;
use poem::http::header;
use poem::web::Data;
use poem::{Body, Request, Response, handler};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::State;
use crate::auth::visitor::{Permission, Visitor};
use crate::export::{asked, filtered_by};
use crate::i18n::viewer::Viewer;
use crate::problem::{Answer, Problem, ProblemKind};

/// Bytes that have been written but not sent yet.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock())
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A zip file that is being written.
struct Making {
    state: Arc<State>,
    viewer: Viewer,
    /// The query for the next page of calls; `None` once all are read.
    query: Option<CallQuery>,
    calls: VecDeque<(CallRecord, RecordingId)>,
    zip: ZipWriter<StreamWriter<Written>>,
    written: Written,
}

/// Every voicemail of the calls that match the filter, newest call first.
#[handler]
pub(crate) async fn voicemails_zip(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    // File names contain callers and times, so the permission to play audio is not enough.
    if !visitor.may(Permission::Calls) {
        let detail = "this needs the scopes calls and audio";
        return Err(Problem::new(ProblemKind::NotAllowed, detail));
    }
    let viewer = Viewer::of(req, state);
    let query = Some(asked(state, req, &viewer)?);
    let subject = format!("messages as zip, {}", filtered_by(req));
    state.services.operations.note(&visitor.actor(), AuditAction::Exported, &subject).await?;
    let written = Written::default();
    let zip = ZipWriter::new_stream(written.clone());
    let making = Making { state: state.clone(), viewer, query, calls: VecDeque::new(), zip, written };
    let parts = stream::unfold(Some(making), |making| async move { making?.next().await });
    Ok(Response::builder()
        .content_type("application/zip")
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"voicemails.zip\"")
        .header(header::CACHE_CONTROL, "private, no-store")
        .body(Body::from_bytes_stream(parts)))
}

impl Making {
    /// The bytes of the next voicemail, and after the last one the central directory. An error aborts the download, so
    /// that a partial file is not taken for a complete one.
    async fn next(mut self) -> Option<(std::io::Result<Vec<u8>>, Option<Self>)> {
        let failed = |error: String| Some((Err(std::io::Error::other(error)), None));
        loop {
            if let Some((record, recording)) = self.calls.pop_front() {
                let position = recording_position(&record, &recording);
                match self.state.services.calls.voicemail(record.id, Some(recording), None).await {
                    Ok(audio) => {
                        if let Err(error) = self.add(&record, position, &audio) {
                            return failed(error.to_string());
                        }
                        let bytes = self.written.take();
                        return Some((Ok(bytes), Some(self)));
                    }
                    Err(VoicemailError::Store(error)) => return failed(error.to_string()),
                    // Deleted since the page was read.
                    Err(_) => continue,
                }
            }
            let Some(mut query) = self.query.take() else { break };
            match self.state.services.calls.list(&query).await {
                Ok(page) => {
                    self.calls = page.calls.into_iter().flat_map(stored_voicemails).collect();
                    query.before = page.next;
                    self.query = page.next.map(|_| query);
                }
                Err(error) => return failed(error.to_string()),
            }
        }
        match self.zip.finish() {
            Ok(_) => Some((Ok(self.written.take()), None)),
            Err(error) => failed(error.to_string()),
        }
    }

    /// Adds a voicemail. Its file name has the time of the call, the caller's number and the call's id.
    fn add(
        &mut self,
        record: &CallRecord,
        position: usize,
        message: &VoicemailAudio,
    ) -> zip::result::ZipResult<()> {
        let number = record.call.parties.as_ref().and_then(|parties| parties.from.as_text());
        let digits: String =
            number.unwrap_or("withheld").chars().filter(char::is_ascii_alphanumeric).collect();
        let local = record.call.started_at.map(|at| at.to_zoned_datetime(self.viewer.zone.clone()));
        let time = local.as_ref().map(|at| at.strftime("%Y-%m-%d_%H-%M-%S_").to_string()).unwrap_or_default();
        let ending = if message.audio.media_type == "audio/mpeg" { "mp3" } else { "wav" };
        // Compression hardly makes audio smaller.
        let mut options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let changed = local.and_then(|at| date_of(&at));
        if let Some(changed) = changed {
            options = options.last_modified_time(changed);
        }
        // Further voicemails of the same call are numbered.
        let number = if position == 0 { String::new() } else { format!("-{}", position + 1) };
        self.zip.start_file(format!("{time}{digits}_{}{number}.{ending}", record.id), options)?;
        Ok(self.zip.write_all(&message.bytes)?)
    }
}

/// The call, once for each of its voicemails that can be played.
fn stored_voicemails(record: CallRecord) -> Vec<(CallRecord, RecordingId)> {
    let stored = record.call.voicemails.iter().filter(|message| message.status == VoicemailStatus::Stored);
    stored.map(|message| (record.clone(), message.recording.clone())).collect()
}

fn recording_position(record: &CallRecord, recording: &RecordingId) -> usize {
    let stored = record.call.voicemails.iter().filter(|message| message.status == VoicemailStatus::Stored);
    stored.take_while(|message| message.recording != *recording).count()
}

/// A time in the zip format: 1980 or later, with a resolution of two seconds.
fn date_of(at: &jiff::ZonedDateTime) -> Option<DateTime> {
    let part = |part: i8| u8::try_from(part).ok();
    let year = u16::try_from(at.year()).ok()?;
    let (month, day) = (part(at.month())?, part(at.day())?);
    DateTime::from_date_and_time(year, month, day, part(at.hour())?, part(at.minute())?, part(at.second())?)
        .ok()
}
