//! The flow page, the switch that closes the company out of turn, and the callers who are refused.

use std::sync::Arc;

use frontdesk_domain::{PhoneNumber, Timestamp, parse_until};
use frontdesk_ports::{ReceptionError, StoreError};
use jiff::SignedDuration;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, Request, Response, handler};

use super::login::next;
use super::{Form, page};
use crate::State;
use crate::api::problem::{problem, store_problem};
use crate::session::Visitor;
use crate::viewer::Viewer;
use crate::views::{BlockedLine, ClosedLine, Drawing, FlowPage, Frame, HoursLine, PhoneLine};
use crate::words;

/// Traffic is counted over this long …
const TRAFFIC_HOURS: i64 = 24;
/// … and phones over this long, of so many calls at most.
const PHONE_DAYS: i64 = 30;
const MOST_CALLS: u16 = 500;

/// The flow, as it is.
#[handler]
pub(crate) async fn in_force(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Response {
    show(state, visitor, req, None).await
}

/// Closes or opens the company.
#[handler]
pub(crate) async fn closure(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Response {
    let Some(form) = Form::read(body).await else { return not_understood() };
    let reception = &state.desk.reception;
    let done = match form.get("do") {
        "close" => {
            let until = parse_until(form.get("until").trim(), state.desk.clock.now(), &state.desk.zone);
            let Ok(until) = until else {
                let alert = Viewer::of(req, state).language.say("closure-bad-time");
                return refused(state, visitor, req, alert).await;
            };
            reception.close(&visitor.actor(), until, Some(form.get("say").to_owned())).await
        }
        "open" => reception.open(&visitor.actor()).await.map(|_| ()),
        _ => return not_understood(),
    };
    answer(state, visitor, req, done, "/flow").await
}

/// Blocks a caller, or takes the block off.
#[handler]
pub(crate) async fn callers(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Response {
    let Some(form) = Form::read(body).await else { return not_understood() };
    let Ok(number) = form.get("number").parse::<PhoneNumber>() else { return not_understood() };
    // The trail names the call by which it was decided, never the number.
    let subject = form.get("call").parse::<frontdesk_domain::CallId>();
    let subject = subject.map_or_else(|_| "a number".to_owned(), |id| id.to_string());
    let reception = &state.desk.reception;
    let done = match form.get("do") {
        "block" => reception.block(&visitor.actor(), &number, &subject).await,
        "unblock" => reception.unblock(&visitor.actor(), &number, &subject).await,
        _ => return not_understood(),
    };
    answer(state, visitor, req, done.map(|_| ()), &next(Some(form.get("back")))).await
}

fn not_understood() -> Response {
    problem(StatusCode::BAD_REQUEST, "Form not understood", "send the form of the flow page or of a call")
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    req: &Request,
    done: Result<(), ReceptionError>,
    back: &str,
) -> Response {
    match done {
        Ok(()) => Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, back).finish(),
        Err(ReceptionError::Store(error)) => store_problem(&error),
        Err(error) => {
            let alert = words::not_decided(&error, Viewer::of(req, state).language);
            refused(state, visitor, req, alert).await
        }
    }
}

async fn refused(state: &State, visitor: &Visitor, req: &Request, alert: String) -> Response {
    let mut response = show(state, visitor, req, Some(alert)).await;
    response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
    response
}

async fn show(state: &State, visitor: &Visitor, req: &Request, alert: Option<String>) -> Response {
    let viewer = Viewer::of(req, state);
    match read(state, visitor, &viewer).await {
        Ok(view) => page(state.views.page(&FlowPage { alert, ..view }, &viewer)),
        Err(error) => store_problem(&error),
    }
}

async fn read(state: &State, visitor: &Visitor, viewer: &Viewer) -> Result<FlowPage, StoreError> {
    let (now, reception) = (state.desk.clock.now(), &state.desk.reception);
    let before = |time: SignedDuration| now.saturating_sub(time).unwrap_or(Timestamp::MIN);
    let flow = reception.flow();
    let calls = &state.desk.calls;
    let traffic = calls.traffic(before(SignedDuration::from_hours(TRAFFIC_HOURS)), MOST_CALLS).await?;
    let phones = calls.traffic(before(SignedDuration::from_hours(24 * PHONE_DAYS)), MOST_CALLS).await?;
    // A large flow takes a while to count, and callers are answered on these threads.
    let counted = flow.clone();
    let paths = tokio::task::spawn_blocking(move || counted.paths()).await;
    let paths =
        paths.map_err(|error| StoreError::Corrupt(format!("the flow could not be counted: {error}")))?;
    let ways = viewer.language.number(u64::try_from(paths.count).unwrap_or(u64::MAX));
    Ok(FlowPage {
        frame: Frame::of(state, visitor, viewer, "nav-flow"),
        csrf: visitor.csrf(),
        alert: None,
        company: flow.company().to_owned(),
        edition: flow.edition().to_string(),
        closed: reception.closed().await?.map(|closed| ClosedLine::new(closed, viewer)),
        hours: HoursLine::all(&flow, now, viewer),
        ways: if paths.is_complete { ways } else { format!("{ways}+") },
        longest: paths.longest.seconds,
        drawing: Drawing::of(&flow, &traffic, viewer.language),
        calls: traffic.calls,
        phones: PhoneLine::all(&phones, &flow, viewer.language),
        blocked: reception.blocked().await?.iter().map(|blocked| BlockedLine::new(blocked, viewer)).collect(),
        zone: state.desk.zone.iana_name().unwrap_or("UTC").replace('_', " "),
    })
}
