//! Every template is rendered, with every kind of call in it.

mod samples;
use frontdesk_domain::call::{Ending, RecordingStatus, StoredAudio};
use frontdesk_domain::{Call, CallEvent, CallId, CallerId, EventKind, Facts, LegId, Parties, Timestamp};
use frontdesk_ports::SecondFactorState;
use frontdesk_ports::access::Role;
use frontdesk_ports::work::{BasedOn, Work, WorkChange};
use frontdesk_ports::{
    CallRecord, CallWithEvents, Change, Contact, ContactBook, LoggedEvent, QuarterCount, Tally,
};
use jiff::tz::TimeZone;

use super::*;
use crate::filter::Shown;
use crate::flash::Flash;
use crate::pages::call::view::{EventLine, Picture};
use crate::pages::contacts::ContactLine;
use crate::pages::feed::filter_form::FilterForm;
use crate::pages::feed::row::Moment;
use crate::pages::feed::view::{Day, MatchesInAll, TabLink, ViewLink};
use crate::pages::flow::drawing::Drawing;
use crate::pages::flow::view::{BlockedLine, ClosedLine, HoursLine, PhoneLine};
use crate::pages::settings::view::{
    BrowserLine, Health, LanguageChoice, SecondFactorCard, StartChoice, TokenLine, rules, scopes,
};
use crate::pages::setup_steps::hostile_steps;

use samples::{HOSTILE, frame, french, samples, viewer, visitor};

fn safe(html: &str) {
    assert!(!html.contains("<script>alert") && !html.contains("\" onload=\""), "{html}");
    assert!(
        !html.contains("style=\"") && !html.contains("javascript:"),
        "the content security policy forbids inline code"
    );
}

fn feed(calls: &[CallRecord], query: &str) -> FeedPage {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let shown = Shown::read(&crate::query::pairs(Some(query)), &viewer(), now).unwrap();
    let tally = Tally { by_outcome: vec![(Some(frontdesk_domain::Outcome::Missed), 7)], more: true };
    let offers = crate::pages::feed::offers::Offers {
        destinations: vec![HOSTILE.into()],
        mailboxes: vec![HOSTILE.into()],
        people: vec![HOSTILE.into()],
        carriers: vec![HOSTILE.into(), "sip".into()],
    };
    FeedPage {
        frame: Frame { count: Some("7+".into()), ..frame() },
        tabs: TabLink::all(&shown, &tally, &Tally::default(), &viewer()),
        filter: FilterForm::new(&shown, &tally, &tally, &offers, &viewer()),
        list: List {
            days: Day::all(calls, &viewer(), now, None),
            older: Some("/?cursor=x&q=%22".into()),
            csrf: "csrf".into(),
            here: HOSTILE.into(),
        },
        live: "/events?q=%22".into(),
        exports: vec![("CSV".into(), HOSTILE.into())],
        views: vec![ViewLink::new(
            frontdesk_ports::access::SavedView { name: HOSTILE.into(), query: HOSTILE.into() },
            &shown,
        )],
        in_all: Some(MatchesInAll::new(&tally, &shown, &viewer())),
        people: vec![HOSTILE.into()],
        zone: HOSTILE.into(),
        first_run: calls.is_empty(),
        steps: hostile_steps(HOSTILE),
        next: Some(HOSTILE.into()),
    }
}

/// The samples, one of them with every kind of follow-up.
fn records() -> Vec<CallRecord> {
    let mut records: Vec<_> = samples().into_iter().map(|call| call.record).collect();
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    for change in [
        WorkChange::Note(HOSTILE.into()),
        WorkChange::Tag("<b>urgent".into()),
        WorkChange::Played,
        WorkChange::Claim,
        WorkChange::Handle,
    ] {
        let decisions = records[3].work.decisions;
        records[3].work =
            records[3].work.after(&change, HOSTILE, at, BasedOn::Decisions(decisions)).unwrap().unwrap();
    }
    records[4].work = records[4].work.after_later_call(records[3].id, at).unwrap();
    records
}

#[test]
fn the_flow_page_renders_and_escapes() {
    use frontdesk_domain::call::Traffic;
    use frontdesk_domain::dialogue::Closure;
    use frontdesk_domain::flow::FlowSettings;
    use frontdesk_domain::{BuiltinFlow, Facts, builtin_flow, read_flow};
    use frontdesk_ports::{Blocked, Closed};
    let templates = Templates::new(PathPrefix::default()).unwrap();
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    let shop = include_str!("../../../../domain/examples/flows/shop.toml");
    let shop = shop.replace("label = \"Sales\"", "label = \"<script>alert(1)</script>\"");
    let settings = FlowSettings { table: "flow", ..FlowSettings::default() };
    let forward_to = vec!["+33611223344".parse().unwrap()];
    let builtin = builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap();
    let mut traffic = Traffic::default();
    for call in samples() {
        traffic.add(&Facts::of(call.events.iter().map(|logged| &logged.event)));
    }
    for (flow, viewer) in [(read_flow(&shop, &settings).unwrap(), viewer()), (builtin, french())] {
        let closure = Closure { from: at, until: at, say: Some(HOSTILE.into()) };
        let blocked = Blocked { caller: CallerId::read("+33899123456"), by: HOSTILE.into(), at };
        let html = templates
            .page(
                &FlowPage {
                    frame: frame(),
                    csrf: "csrf".into(),
                    alert: Some(HOSTILE.into()),
                    written: (HOSTILE.into(), HOSTILE.into()),
                    company: HOSTILE.into(),
                    version: flow.version().to_string(),
                    closed: Some(ClosedLine::new(Closed { closure, by: HOSTILE.into() }, &viewer)),
                    hours: HoursLine::all(&flow, at, viewer.language),
                    ways: "11".into(),
                    longest: 300,
                    drawing: Drawing::of(&flow, &traffic, viewer.language),
                    calls: traffic.calls,
                    phones: PhoneLine::all(&traffic, &flow, viewer.language),
                    blocked: vec![BlockedLine::new(&blocked, &viewer)],
                    zone: "UTC".into(),
                },
                &viewer,
            )
            .unwrap();
        safe(&html);
        let places = flow.draft().places().count();
        assert_eq!(html.matches("<rect class=\"place").count(), places, "every node is drawn once");
    }
}

#[test]
fn contacts_and_questions_render_and_escape() {
    let templates = Templates::new(PathPrefix::default()).unwrap();
    let line = || viewer().contacts.by_name().into_iter().map(ContactLine::new).next().unwrap();
    for (alert, contacts) in [(None, vec![line()]), (Some(HOSTILE.to_owned()), Vec::new())] {
        let page = ContactsPage {
            frame: frame(),
            csrf: "csrf".into(),
            is_known: alert.is_none(),
            alert,
            contacts,
            more: 3,
            edited: line(),
            search: HOSTILE.into(),
            back: HOSTILE.into(),
        };
        safe(&templates.page(&page, &french()).unwrap());
    }
    let question = ConfirmPage {
        frame: frame(),
        question: HOSTILE.into(),
        detail: HOSTILE.into(),
        action_label: HOSTILE.into(),
        action: HOSTILE.into(),
        fields: vec![(HOSTILE.into(), HOSTILE.into())],
        cancel: HOSTILE.into(),
    };
    safe(&templates.page(&question, &viewer()).unwrap());
}

#[test]
fn every_template_renders_and_escapes() {
    let templates = Templates::new(PathPrefix::default()).unwrap();
    let hostile = "q=%3Cscript%3Ealert(1)%22%20onload=%22x&tab=all&reason=busy";
    let html = templates.page(&feed(&records(), hostile), &viewer()).unwrap();
    safe(&html);
    assert_eq!(html.matches("<tr id=\"call-").count(), 5);
    assert_eq!(html.matches("<audio").count(), 1, "only a stored voicemail can be played");
    assert!(html.contains("<title>(7+) Calls"), "the title has the count of calls that need attention");
    assert!(html.contains("Today \u{b7} Sunday, 22 November 2026"));
    for query in ["", "tab=done", "q=x"] {
        safe(&templates.page(&feed(&[], query), &french()).unwrap());
    }
    let list = feed(&records(), "").list;
    safe(&templates.rows(&list, &viewer()).unwrap());
    safe(&templates.page(&PhonePage { frame: frame(), list, live: "/events".into() }, &french()).unwrap());
    safe(
        &templates
            .login(
                &LoginPage {
                    next: HOSTILE.into(),
                    error: Some(HOSTILE.into()),
                    name: HOSTILE.into(),
                    asks_code: true,
                    provider: Some(HOSTILE.into()),
                    provider_address: HOSTILE.into(),
                },
                Language::French,
            )
            .unwrap(),
    );
    safe(
        &templates
            .error(
                &ErrorPage { title: HOSTILE.into(), detail: HOSTILE.into(), more: HOSTILE.into() },
                Language::French,
            )
            .unwrap(),
    );
    for (call, record) in samples().into_iter().zip(records()) {
        let call = CallWithEvents { record, ..call };
        safe(
            &templates
                .row(
                    CallRow::new(&call.record, &viewer()),
                    (&visitor(), &viewer()),
                    HOSTILE,
                    Some(HOSTILE.into()),
                )
                .unwrap(),
        );
        let responses = call.events.iter().map(|logged| (logged.event.identity(), HOSTILE.into())).collect();
        let page = CallPage {
            frame: frame(),
            row: CallRow::new(&call.record, &french()),
            csrf: "csrf".into(),
            here: HOSTILE.into(),
            picture: Picture::of(&call, "2026-11-22T12:00:00Z".parse().unwrap(), &french()),
            events: EventLine::all(&call, &french(), Some(&responses)),
            evidence: EventLine::evidence(&call, &french()),
            older: Some(HOSTILE.into()),
            people: vec![HOSTILE.into()],
            related: vec![CallRow::new(&call.record, &french())],
            all_related: Some(HOSTILE.into()),
            next: Some(HOSTILE.into()),
            block: Some((HOSTILE.into(), true)),
            alert: Some(HOSTILE.into()),
        };
        let html = templates.page(&page, &french()).unwrap();
        safe(&html);
        assert!(html.contains("lang=\"fr\"") && html.contains("Ce qui s’est passé"), "{html}");
    }
}

#[test]
fn the_numbers_page_counts_in_the_viewers_zone() {
    use frontdesk_domain::Outcome;
    let at = |text: &str| text.parse().unwrap();
    let figures = frontdesk_ports::Figures {
        quarters: vec![
            QuarterCount::new(at("2026-11-21T23:15:00Z"), Some(Outcome::Missed), 3),
            QuarterCount::new(at("2026-11-22T09:00:00Z"), Some(Outcome::Answered), 1),
        ],
        waits: vec![(12_500, 1)],
        destinations: vec![("+33611223344".into(), Some(Outcome::Answered), 1)],
        menus: vec![(HOSTILE.into(), Some(Outcome::Abandoned), None, 4)],
        carriers: vec![
            ("sip".into(), Some(Outcome::Answered), 1),
            (HOSTILE.into(), Some(Outcome::Missed), 3),
        ],
        users: vec![(HOSTILE.into(), frontdesk_ports::FollowUp { done: 1234, assigned: 1 })],
    };
    let viewer = Viewer { zone: TimeZone::fixed(jiff::tz::offset(1)), ..viewer() };
    let span = (at("2026-11-20T23:00:00Z"), at("2026-11-22T23:00:00Z"));
    let html = Templates::new(PathPrefix::default())
        .unwrap()
        .page(
            &FiguresPage::new(frame(), (&figures, &frontdesk_ports::Figures::default()), "7d", &viewer, span),
            &viewer,
        )
        .unwrap();
    safe(&html);
    assert!(html.contains("Sun 22 Nov: 4 (Answered 1, Missed 3)"), "{html}");
    assert!(html.contains("Sat 21 Nov: 0"), "a day without calls is shown");
    assert!(html.contains("<b>25 %</b>"), "one of four was answered");
    let line = r#"<a href="/?range=7d&amp;provider=sip">SIP line</a></th><td>1</td><td>100 %</td>"#;
    assert!(html.contains(line), "{html}");
    assert!(html.contains("<td>1,234</td><td>1</td>"), "a user's follow-up");
}

#[test]
fn times_are_shown_in_the_viewers_zone() {
    let row = CallRow::new(
        &samples()[0].record,
        &Viewer { zone: TimeZone::fixed(jiff::tz::offset(1)), ..viewer() },
    );
    let started = row.started.unwrap();
    assert_eq!((started.machine.as_str(), started.time.as_str()), ("2026-11-22T09:00:00.500Z", "10:00"));
}

#[test]
fn the_settings_render_for_admins_and_for_staff() {
    use frontdesk_ports::access::{ApiToken, Scopes};
    use frontdesk_ports::{Browser, CheckStatus, DiagnosticReport, Finding, Person};
    let (templates, at) =
        (Templates::new(PathPrefix::default()).unwrap(), "2026-11-22T09:00:00Z".parse().unwrap());
    let browser = Browser {
        id: HOSTILE.into(),
        user: HOSTILE.into(),
        since: at,
        seen: at,
        here: true,
        browser: HOSTILE.into(),
        address: HOSTILE.into(),
    };
    let token = ApiToken {
        name: HOSTILE.into(),
        token_hash: String::new(),
        scopes: Scopes::all(),
        created_at: at,
        last_used_at: None,
    };
    let findings = [CheckStatus::Fine, CheckStatus::Untried, CheckStatus::Warning, CheckStatus::Fault]
        .map(|status| Finding { status, ..Finding::fault(HOSTILE, HOSTILE, HOSTILE) });
    let examined = DiagnosticReport { at, findings: findings.into() };
    for (manages, viewer) in [(true, viewer()), (false, french()), (true, french())] {
        let (secret, address) = ("ABCDEFGH".into(), format!("otpauth://totp/{HOSTILE}?secret=ABCDEFGH"));
        let page = SettingsPage {
            second: SecondFactorCard::new(SecondFactorState::Begun { secret, address }),
            frame: Frame { manages, ..frame() },
            alert: Some(HOSTILE.into()),
            made: Some((HOSTILE.into(), HOSTILE.into())),
            starts: StartChoice::all(&viewer),
            languages: LanguageChoice::all(Some(Language::French)),
            browsers: vec![BrowserLine::new(browser.clone(), &viewer)],
            people: vec![Person { name: HOSTILE.into(), role: Role::Admin }.into()],
            tokens: vec![TokenLine::new(token.clone(), &viewer)],
            scopes: scopes(),
            rules: rules(&crate::Rules::default(), viewer.language),
            health: manages.then(|| Health::new(examined.clone(), &viewer)),
        };
        let html = templates.page(&page, &viewer).unwrap();
        safe(&html);
        assert_eq!(html.contains("/settings/people"), manages, "only admins see people");
    }
}
