//! The flow page, with temporary closures and blocked callers.

pub(crate) mod drawing;
pub(crate) mod view;
use std::sync::Arc;

use frontdesk_domain::{CallerId, Timestamp, parse_until};
use frontdesk_ports::{OverrideError, StoreError};
use jiff::SignedDuration;
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Body, Request, handler};

use super::login::next;
use super::{Form, html, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::i18n::messages;
use crate::i18n::viewer::Viewer;
use crate::pages::flow::drawing::Drawing;
use crate::pages::flow::view::{BlockedLine, ClosedLine, FlowPage, HoursLine, PhoneLine};
use crate::pages::frame::Frame;
use crate::problem::{Answer, Problem};

/// Traffic is counted over this long …
const TRAFFIC_HOURS: i64 = 24;
/// The period and the maximum number of calls that phone statistics cover.
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
    show(state, visitor, req, None).await
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
            let until =
                parse_until(form.get("until").trim(), state.services.clock.now(), &state.services.zone);
            let Ok(until) = until else {
                let alert = Viewer::of(req, state).language.say("closure-bad-time");
                return refused(state, visitor, req, alert).await;
            };
            overrides.close(&visitor.actor(), until, Some(form.get("say").to_owned())).await
        }
        "open" => overrides.open(&visitor.actor()).await.map(|_| ()),
        _ => return Err(Problem::bad_form(UNKNOWN_FORM)),
    };
    answer(state, visitor, req, done, "/flow").await
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
    // Words name nobody.
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
    let done = match form.get("do") {
        "block" => overrides.block(&visitor.actor(), &caller, &subject).await,
        "unblock" => overrides.unblock(&visitor.actor(), &caller, &subject).await,
        _ => return Err(Problem::bad_form(UNKNOWN_FORM)),
    };
    answer(state, visitor, req, done.map(|_| ()), &next(Some(form.get("back")))).await
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    done: Result<(), OverrideError>,
    back: &str,
) -> Answer {
    match done {
        Ok(()) => Ok(redirect(back)),
        Err(OverrideError::Store(error)) => Err(error.into()),
        Err(error) => {
            let alert = messages::override_error(&error, Viewer::of(req, state).language);
            refused(state, visitor, req, alert).await
        }
    }
}

async fn refused(state: &State, visitor: &Visitor, req: &Request, alert: String) -> Answer {
    let mut response = show(state, visitor, req, Some(alert)).await?;
    response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(response)
}

async fn show(state: &State, visitor: &Visitor, req: &Request, alert: Option<String>) -> Answer {
    let viewer = Viewer::of(req, state);
    let view = FlowPage { alert, ..read(state, visitor, &viewer).await? };
    html(state.templates.page(&view, &viewer))
}

async fn read(state: &State, visitor: &Visitor, viewer: &Viewer) -> Result<FlowPage, StoreError> {
    let (now, overrides) = (state.services.clock.now(), &state.services.overrides);
    let before = |time: SignedDuration| now.saturating_sub(time).unwrap_or(Timestamp::MIN);
    let flow = overrides.flow();
    let calls = &state.services.calls;
    let traffic = calls.traffic(before(SignedDuration::from_hours(TRAFFIC_HOURS)), MAX_CALLS).await?;
    let phones = calls.traffic(before(SignedDuration::from_hours(24 * PHONE_DAYS)), MAX_CALLS).await?;
    // A large flow takes a while to count, and callers are answered on these threads.
    let counted = flow.clone();
    let paths = tokio::task::spawn_blocking(move || counted.paths()).await;
    let paths =
        paths.map_err(|error| StoreError::Corrupt(format!("the flow could not be counted: {error}")))?;
    let path_count = viewer.language.number(u64::try_from(paths.count).unwrap_or(u64::MAX));
    Ok(FlowPage {
        frame: Frame::of(state, visitor, viewer, "nav-flow"),
        csrf: visitor.csrf(),
        alert: None,
        company: flow.company().to_owned(),
        version: flow.version().to_string(),
        closed: overrides.closed().await?.map(|closed| ClosedLine::new(closed, viewer)),
        hours: HoursLine::all(&flow, now, viewer),
        ways: if paths.is_complete { path_count } else { format!("{path_count}+") },
        longest: paths.longest.seconds,
        drawing: Drawing::of(&flow, &traffic, viewer.language),
        calls: traffic.calls,
        phones: PhoneLine::all(&phones, &flow, viewer.language),
        blocked: overrides.blocked().await?.iter().map(|blocked| BlockedLine::new(blocked, viewer)).collect(),
        zone: state.services.zone.iana_name().unwrap_or("UTC").replace('_', " "),
    })
}
