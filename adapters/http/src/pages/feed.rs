//! The activity feed: the whole page, or only the rows of the next page.

pub(crate) mod bulk;
pub(crate) mod count;
pub(crate) mod filter_form;
pub(crate) mod offers;
pub(crate) mod row;
pub(crate) mod view;
use std::sync::Arc;

use frontdesk_domain::CallId;
use frontdesk_ports::{CallQuery, StoreError, Tally};
use poem::web::Data;
use poem::{Request, handler};

use super::{html, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::export::EXCEL;
use crate::filter::Shown;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::count::{MAX_COUNTED, may_exceed, tally_text};
use crate::pages::feed::filter_form::FilterForm;
use crate::pages::feed::offers::Offers;
use crate::pages::feed::view::{Day, FeedPage, List, MatchesInAll, TabLink, ViewLink};
use crate::pages::frame::Frame;
use crate::pages::setup_steps::SetupSteps;
use crate::problem::Answer;
use crate::query;

#[handler]
pub(crate) async fn feed(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let (viewer, now) = (Viewer::of(req, state), state.services.clock.now());
    let pairs = query::pairs(req.uri().query());
    let shown = Shown::read(&pairs, &viewer, now)?;
    // A form sends every field; the address of a page contains only what is set.
    if form_urlencoded::parse(req.uri().query().unwrap_or_default().as_bytes())
        .any(|(_, value)| value.is_empty())
    {
        return Ok(redirect(shown.page(shown.tab, &[])));
    }
    // The change number is read first: a change between the two reads is then sent again rather than lost.
    let change = state.services.calls.latest_change().await?;
    let calls = state.services.calls.list(&shown.query).await?;
    let part = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let days = Day::all(&calls.calls, &viewer, now, part("day"));
    let list = List {
        older: calls.next.map(|next| {
            let day = days.last().map(|day| day.key.clone()).unwrap_or_default();
            shown.page(shown.tab, &[("cursor", &next.to_string()), ("day", &day)])
        }),
        days,
        csrf: visitor.csrf(),
        here: shown.page(shown.tab, &[]),
    };
    if part("part") == Some("rows") {
        return html(state.templates.rows(&list, &viewer));
    }
    let counted = counts(state, &shown).await?;
    let in_all = match &counted.in_all {
        Some(all) if may_exceed(all, &counted.fitting) => Some(MatchesInAll::new(all, &shown, &viewer)),
        _ => None,
    };
    let people = state.services.accounts.people().await?;
    let views = match visitor.person() {
        Some(person) => state.services.accounts.views(&person.user).await?,
        None => Vec::new(),
    };
    let mut frame = Frame::of(state, visitor, &viewer, "nav-calls");
    frame.count = (counted.attention.all() > 0).then(|| tally_text(&counted.attention));
    let first_run = counted.fitting.all() == 0 && shown.filters.is_empty() && change.0 == 0;
    let export = |what, path, more| (viewer.language.say(what), shown.address(path, more));
    let exports = vec![
        export("export-csv", "/calls.csv", &[(EXCEL, "true")]),
        export("export-jsonl", "/calls.jsonl", &[]),
        export("export-zip", "/voicemails.zip", &[]),
    ];
    let view = FeedPage {
        frame,
        tabs: TabLink::all(&shown, &counted.attention, &counted.live, &viewer),
        filter: FilterForm::new(
            &shown,
            &counted.fitting,
            counted.chosen.as_ref().unwrap_or(&counted.fitting),
            &Offers {
                people: people.iter().map(|person| person.name.clone()).collect(),
                carriers: state.services.carriers.clone(),
                ..Offers::of(&state.services.overrides.flow())
            },
            &viewer,
        ),
        views: views.into_iter().map(|view| ViewLink::new(view, &shown)).collect(),
        list,
        live: shown.address("/events", &[("after", &change.0.to_string())]),
        in_all,
        people: people.into_iter().map(|person| person.name).collect(),
        exports,
        zone: viewer.zone_name(),
        first_run,
        steps: SetupSteps::not_checked(state, visitor),
        next: next_needing_attention(state, None).await,
    };
    html(state.templates.page(&view, &viewer))
}

struct Counts {
    attention: Tally,
    live: Tally,
    fitting: Tally,
    /// Those of the filter's outcome, if it has one and the tab does not.
    chosen: Option<Tally>,
    /// The matches in all calls, for a search on a tab.
    in_all: Option<Tally>,
}

async fn counts(state: &State, shown: &Shown) -> Result<Counts, StoreError> {
    let of = async |query: &CallQuery| state.services.calls.tally(query, MAX_COUNTED).await;
    let attention = of(&attention()).await?;
    // Only the tab's outcome is applied, not the filter's, because the form shows a count for each outcome.
    let outcome = shown.tab.outcome();
    let in_all = match shown.in_all_calls().filter(|_| shown.query.text.is_some()) {
        Some(query) => Some(of(&query).await?),
        None => None,
    };
    let fitting = of(&CallQuery { outcome, ..shown.query.clone() }).await?;
    let chosen = match shown.query.outcome.filter(|_| outcome.is_none()) {
        None => None,
        Some(_) if fitting.more => Some(of(&shown.query).await?),
        Some(chosen) => {
            let by_outcome = vec![(Some(chosen), fitting.of(Some(chosen)))];
            Some(Tally { by_outcome, more: false })
        }
    };
    Ok(Counts { chosen, live: of(&live()).await?, fitting, attention, in_all })
}

/// Calls that need attention.
pub(crate) fn attention() -> CallQuery {
    CallQuery { attention: true, ..CallQuery::newest(1) }
}

/// Calls in progress.
pub(crate) fn live() -> CallQuery {
    CallQuery { live: Some(true), ..CallQuery::newest(1) }
}

/// The path of the newest call that needs attention, among those before `before` if it is given.
pub(crate) async fn next_needing_attention(state: &State, before: Option<CallId>) -> Option<String> {
    let query = CallQuery { before, ..attention() };
    let next = state.services.calls.list(&query).await.ok()?.calls.into_iter().next()?;
    Some(format!("/calls/{}", next.id))
}
