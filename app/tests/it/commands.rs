//! The commands other than `serve`: what they refuse, and what a script reads.
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::harness::{CALLER, Desk};
use adapters_simulator::tone;

/// Runs the binary in a folder, with only these settings.
fn run(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_clear();
    command.envs(settings.iter().copied()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

const COMMANDS: [&[&str]; 22] = [
    &["doctor"],
    &["connect"],
    &["reload"],
    &["close", "--until", "2h"],
    &["open"],
    &["block", "+33612345678"],
    &["unblock", "+33612345678"],
    &["notify", "list"],
    &["notify", "replay"],
    &["notify", "test", "office"],
    &["user", "list"],
    &["user", "add", "ann"],
    &["token", "list"],
    &["token", "create", "--name", "crm"],
    &["reconcile"],
    &["export"],
    &["rederive", "--check"],
    &["backup", "copy"],
    &["restore", "copy"],
    &["purge", "--older-than", "30d", "--yes"],
    &["erase", "--number", "+33612345678", "--yes"],
    &["fallback-twiml"],
];

#[test]
fn a_command_in_a_folder_that_is_not_frontdesks_refuses_and_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in COMMANDS {
        let output = run(folder.path(), arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("neither a configuration nor a database"), "{arguments:?}");
        assert!(is_empty(folder.path()), "{arguments:?}");
    }
}

#[test]
fn without_a_database_commands_about_calls_refuse_and_a_user_can_be_added() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("FRONTDESK__FORWARD_TO", "+33611223344")];
    for arguments in COMMANDS {
        let creates = matches!(
            arguments,
            ["doctor" | "connect" | "reload" | "restore" | "fallback-twiml", ..]
                | ["user", "add", _]
                | ["token", "create", ..]
                | ["notify", "test", _]
        );
        if !creates {
            let output = run(folder.path(), arguments, &settings);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
            assert!(said(&output).contains("does not exist yet"), "{arguments:?}: {}", said(&output));
            assert!(is_empty(folder.path()), "{arguments:?}");
        }
    }
    let token = run(folder.path(), &["token", "create", "--name", "crm", "--scope", "work"], &settings);
    assert!(token.status.success() && said(&token).starts_with("fd_"), "{}", said(&token));
    let listed = run(folder.path(), &["token", "list", "--json"], &settings);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(
        (&listed["tokens"][0]["name"], &listed["tokens"][0]["scopes"][0]),
        (&"crm".into(), &"work".into())
    );
}

#[tokio::test]
async fn health_is_that_of_the_running_server() {
    let desk = Desk::start().await;
    let folder = tempfile::tempdir().unwrap();
    let url = desk.url.clone();
    let health = |url: String| {
        let folder = folder.path().to_owned();
        tokio::task::spawn_blocking(move || run(&folder, &["health", "--url", &url], &[]))
    };
    let output = health(url).await.unwrap();
    assert!(output.status.success() && said(&output).contains("ready"), "{}", said(&output));
    let output = health("http://127.0.0.1:9".into()).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no answer from http://127.0.0.1:9/readyz"), "{}", said(&output));
}

#[tokio::test]
async fn erase_says_what_it_found_before_it_deletes() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(1)).place().await;
    desk.call().presses("1").place().await;
    let database = format!("sqlite://{}", desk.folder.path().join("frontdesk.db").display());
    let folder = desk.folder.path().to_owned();
    let settings = [("FRONTDESK__DATABASE__URL", database.as_str())];
    // Without a terminal, the command cannot ask for confirmation.
    let asked = run(&folder, &["erase", "--number", CALLER], &settings);
    assert_eq!(asked.status.code(), Some(2));
    assert!(said(&asked).contains("found: 2 calls, 1 voicemail, from 2026-"), "{}", said(&asked));
    assert_eq!(desk.calls().await.len(), 2, "nothing was deleted");
}
