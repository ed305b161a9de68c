//! Temporary closures, blocked callers and caps: they apply to the next call.
use adapters_persistence::{Database, SqlOverrides};
use adapters_simulator::{CalleeScript, tone};
use frontdesk::config::SignInSettings;
use frontdesk_domain::dialogue::Closure;
use frontdesk_ports::{Blocked, Closed, OverrideStore};
use frontdesk_services::restrictions::Caps;
use serde_json::json;

use crate::harness::{CALLER, Desk, Setting};
use crate::work::Person;

/// Another instance, or the command line, on the same database.
async fn other_instance(desk: &Desk) -> SqlOverrides {
    let url = format!("sqlite://{}", desk.folder.path().join("frontdesk.db").display());
    SqlOverrides::new(Database::open(&url).await.unwrap())
}

#[tokio::test]
async fn during_a_closure_callers_hear_so_and_leave_messages() {
    let desk = Desk::start().await;
    let closure = Closure {
        from: "2026-11-22T08:00:00Z".parse().unwrap(),
        until: "2026-11-22T14:00:00Z".parse().unwrap(),
        say: Some("We are at a wedding.".into()),
    };
    other_instance(&desk).await.set_closed(Some(&Closed { closure, by: "ann".into() })).await.unwrap();
    desk.running.restrictions.refresh().await.unwrap();
    desk.call().leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/out_of_hours");
    desk.call().hangs_up_after(1).place().await;
    assert_eq!(desk.last_verdict().await, "abandoned/out_of_hours");
    // The closure ends at its time.
    desk.until("2026-11-22T14:00:00Z");
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
}

#[tokio::test]
async fn a_blocked_caller_is_refused_before_the_call_is_answered_and_can_be_let_in_again() {
    let desk = Desk::start().await;
    let store = other_instance(&desk).await;
    let at = "2026-11-22T08:00:00Z".parse().unwrap();
    store
        .block(&Blocked { caller: frontdesk_domain::CallerId::read(CALLER), by: "ann".into(), at })
        .await
        .unwrap();
    desk.running.restrictions.refresh().await.unwrap();
    let report = desk.call().presses("1").place().await;
    assert_eq!((report.status.as_str(), report.seconds), ("no-answer", 0), "not answered, so not billed");
    assert_eq!(desk.last_verdict().await, "rejected/blocked");
    assert_eq!(desk.calls().await[0]["duration_seconds"], json!(0));
    store.unblock(&frontdesk_domain::CallerId::read(CALLER)).await.unwrap();
    desk.running.restrictions.refresh().await.unwrap();
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
}

#[tokio::test]
async fn caps_end_forwarding_not_answering() {
    let caps = Caps { forwards_a_day: Some(2), ..Caps::default() };
    let desk = Desk::with(Setting { caps, ..Setting::default() }).await;
    for _ in 0..2 {
        desk.call().presses("1").place().await;
        assert_eq!(desk.last_verdict().await, "answered/accepted");
        desk.running.restrictions.refresh().await.unwrap();
    }
    desk.call().presses("1").leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/limit");
    // The cap is per day: a day later, calls are forwarded again.
    desk.until("2026-11-23T09:00:00Z");
    desk.running.restrictions.refresh().await.unwrap();
    desk.call().presses("1").each_phone(&[CalleeScript::Accept]).place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
}

#[tokio::test]
async fn a_caller_who_calls_too_often_is_refused() {
    let caps = Caps { calls_a_caller_an_hour: Some(2), ..Caps::default() };
    let desk = Desk::with(Setting { caps, ..Setting::default() }).await;
    for _ in 0..2 {
        desk.call().hangs_up_after(1).place().await;
        assert_eq!(desk.last_verdict().await, "abandoned/in_menu");
    }
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "rejected/limit");
    desk.call().from("+33123456780").presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
}

#[tokio::test]
async fn the_switch_on_the_flow_page_closes_and_opens_and_the_trail_knows() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let (status, page) = ann.sends("/flow/closure", "do=close&until=soon").await;
    assert!(status == 422 && page.contains("Enter a time such as 14:00"), "{page}");
    let (status, page) = ann.sends("/flow/closure", "do=close&until=2020-01-01T10:00").await;
    assert!(status == 422 && page.contains("That time has passed. Enter a later one."), "{page}");
    let (status, page) = ann.sends("/flow/closure", "do=close&until=2020-01-01T10:00&say=Wedding").await;
    assert!(status == 422 && page.contains("2020-01-01T10:00") && page.contains(">Wedding<"), "kept: {page}");
    let close = "do=close&until=2h&say=We+are+at+a+wedding.";
    let (status, page) = ann.sends("/flow/closure", close).await;
    assert!(
        status == 200 && page.contains("Close the company until") && page.contains("a wedding"),
        "{page}"
    );
    assert!(!ann.page("/").await.contains("Temporarily closed"), "a confirmation is required first");
    assert_eq!(ann.sends("/flow/closure", &format!("{close}&confirm=yes")).await.0, 303);
    let page = ann.page("/flow").await;
    assert!(page.contains("We are at a wedding.") && page.contains("Reopen"), "{page}");
    for everywhere in ["/", "/contacts", "/settings"] {
        let page = ann.page(everywhere).await;
        assert!(page.contains("Temporarily closed until") && page.contains("Reopen"), "{everywhere}");
    }
    desk.call().leaves(tone(5)).place().await;
    assert_eq!(desk.last_verdict().await, "voicemail/out_of_hours", "the closure applies at once");
    assert_eq!(ann.sends("/flow/closure", "do=open").await.0, 303);
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
    let audit = ann.page("/audit").await;
    assert!(audit.contains("closed the company") && audit.contains("opened the company"), "{audit}");
}

#[tokio::test]
async fn the_buttons_close_for_an_hour_and_for_the_rest_of_the_day() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    for (how_long, ends) in [("1h", "13:00"), ("today", "00:00")] {
        desk.clock.set("2026-11-22T12:00:00Z".parse().unwrap());
        let close = format!("do=close&for={how_long}&until=&confirm=yes");
        assert_eq!(ann.sends("/flow/closure", &close).await.0, 303);
        let page = ann.page("/").await;
        assert!(page.contains("Temporarily closed until") && page.contains(ends), "{how_long}: {page}");
    }
}

#[tokio::test]
async fn closing_is_a_permission_that_staff_have_only_if_the_configuration_says_so() {
    for allowed in [false, true] {
        let desk = Desk::with(Setting {
            sign_in: SignInSettings { staff_may_close: allowed, ..SignInSettings::default() },
            ..Setting::default()
        })
        .await;
        let ann = Person::admin(&desk).await;
        let add = "do=add&name=Bob&role=reader&password=long+enough";
        assert_eq!(ann.sends("/settings/people", add).await.0, 303);
        let bob = Person::of(&desk, "Bob", "long enough").await;
        let expected = if allowed { 303 } else { 403 };
        assert_eq!(bob.sends("/flow/closure", "do=close&until=2h&confirm=yes").await.0, expected);
        assert_eq!(bob.page("/flow").await.contains("allow closing the company"), !allowed);
        ann.sends("/flow/closure", "do=close&until=2h&confirm=yes").await;
        let page = bob.page("/").await;
        assert!(page.contains("Temporarily closed"), "everybody sees it");
        assert_eq!(page.contains("Reopen"), allowed);
        assert_eq!(bob.sends("/flow/closure", "do=open").await.0, expected);
    }
}

#[tokio::test]
async fn a_caller_is_blocked_from_their_call_and_let_in_again_on_the_flow_page() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    desk.call().presses("1").place().await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    assert!(ann.page(&format!("/calls/{id}")).await.contains("Block this caller"));
    let block = format!("do=block&number=%2B33123456789&call={id}&back=/calls/{id}");
    assert_eq!(ann.sends("/flow/callers", &block).await.0, 303);
    assert!(ann.page(&format!("/calls/{id}")).await.contains("Unblock"));
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "rejected/blocked");
    let audit = ann.page("/audit").await;
    assert!(
        audit.contains("blocked a caller") && audit.contains(&id) && !audit.contains("123456789"),
        "{audit}"
    );
    let flow = ann.page("/flow").await;
    assert!(flow.contains("+33 1 23 45 67 89") && flow.contains("unblock"), "{flow}");
    assert_eq!(ann.sends("/flow/callers", "do=unblock&number=%2B33123456789&back=/flow").await.0, 303);
    desk.call().presses("1").place().await;
    assert_eq!(desk.last_verdict().await, "answered/accepted");
    assert_eq!(ann.sends("/flow/callers", "do=block&number=nobody").await.0, 400);
}
