//! A message's audio, whole or in ranges: players seek, and Safari plays nothing without.
use std::sync::Arc;

use frontdesk_domain::RecordingId;
use frontdesk_ports::{AuditAction, VoicemailAudio};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};

use crate::auth::visitor::Visitor;
use crate::problem::{Answer, Problem};
use crate::{State, range};

#[handler]
pub(crate) async fn voicemail(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
    req: &Request,
) -> Answer {
    audio(state, visitor, &id, None, req).await
}

/// One of several voicemails of a call.
#[handler]
pub(crate) async fn one_of_several(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path((id, recording)): Path<(String, String)>,
    req: &Request,
) -> Answer {
    let recording = recording.parse().map_err(|_| Problem::not_found())?;
    audio(state, visitor, &id, Some(recording), req).await
}

async fn audio(
    state: &State,
    visitor: &Visitor,
    id: &str,
    recording: Option<RecordingId>,
    req: &Request,
) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    let range = range::parse(req.header(header::RANGE));
    let audio = state.services.calls.voicemail(id, recording, range).await?;
    // Players fetch in pieces; the first piece counts as listening.
    if audio.start == 0 {
        let subject = format!("call {id}");
        state.services.operations.note(&visitor.actor(), AuditAction::Played, &subject).await?;
    }
    Ok(answer(id, audio, range.is_some()))
}

/// Retries the download of a voicemail that failed.
#[handler]
pub(crate) async fn retry(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    state.services.operations.retry_voicemail(&visitor.actor(), id).await?;
    Ok(StatusCode::ACCEPTED.into())
}

fn answer(
    id: frontdesk_domain::CallId,
    VoicemailAudio { audio, bytes, start }: VoicemailAudio,
    part: bool,
) -> Response {
    let ending = if audio.media_type == "audio/mpeg" { "mp3" } else { "wav" };
    let last = (start + bytes.len() as u64).saturating_sub(1);
    let mut response = Response::builder()
        .content_type(&audio.media_type)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, format!("\"{}\"", audio.sha256))
        .header(header::CACHE_CONTROL, "private, no-store")
        .header(header::CONTENT_DISPOSITION, format!("inline; filename=\"voicemail-{id}.{ending}\""));
    if part {
        response = response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, format!("bytes {start}-{last}/{}", audio.bytes));
    }
    response.body(bytes)
}
