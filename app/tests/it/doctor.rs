//! `frontdesk doctor` reports each planted fault with its remedy.
use adapters_persistence::SqlOperationsLog;
use frontdesk::config::{Config, Needs, Settings};
use frontdesk::wiring::doctor::{diagnostics, keep, outside};
use frontdesk::wiring::open_database;
use frontdesk_ports::{CheckStatus, Finding, OperationsLog};

use crate::fake_twilio::{Misconfiguration, Surroundings};
use crate::harness::{ACCOUNT, Desk, FIRST, PASSWORD, SECRET, Setting};
use crate::people::{get, plain_cookie, sign_in};

/// The configuration of a server and its surroundings, in which one setting may differ.
fn config(desk: &Desk, around: &Surroundings, (key, value): (&str, &str)) -> Config {
    let folder = desk.folder.path().display().to_string();
    let settings = [
        ("public_url", around.public_url.clone()),
        ("forward_to", FIRST.to_owned()),
        ("database.url", format!("sqlite://{folder}/frontdesk.db")),
        ("recordings.url", format!("file://{folder}/recordings")),
        ("spool.path", format!("{folder}/spool")),
        ("twilio.account_sid", ACCOUNT.to_owned()),
        ("twilio.auth_token", SECRET.to_owned()),
        ("twilio.api_url", around.api_url.clone()),
    ];
    let line = |(known, usual): &(&str, String)| {
        let value = if *known == key { value } else { usual };
        format!("{known} = {value:?}\n")
    };
    let mut text: String = settings.iter().map(line).collect();
    if !key.is_empty() && settings.iter().all(|(known, _)| *known != key) {
        text.push_str(&line(&(key, String::new())));
    }
    Config::from_settings(Settings::of_text("frontdesk.toml", &text), Needs::Production).unwrap()
}

async fn found(desk: &Desk, around: &Surroundings, otherwise: (&str, &str)) -> Vec<Finding> {
    let config = config(desk, around, otherwise);
    diagnostics(&config).await.unwrap().examine().await.findings
}

/// The findings that are not fine, without those that the test setup always causes.
async fn amiss(desk: &Desk, around: &Surroundings, otherwise: (&str, &str)) -> Vec<Finding> {
    let mut findings = found(desk, around, otherwise).await;
    findings.retain(|finding| {
        finding.status > CheckStatus::Untried
            && !["way_in.tls", "way_in.address"].contains(&finding.check.as_str())
    });
    findings
}

const AS_USUAL: (&str, &str) = ("", "");

/// A correctly configured server behind a proxy, connected to an account.
async fn sound() -> (Desk, Surroundings) {
    let around = Surroundings::sound().await;
    let desk = Desk::with(Setting { public: around.public_url.clone(), ..Setting::default() }).await;
    around.leads_to(&desk.url);
    let retries = "#ct=2000&rt=5000&rc=2&rp=ct,rt,5xx";
    around.set("voice_url", &format!("{}/twilio/voice{retries}", around.public_url));
    around.set("voice_method", "POST");
    around.set("voice_fallback_url", &format!("{}/twilio/fallback{retries}", around.public_url));
    around.set("status_callback", &format!("{}/twilio/status#rc=5&rp=ct,rt,5xx", around.public_url));
    (desk, around)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correct_setup_has_no_findings() {
    let (desk, around) = sound().await;
    let findings = found(&desk, &around, AS_USUAL).await;
    let checks: Vec<(&str, CheckStatus)> = findings.iter().map(|f| (f.check.as_str(), f.status)).collect();
    let fine = |check| (check, CheckStatus::Fine);
    assert_eq!(
        checks,
        [
            fine("flow"),
            fine("database"),
            fine("recordings"),
            fine("disk.spool"),
            fine("disk.database"),
            fine("disk.recordings"),
            ("way_in.tls", CheckStatus::Warning),
            // The test's server has a loopback address.
            ("way_in.address", CheckStatus::Warning),
            fine("way_in.unsigned"),
            fine("way_in.signed"),
            fine("credentials"),
            fine("clock"),
            fine("number"),
            fine("media"),
            fine("dialling"),
        ],
        "{findings:#?}"
    );
    assert!(desk.calls().await.is_empty(), "diagnostics create no call");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_amiss_on_this_machine_is_found_with_its_remedy() {
    let (desk, around) = sound().await;
    let file = desk.folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let beneath = file.join("folder").display().to_string();
    for (otherwise, check, remedy) in [
        (
            ("database.url", "postgres://nobody@127.0.0.1:1/none".to_owned()),
            "database",
            "correct database.url",
        ),
        (("recordings.url", format!("file://{beneath}")), "recordings", "recordings.url"),
        (("spool.path", beneath.clone()), "disk.spool", "name another folder"),
        (("twilio.auth_token", "wrong".to_owned()), "credentials", "twilio.auth_token"),
        (("public_url", "http://127.0.0.1:1".to_owned()), "way_in.unsigned", "start frontdesk serve"),
    ] {
        let (key, value) = (otherwise.0, otherwise.1.as_str());
        let found = amiss(&desk, &around, (key, value)).await;
        let fault = found.iter().find(|f| f.check == check && f.status == CheckStatus::Fault);
        let fault = fault.unwrap_or_else(|| panic!("{key}: {found:#?}"));
        assert!(fault.remedy.as_ref().unwrap().contains(remedy), "{fault:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_calls_that_are_not_deleted_are_found() {
    let (desk, around) = sound().await;
    desk.call().at(&around.public_url).presses("2").place().await;
    let retention =
        |findings: Vec<Finding>| findings.into_iter().find(|finding| finding.check == "retention");
    let of = async |retention_of_calls| {
        retention(found(&desk, &around, ("retention.calls", retention_of_calls)).await)
    };
    let overdue = of("1d").await.unwrap();
    assert_eq!(
        (overdue.status, overdue.what.as_str()),
        (CheckStatus::Warning, "expired calls that are not deleted yet: 1")
    );
    assert_eq!(of("9999d").await.unwrap().status, CheckStatus::Fine);
    assert!(retention(found(&desk, &around, AS_USUAL).await).is_none(), "no retention, no finding");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_amiss_around_the_desk_is_found_with_its_remedy() {
    let (desk, around) = sound().await;
    for (planted, check, what, remedy) in [
        (Misconfiguration::Clock, "clock", "s ahead of the carrier's", "synchronise the clock"),
        (Misconfiguration::OpenMedia, "media", "without signing in", "HTTP Basic Authentication"),
        (Misconfiguration::ClosedCountry, "dialling", FIRST, "geographic permissions"),
        (Misconfiguration::FraudOpen, "dialling", "3 countries", "high-risk toll fraud"),
        (
            Misconfiguration::NobodyBehind,
            "way_in.unsigned",
            "status 502",
            "point the proxy at the address of listen",
        ),
        (Misconfiguration::DroppedSignature, "way_in.signed", "X-Twilio-Signature", "pass that header"),
        (Misconfiguration::RewrittenPath, "way_in.signed", "/inner/twilio/probe", "strip the path"),
        (Misconfiguration::ChangedBody, "way_in.signed", "wrong signature", "unchanged"),
    ] {
        around.is(planted);
        let found = amiss(&desk, &around, AS_USUAL).await;
        let finding = found.iter().find(|f| f.check == check && f.what.contains(what));
        let finding = finding.unwrap_or_else(|| panic!("{planted:?}: {found:#?}"));
        assert!(finding.remedy.as_ref().unwrap().contains(remedy), "{finding:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_amiss_with_the_number_is_found_and_connecting_mends_it() {
    let (desk, around) = sound().await;
    let as_it_should_be = around.number.lock().unwrap().clone();
    for (key, value, status, what) in [
        (
            "voice_url",
            "https://old.example/voice",
            CheckStatus::Fault,
            "no number of the account points at this server",
        ),
        (
            "status_callback",
            "",
            CheckStatus::Fault,
            "does not report the end of calls to this server (nothing is set)",
        ),
        ("voice_fallback_url", "", CheckStatus::Warning, "has no fallback"),
        ("voice_method", "GET", CheckStatus::Fault, "sends GET requests"),
        ("voice_application_sid", "AP1", CheckStatus::Fault, "is routed by AP1"),
    ] {
        *around.number.lock().unwrap() = as_it_should_be.clone();
        around.set(key, value);
        let found = amiss(&desk, &around, AS_USUAL).await;
        let [finding] = found.as_slice() else { panic!("{key}: {found:#?}") };
        assert!(finding.status == status && finding.what.contains(what), "{finding:#?}");
        assert!(
            finding.remedy.as_ref().unwrap().contains("frontdesk connect --number +15556667777"),
            "{finding:#?}"
        );
        let account = outside(&config(&desk, &around, AS_USUAL)).unwrap().unwrap().account;
        let line = account.numbers().await.unwrap().numbers.remove(0);
        let made = account.set_number(&line, &account.ours()).await.unwrap();
        assert_eq!(made.settings, account.ours());
        assert_eq!(amiss(&desk, &around, AS_USUAL).await, [], "{key} is corrected");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_runs_by_another_configuration_is_noticed() {
    let (desk, around) = sound().await;
    let other = around.public_url.replace("127.0.0.1", "localhost");
    let found = amiss(&desk, &around, ("public_url", &other)).await;
    let finding = found.iter().find(|f| f.check == "way_in.signed").unwrap();
    assert!(finding.what.contains("expects http://127.0.0.1"), "{finding:#?}");
    // A sender without the token learns nothing, signed or not.
    let form = [("AccountSid", ACCOUNT), ("Nonce", "1"), ("Proof", "00")];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let other_server = desk.http.post(format!("{}/twilio/probe", desk.url)).body(body);
    let other_server =
        other_server.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!((other_server.status().as_u16(), other_server.text().await.unwrap()), (403, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_page_shows_the_last_findings() {
    let (desk, around) = sound().await;
    around.is(Misconfiguration::OpenMedia);
    let config = config(&desk, &around, AS_USUAL);
    let diagnostic_report = diagnostics(&config).await.unwrap().examine().await;
    keep(&config, &diagnostic_report).await;
    let operations_log = SqlOperationsLog::new(open_database(&config.database_url).await.unwrap());
    assert_eq!(
        operations_log.diagnostic_report().await.unwrap().unwrap().findings,
        diagnostic_report.findings
    );
    let signed_in = plain_cookie(&sign_in(&desk, "admin", PASSWORD).await);
    let page = get(&desk, "/settings", &signed_in).await.text().await.unwrap();
    assert!(page.contains("HTTP Basic Authentication"), "{page}");
}
