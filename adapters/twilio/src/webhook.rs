//! The carrier's routes, all under one prefix and, except for audio files, behind the guard. Each handler maps the form,
//! calls the port, and writes the answer.
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::{Dialogue, Instruction, LegId, Notice, Signal};
use frontdesk_ports::{Account, AnswerCalls, CarrierCallback, PublicUrl, StepRequest};
use poem::http::{Method, StatusCode, header};
use poem::web::{Data, Path};
use poem::{Endpoint, EndpointExt, Request, Response, Route, RouteMethod, handler, post};

use crate::NAME;
use crate::answered_route::{AnsweredRoute, Safe};
use crate::form_mapping;
use crate::guard::{Guard, Verified};
use crate::prompts::HostedPrompts;
use crate::twiml::{Party, document};
use crate::urls::{Urls, route};

/// The time limit of an answer that a caller or callee waits for; then the safe document is sent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);

/// The dependencies of the routes.
pub struct Webhooks {
    /// The URL at which the carrier reaches us.
    pub public: PublicUrl,
    /// The accounts that may send requests.
    pub accounts: Vec<Account>,
    /// Answers callers and stores callbacks.
    pub answering: Arc<dyn AnswerCalls>,
    /// The audio files that the flow plays.
    pub audio: Arc<HostedPrompts>,
    /// The instructions for a caller when the request cannot be answered otherwise. They are fixed and need no other service.
    pub safe: Vec<Instruction>,
}

/// Who waits for the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// The caller.
    Caller,
    /// A callee.
    Callee,
    /// No one waits: a callback.
    Nobody,
}

/// The routes, who waits for the answer, and the handler.
fn table() -> [(&'static str, Waits, RouteMethod); 8] {
    [
        (route!("/voice"), Waits::Caller, post(call_arrived)),
        (route!("/fallback"), Waits::Caller, post(last_answer_failed)),
        (route!("/step/:at/~"), Waits::Caller, post(caller_step)),
        (route!("/screen/:call/:at/~"), Waits::Callee, post(callee_step)),
        (route!("/status"), Waits::Nobody, post(call_status)),
        (route!("/leg/:call/:step/:position/~"), Waits::Nobody, post(leg_status)),
        (route!("/recording/:call/~"), Waits::Nobody, post(recording_status)),
        (route!("/transcription/:call/~"), Waits::Nobody, post(transcribed)),
    ]
}

/// The routes and who waits for the answer, for tests that visit them all.
pub fn route_list() -> [(&'static str, Waits); 8] {
    table().map(|(path, waits, _)| (path, waits))
}

/// The path of the flow's audio files.
const AUDIO: &str = route!("/audio/");

/// The carrier's routes.
pub fn routes(webhooks: Webhooks) -> impl Endpoint<Output = Response> + use<> {
    let guard = Guard::new(webhooks.public.clone(), webhooks.accounts.clone());
    let safe = webhooks.safe_documents();
    let caller = answer(safe.caller.clone());
    let callee = answer(safe.callee.clone());
    let nobody: Safe = Arc::new(|| StatusCode::SERVICE_UNAVAILABLE.into());
    let mut routes = Route::new();
    for (path, waits, handler) in table() {
        let (safe, limit) = match waits {
            Waits::Caller => (&caller, Some(ANSWER_TIMEOUT)),
            Waits::Callee => (&callee, Some(ANSWER_TIMEOUT)),
            Waits::Nobody => (&nobody, None),
        };
        routes = routes.at(path, AnsweredRoute::new(path, handler, safe.clone(), limit));
    }
    let audio = webhooks.audio.clone();
    let signed = routes.data(Arc::new(Routes { webhooks, safe })).with(guard);
    CarrierRoutes { signed, audio }
}

/// The signed routes, and the audio files. The carrier's player sends no signature; the URL of a file gives access only
/// to a prompt that every caller may hear.
struct CarrierRoutes<E> {
    signed: E,
    audio: Arc<HostedPrompts>,
}

impl<E: Endpoint> Endpoint for CarrierRoutes<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> poem::Result<Response> {
        match req.uri().path().strip_prefix(AUDIO) {
            Some(key) if req.method() == Method::GET => Ok(self.audio.answer(key)),
            _ => Ok(self.signed.get_response(req).await),
        }
    }
}

fn answer(document: String) -> Safe {
    Arc::new(move || xml(document.clone()))
}

struct Routes {
    webhooks: Webhooks,
    safe: SafeDocuments,
}

/// Documents that are written once at startup and need no other service.
struct SafeDocuments {
    caller: String,
    callee: String,
}

impl Webhooks {
    fn safe_documents(&self) -> SafeDocuments {
        // The callback URLs of the safe document have `any` in place of the call; the form contains the CallSid.
        let any = LegId::new(NAME, "any").expect("a valid id");
        let urls = Urls::new(&self.public, &any).playing(&self.audio);
        let callee = document(&[Instruction::HangUp], &urls, Party::Callee);
        SafeDocuments { caller: document(&self.safe, &urls, Party::Caller), callee }
    }
}

fn xml(document: String) -> Response {
    Response::builder()
        .content_type("text/xml; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .body(document)
}

impl Routes {
    async fn answer(&self, verified: &Verified, dialogue: Dialogue, signal: Signal) -> Response {
        let Some(leg) = form_mapping::leg(&verified.form, &verified.account.carrier) else {
            tracing::warn!("a signed request without a usable CallSid got the safe answer");
            return xml(self.safe.caller.clone());
        };
        self.ask(verified, dialogue, signal, leg.clone(), leg, Party::Caller).await
    }

    async fn ask(
        &self,
        verified: &Verified,
        dialogue: Dialogue,
        signal: Signal,
        call: LegId,
        leg: LegId,
        party: Party,
    ) -> Response {
        let parties = form_mapping::parties(&verified.form);
        let asked = StepRequest {
            dialogue: dialogue.clone(),
            signal,
            call: call.clone(),
            leg,
            from: parties.from,
            from_name: parties.from_name,
            from_place: parties.from_place,
            to: parties.to,
            diverted_from: form_mapping::diverted_from(&verified.form),
            attestation: form_mapping::attestation(&verified.form),
            caller_gone: party == Party::Caller && form_mapping::is_over(&verified.form),
            reported_at: form_mapping::time(&verified.form),
            raw: form_mapping::raw(&verified.form),
        };
        let instructions = self.webhooks.answering.answer(asked).await;
        let urls = Urls::new(&self.webhooks.public, &call).playing(&self.webhooks.audio);
        let response = document(&instructions, &urls, party);
        self.webhooks.answering.remember_response(&call, &dialogue, &response);
        xml(response)
    }

    /// Stores a callback: 204 once it is durable, otherwise 503, so that the carrier sends it again.
    async fn note(&self, verified: &Verified, call: Option<LegId>, notice: Option<Notice>) -> StatusCode {
        let (Some(call), Some(notice)) = (call, notice) else {
            // There is nothing to store, and sending it again would not help.
            return StatusCode::NO_CONTENT;
        };
        let (reported_at, raw) = (form_mapping::time(&verified.form), form_mapping::raw(&verified.form));
        match self.webhooks.answering.ingest(CarrierCallback { call, notice, reported_at, raw }).await {
            Ok(()) => StatusCode::NO_CONTENT,
            Err(error) => {
                tracing::error!("a callback could not be stored and will be sent again: {error}");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

/// The caller's leg from the URL, or from the form for callbacks of the safe document.
fn named(call: &str, verified: &Verified) -> Option<LegId> {
    if call == "any" {
        return form_mapping::leg(&verified.form, &verified.account.carrier);
    }
    LegId::new(&verified.account.carrier, call).ok()
}

#[handler]
async fn call_arrived(Data(routes): Data<&Arc<Routes>>, Data(verified): Data<&Verified>) -> Response {
    routes.answer(verified, Dialogue::Start, Signal::Arrived).await
}

#[handler]
async fn last_answer_failed(Data(routes): Data<&Arc<Routes>>, Data(verified): Data<&Verified>) -> Response {
    let code = verified.form.number::<u32>("ErrorCode");
    tracing::warn!(
        carrier.error = code,
        "the carrier could not use our last answer and asked for the fallback"
    );
    routes.answer(verified, Dialogue::Lost, Signal::Fault).await
}

#[handler]
async fn caller_step(
    Data(routes): Data<&Arc<Routes>>,
    Data(verified): Data<&Verified>,
    Path(at): Path<String>,
) -> Response {
    let at = Dialogue::read(&at);
    let signal = form_mapping::signal(&verified.form, &at, &verified.account.carrier);
    routes.answer(verified, at, signal).await
}

#[handler]
async fn callee_step(
    Data(routes): Data<&Arc<Routes>>,
    Data(verified): Data<&Verified>,
    Path((call, at)): Path<(String, String)>,
) -> Response {
    let at = Dialogue::read(&at);
    let signal = form_mapping::screening(&verified.form, &at);
    match (named(&call, verified), form_mapping::leg(&verified.form, &verified.account.carrier)) {
        (Some(call), Some(leg)) => routes.ask(verified, at, signal, call, leg, Party::Callee).await,
        _ => xml(routes.safe.callee.clone()),
    }
}

#[handler]
async fn call_status(Data(routes): Data<&Arc<Routes>>, Data(verified): Data<&Verified>) -> StatusCode {
    let call = form_mapping::leg(&verified.form, &verified.account.carrier);
    routes.note(verified, call, form_mapping::call_ended(&verified.form)).await
}

#[handler]
async fn leg_status(
    Data(routes): Data<&Arc<Routes>>,
    Data(verified): Data<&Verified>,
    Path((call, step, position)): Path<(String, u16, u8)>,
) -> StatusCode {
    let notice = form_mapping::leg(&verified.form, &verified.account.carrier)
        .and_then(|leg| form_mapping::leg_changed(&verified.form, leg, step, position));
    routes.note(verified, named(&call, verified), notice).await
}

#[handler]
async fn recording_status(
    Data(routes): Data<&Arc<Routes>>,
    Data(verified): Data<&Verified>,
    Path(call): Path<String>,
) -> StatusCode {
    routes.note(verified, named(&call, verified), form_mapping::recording_changed(&verified.form)).await
}

#[handler]
async fn transcribed(
    Data(routes): Data<&Arc<Routes>>,
    Data(verified): Data<&Verified>,
    Path(call): Path<String>,
) -> StatusCode {
    routes.note(verified, named(&call, verified), form_mapping::transcribed(&verified.form)).await
}
