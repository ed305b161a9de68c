//! A voicemail's audio, whole or as a range. Players need ranges to seek, and Safari needs them to play at all.
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::call::StoredAudio;
use frontdesk_domain::{RecordingId, Timestamp};
use frontdesk_ports::{AuditAction, VoicemailAudio};
use parking_lot::Mutex;
use poem::http::{Method, StatusCode, header};
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
    let is_head = req.method() == Method::HEAD;
    // If the client has a part of other audio, it gets the whole instead of a range (RFC 9110, section 13.1.5).
    let range = match req.header(header::IF_RANGE) {
        Some(validator) => {
            let whole = state.services.calls.voicemail(id, recording.clone(), None).await?;
            (validator == entity_tag(&whole.audio)).then(|| range::parse(req.header(header::RANGE))).flatten()
        }
        // A range is defined for GET alone (RFC 9110, section 14.2).
        None if is_head => None,
        None => range::parse(req.header(header::RANGE)),
    };
    let audio = state.services.calls.voicemail(id, recording, range).await?;
    // A player sends several range requests; together they count as one listen. HEAD does not count.
    let actor = visitor.actor();
    let message = format!("{id} {}", audio.audio.sha256);
    if !is_head && state.listens.is_new(&actor.0, &message, state.services.clock.now()) {
        let subject = format!("call {id}");
        if let Err(error) = state.services.operations.note(&actor, AuditAction::Played, &subject).await {
            state.listens.forget(&actor.0, &message);
            return Err(error.into());
        }
    }
    let mut response = answer(id, &audio, range.is_some());
    if is_head {
        response.headers_mut().insert(header::CONTENT_LENGTH, audio.audio.bytes.into());
    } else {
        response.set_body(audio.bytes);
    }
    Ok(response)
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

/// How long requests of one visitor for the same voicemail count as one listen.
const LISTEN_WINDOW: Duration = Duration::from_secs(3600);
/// The most listens that are remembered.
const MAX_LISTENS: usize = 10_000;

/// Recent listens by visitor and voicemail, so that the audit log contains each listen once.
#[derive(Default)]
pub(crate) struct Listens(Mutex<HashMap<(String, String), Timestamp>>);

impl Listens {
    fn is_new(&self, actor: &str, message: &str, now: Timestamp) -> bool {
        let mut listens = self.0.lock();
        if listens.len() >= MAX_LISTENS {
            listens.retain(|_, at| now < *at + LISTEN_WINDOW);
        }
        let known = listens.get(&(actor.to_owned(), message.to_owned()));
        if known.is_some_and(|at| *at <= now && now < *at + LISTEN_WINDOW) {
            return false;
        }
        if listens.len() < MAX_LISTENS {
            listens.insert((actor.to_owned(), message.to_owned()), now);
        }
        true
    }

    fn forget(&self, actor: &str, message: &str) {
        self.0.lock().remove(&(actor.to_owned(), message.to_owned()));
    }
}

fn entity_tag(audio: &StoredAudio) -> String {
    format!("\"{}\"", audio.sha256)
}

fn answer(
    id: frontdesk_domain::CallId,
    VoicemailAudio { audio, bytes, start }: &VoicemailAudio,
    part: bool,
) -> Response {
    let ending = if audio.media_type == "audio/mpeg" { "mp3" } else { "wav" };
    let last = (start + bytes.len() as u64).saturating_sub(1);
    let mut response = Response::builder()
        .content_type(&audio.media_type)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, entity_tag(audio))
        .header(header::CACHE_CONTROL, "private, no-store")
        .header(header::CONTENT_DISPOSITION, format!("inline; filename=\"voicemail-{id}.{ending}\""));
    if part {
        response = response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, format!("bytes {start}-{last}/{}", audio.bytes));
    }
    response.finish()
}
