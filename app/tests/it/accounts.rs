//! Attacks on accounts and sessions: a changed password, an open stream, names that imitate others, many guesses.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use frontdesk_ports::{Access as _, SignInError};
use reqwest::header::COOKIE;

use crate::harness::{Desk, PASSWORD, TOKEN};
use crate::people::{get, sign_in};
use crate::work::Person;

#[tokio::test(flavor = "multi_thread")]
async fn no_session_of_the_old_password_outlives_a_new_one() {
    let desk = Desk::start().await;
    let access = desk.running.access.clone();
    let stop = Arc::new(AtomicBool::new(false));
    // An intruder who knows the old password signs in from eight places at once, all the time.
    let intruders: Vec<_> = (0..8)
        .map(|place| {
            let (access, stop) = (access.clone(), stop.clone());
            tokio::spawn(async move {
                let mut sessions = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    match access.sign_in("admin", PASSWORD, "", &format!("192.0.2.{place}")).await {
                        Ok(session) => sessions.push(session),
                        Err(SignInError::Wrong | SignInError::Throttled(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                sessions
            })
        })
        .collect();
    let mut admin = Person::admin(&desk).await;
    let old = PASSWORD.replace(' ', "+").replace('\'', "%27");
    assert_eq!(
        admin.sends("/settings", &format!("do=password&old={old}&new=quite+another+one")).await.0,
        303
    );
    stop.store(true, Ordering::Relaxed);
    for intruder in intruders {
        for session in intruder.await.unwrap() {
            assert_eq!(
                access.session(&session, true).await.unwrap(),
                None,
                "a session of the old password is alive"
            );
        }
    }
    admin = Person::of(&desk, "admin", "quite another one").await;
    assert!(admin.is_signed_in().await);
}

#[tokio::test]
async fn signing_out_everywhere_ends_other_sessions() {
    let desk = Desk::start().await;
    let (one, other) = (Person::admin(&desk).await, Person::admin(&desk).await);
    assert_eq!(one.sends("/logout/everywhere", "").await.0, 303);
    assert!(!one.is_signed_in().await && !other.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_ends_with_the_session_or_token_that_opened_it() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let request = desk.http.get(format!("{}/events?after=0", desk.url)).header(COOKIE, &ann.cookie);
    let mut stream = request.send().await.unwrap();
    assert_eq!(stream.headers()["cache-control"], "no-store");
    assert_eq!(stream.headers()["x-accel-buffering"], "no", "otherwise nginx would buffer events");
    assert_eq!(ann.sends("/logout", "").await.0, 303);
    desk.call().presses("2").place().await;
    // The call is not sent: the stream ends instead.
    let mut received = String::new();
    while let Some(chunk) = stream.chunk().await.unwrap() {
        received.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(!received.contains("event: call"), "{received}");
}

#[tokio::test]
async fn a_position_of_another_log_is_answered_by_a_reset() {
    let desk = Desk::start().await;
    desk.call().presses("2").place().await;
    for position in ["99999999", "18446744073709551615"] {
        let request = desk.http.get(format!("{}/api/v1/events", desk.url)).bearer_auth(TOKEN);
        let mut stream = request.header("Last-Event-ID", position).send().await.unwrap();
        let mut text = String::new();
        while !text.contains("\n\n") {
            text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
        }
        assert!(text.contains("event: reset"), "{text}");
        // Later changes are still sent.
        desk.call().presses("2").place().await;
        while !text.contains("event: call") {
            text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn changing_your_password_needs_the_old_one() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let (status, page) =
        ann.sends("/settings/people", "do=password&name=admin&password=quite+another+one").await;
    assert!(status == 422 && page.contains("with the current one"), "{status}");
    assert_eq!(sign_in(&desk, "admin", PASSWORD).await.status(), 303, "the old password still works");
}

#[tokio::test]
async fn names_do_not_imitate_others_and_passwords_are_not_the_first_guess() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let adds = async |name: &str, password: &str| {
        let form = format!("do=add&name={name}&role=reader&password={password}");
        ann.sends("/settings/people", &form).await
    };
    for name in ["command+line", "Command+Line", "retention", "token+configuration", "configuration", "proxy"]
    {
        assert_eq!(adds(name, "a+long+enough+one").await.0, 422, "{name}");
    }
    assert_eq!(adds("ADMIN", "a+long+enough+one").await.0, 409, "a name in another letter case");
    for name in ["tokenize", "proxyman", "Ann@Example.com"] {
        assert_eq!(adds(name, "a+long+enough+one").await.0, 303, "{name}");
    }
    let (status, page) = adds("bob", "12345678").await;
    assert!(status == 422 && page.contains("easy to guess"), "{status}");
    for password in ["password", "password1", "frontdesk", "qwertyuiop", "letmein1", "11111111"] {
        assert_eq!(adds("bob", password).await.0, 422, "{password}");
    }
    let (status, _) = ann.sends("/settings/tokens", "do=make&name=configuration&scope=calls").await;
    assert_eq!(status, 422, "the name is reserved for the token of the configuration");
    // E-mail addresses are the same in any letter case.
    assert_eq!(sign_in(&desk, "ann@example.com", "a long enough one").await.status(), 303);
}

#[tokio::test]
async fn wrong_codes_while_setting_up_are_throttled() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let old = PASSWORD.replace(' ', "+").replace('\'', "%27");
    assert_eq!(ann.sends("/settings", &format!("do=second-begin&old={old}")).await.0, 303);
    for _ in 0..10 {
        assert_eq!(ann.sends("/settings", "do=second-confirm&code=000000").await.0, 422);
    }
    assert_eq!(ann.sends("/settings", "do=second-confirm&code=000000").await.0, 429);
}

#[tokio::test]
async fn an_attack_fills_neither_the_audit_log_nor_its_names() {
    let desk = Desk::start().await;
    let access = desk.running.access.clone();
    for attempt in 0..200 {
        let (name, from) = (format!("secret {attempt}"), format!("198.51.100.{}", attempt % 20));
        let refused = access.sign_in(&name, "wrong password", "", &from).await;
        assert!(refused.is_err());
    }
    let ann = Person::admin(&desk).await;
    let audit = ann.page("/audit").await;
    assert!(!audit.contains("secret"), "a user may have typed a password as the name");
    let lines = audit.matches("unknown name").count();
    assert!((20..60).contains(&lines), "{lines} lines for 200 attempts");
}

#[tokio::test]
async fn wrong_api_tokens_are_throttled_and_issued_ones_are_not() {
    let desk = Desk::start().await;
    let issued = crate::people::token(&desk, "calls").await;
    let of = async |token: &str| {
        let request = desk.http.get(format!("{}/api/v1/calls", desk.url)).bearer_auth(token);
        request.send().await.unwrap()
    };
    let mut statuses = Vec::new();
    for attempt in 0..301 {
        statuses.push(of(&format!("wrong {attempt}")).await.status().as_u16());
    }
    assert_eq!((statuses[0], statuses[299], statuses[300]), (401, 401, 429));
    assert!(of("wrong").await.headers().contains_key("retry-after"));
    assert_eq!(of(&issued).await.status(), 200, "an issued token is not throttled");
    desk.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(of(TOKEN).await.status(), 200);
    assert_eq!(get(&desk, "/healthz", "").await.status(), 200);
}

#[tokio::test]
async fn the_audit_log_has_pages_and_filters() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    for number in 0..110 {
        let form = format!("do=make&name=token{number}&scope=calls");
        assert_eq!(ann.sends("/settings/tokens", &form).await.0, 200);
    }
    let newest = ann.page("/audit").await;
    assert!(newest.contains("token109") && !newest.contains(">token3<"), "a page of a hundred");
    let older =
        newest.split("href=\"/audit?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let older = ann.page(&format!("/audit?{older}")).await;
    assert!(older.contains(">token3<") && !older.contains("token109"));
    let signed_in = ann.page("/audit?action=signed_in").await;
    assert!(signed_in.contains("signed in") && !signed_in.contains("token109"));
    assert!(ann.page("/audit?actor=nobody").await.contains("No entries."));
}
