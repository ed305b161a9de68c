//! The flow page, with temporary closures and blocked callers.

pub(crate) mod drawing;
pub(crate) mod view;
use std::sync::Arc;

use frontdesk_domain::duration::parse_until;
use frontdesk_domain::{CallerId, Timestamp};
use frontdesk_ports::{OverrideError, StoreError};
use jiff::SignedDuration;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Body, Request, handler};

use super::confirm::{Question, ask};
use super::login::next;
use super::{Form, html, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::flash::Flash;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::Moment;
use crate::pages::flow::drawing::Drawing;
use crate::pages::flow::view::{BlockedLine, ClosedLine, FlowPage, HoursLine, PhoneLine};
use crate::pages::frame::Frame;
use crate::problem::{Answer, Problem};

/// The period that the traffic in the drawing covers.
const TRAFFIC_HOURS: i64 = 24;
/// The period that the phone statistics cover, and the most calls that either count includes.
const PHONE_DAYS: i64 = 30;
const MAX_CALLS: u16 = 500;

const UNKNOWN_FORM: &str = "send the form of the flow page or of a call";

/// The current flow.
#[handler]
pub(crate) async fn current_flow(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    show(state, visitor, req).await
}

/// Closes or opens the company.
#[handler]
pub(crate) async fn closure(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let overrides = &state.services.overrides;
    let done = match form.get("do") {
        "close" => {
            let viewer = Viewer::of(req, state);
            let Some(until) = closed_until(&form, state) else {
                let alert = viewer.language.say("closure-bad-time");
                return refused(state, visitor, req, &form, alert).await;
            };
            let when = Moment::new(until, &company(state, &viewer));
            let when = format!("{} {}", when.day, when.time);
            if until > state.services.clock.now() {
                let question =
                    Question { what: "close", name: &when, action: "/flow/closure", cancel: "/flow" };
                if let Some(page) = ask(&question, &form, state, (visitor, &viewer)) {
                    return page;
                }
            }
            let done = overrides.close(&visitor.actor(), until, Some(form.get("say").to_owned())).await;
            (done, Flash::new("closed").named(&when))
        }
        "open" => (overrides.open(&visitor.actor()).await.map(|_| ()), Flash::new("opened")),
        _ => return Err(Problem::bad_form(UNKNOWN_FORM)),
    };
    answer(state, visitor, req, &form, done, "/flow").await
}

/// The end of the closure that a form requests: a time that was entered, or that of a button (some hours, or today).
fn closed_until(form: &Form, state: &State) -> Option<Timestamp> {
    let (now, zone) = (state.services.clock.now(), &state.services.zone);
    match form.get("for") {
        "" => parse_until(form.get("until").trim(), now, zone).ok(),
        "today" => {
            let tomorrow = now.to_zoned_datetime(zone.clone()).date().tomorrow().ok()?;
            crate::filter::midnight(tomorrow, zone)
        }
        time => parse_until(time, now, zone).ok(),
    }
}

/// The viewer, but with the company's time zone: times of closures are shown in it, wherever they are read.
fn company(state: &State, viewer: &Viewer) -> Viewer {
    Viewer { zone: state.services.zone.clone(), ..viewer.clone() }
}

/// Blocks or unblocks a caller.
#[handler]
pub(crate) async fn callers(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let caller = Some(form.get("number")).filter(|text| !text.is_empty()).map(CallerId::read);
    // Other texts do not identify a caller.
    let is_named = |caller: &CallerId| match caller {
        CallerId::Other(text) => text.bytes().all(|b| b.is_ascii_digit()),
        _ => true,
    };
    let caller = caller.filter(is_named);
    let caller = caller.ok_or_else(|| Problem::bad_form(UNKNOWN_FORM))?;
    // The audit log names the call from which the caller was blocked, never the number.
    let subject = form.get("call").parse::<frontdesk_domain::CallId>();
    let subject = subject.map_or_else(|_| "a number".to_owned(), |id| id.to_string());
    let overrides = &state.services.overrides;
    let (done, said) = match form.get("do") {
        "block" => (overrides.block(&visitor.actor(), &caller, &subject).await, "blocked"),
        "unblock" => (overrides.unblock(&visitor.actor(), &caller, &subject).await, "unblocked"),
        _ => return Err(Problem::bad_form(UNKNOWN_FORM)),
    };
    let undo = if said == "blocked" { "unblock" } else { "block" };
    let kept = form.fields().filter(|(name, _)| !matches!(name.as_str(), "do" | "csrf")).cloned();
    let fields = kept.chain([("do".to_owned(), undo.to_owned())]).collect();
    let flash = Flash::new(said).undone_by("/flow/callers", fields);
    let back = next(Some(form.get("back")));
    answer(state, visitor, req, &form, (done.map(|_| ()), flash), &back).await
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    form: &Form,
    (done, said): (Result<(), OverrideError>, Flash),
    back: &str,
) -> Answer {
    match done {
        Ok(()) => Ok(said.on(redirect(back), state.services.secure)),
        Err(OverrideError::Store(error)) => Err(error.into()),
        Err(error) => {
            let alert = messages::override_error(&error, Viewer::of(req, state).language);
            refused(state, visitor, req, form, alert).await
        }
    }
}

/// The page again, with the reason for the refusal and the values that were entered.
async fn refused(state: &State, visitor: &Visitor, req: &Request, form: &Form, alert: String) -> Answer {
    let viewer = Viewer::of(req, state);
    let written = (form.get("until").to_owned(), form.get("say").to_owned());
    let view = FlowPage { alert: Some(alert), written, ..read(state, visitor, &viewer).await? };
    let mut response = html(state.templates.page(&view, &viewer))?;
    response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(response)
}

async fn show(state: &State, visitor: &Visitor, req: &Request) -> Answer {
    let viewer = Viewer::of(req, state);
    let view = read(state, visitor, &viewer).await?;
    html(state.templates.page(&view, &viewer))
}

async fn read(state: &State, visitor: &Visitor, viewer: &Viewer) -> Result<FlowPage, StoreError> {
    let (now, overrides) = (state.services.clock.now(), &state.services.overrides);
    let before = |time: SignedDuration| now.saturating_sub(time).unwrap_or(Timestamp::MIN);
    let flow = overrides.flow();
    let calls = &state.services.calls;
    let traffic = calls.traffic(before(SignedDuration::from_hours(TRAFFIC_HOURS)), MAX_CALLS).await?;
    let phones = calls.traffic(before(SignedDuration::from_hours(24 * PHONE_DAYS)), MAX_CALLS).await?;
    // Counting the paths of a large flow takes a while and must not block the threads that answer callers.
    let counted = flow.clone();
    let paths = tokio::task::spawn_blocking(move || counted.paths()).await;
    let paths =
        paths.map_err(|error| StoreError::Corrupt(format!("the flow could not be counted: {error}")))?;
    let path_count = viewer.language.number(u64::try_from(paths.count).unwrap_or(u64::MAX));
    Ok(FlowPage {
        frame: Frame::of(state, visitor, viewer, "nav-flow"),
        csrf: visitor.csrf(),
        alert: None,
        written: (String::new(), String::new()),
        company: flow.company().to_owned(),
        version: flow.version().to_string(),
        closed: overrides.closed().await?.map(|closed| ClosedLine::new(closed, &company(state, viewer))),
        hours: HoursLine::all(&flow, now, viewer.language),
        ways: if paths.is_complete { path_count } else { format!("{path_count}+") },
        longest: paths.longest.seconds,
        drawing: Drawing::of(&flow, &traffic, viewer.language),
        calls: traffic.calls,
        phones: PhoneLine::all(&phones, &flow, viewer.language),
        blocked: overrides.blocked().await?.iter().map(|blocked| BlockedLine::new(blocked, viewer)).collect(),
        zone: state.services.zone.iana_name().unwrap_or("UTC").replace('_', " "),
    })
}
