//! A message's audio, whole or in ranges: players seek, and Safari plays nothing without.

use std::sync::Arc;

use frontdesk_ports::{AuditAction, RetryError, VoicemailAudio, VoicemailError};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};

use super::problem::{not_found, problem, store_problem};
use crate::session::Visitor;
use crate::{State, range};

#[handler]
pub(crate) async fn voicemail(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
    req: &Request,
) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    let range = range::parse(req.header(header::RANGE));
    match state.desk.calls.voicemail(id, range).await {
        Ok(audio) => {
            // Players ask in pieces; who begins at the beginning listens.
            if audio.start == 0 {
                let noted = state
                    .desk
                    .operations
                    .note(&visitor.actor(), AuditAction::Played, &format!("call {id}"))
                    .await;
                if let Err(error) = noted {
                    return store_problem(&error);
                }
            }
            answer(id, audio, range.is_some())
        }
        Err(error) => refuse(&error),
    }
}

/// Asks the carrier anew for a message that was given up.
#[handler]
pub(crate) async fn retry(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    match state.desk.operations.retry_voicemail(&visitor.actor(), id).await {
        Ok(()) => StatusCode::ACCEPTED.into(),
        Err(error) => refuse_retry(&error),
    }
}

/// Why a message is not asked for anew.
pub(crate) fn refuse_retry(error: &RetryError) -> Response {
    match error {
        RetryError::None => problem(StatusCode::NOT_FOUND, "No message", &error.to_string()),
        RetryError::NotFailed => problem(StatusCode::CONFLICT, "Message not lost", &error.to_string()),
        RetryError::Store(error) => store_problem(error),
    }
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

fn refuse(error: &VoicemailError) -> Response {
    let detail = error.to_string();
    match error {
        VoicemailError::None => problem(StatusCode::NOT_FOUND, "No message", &detail),
        VoicemailError::Pending => problem(StatusCode::CONFLICT, "Message on its way", &detail),
        VoicemailError::Failed => problem(StatusCode::GONE, "Message lost", &detail),
        VoicemailError::Deleted => problem(StatusCode::GONE, "Message deleted", &detail),
        VoicemailError::Range(length) => {
            let mut response =
                problem(StatusCode::RANGE_NOT_SATISFIABLE, "Range outside the message", &detail);
            if let Ok(value) = format!("bytes */{length}").parse() {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            response
        }
        VoicemailError::Store(error) => store_problem(error),
    }
}
