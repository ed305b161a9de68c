//! Valid and invalid settings.
#[cfg(feature = "sip")]
mod line;

use super::keys::KEYS;
use super::*;

fn environment(pairs: &[(&str, &str)]) -> Environment {
    let variables = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Environment { variables, ..Environment::default() }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().prefix("frontdesk").suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn load(text: &str, pairs: &[(&str, &str)], needs: Needs) -> Result<Config, Vec<String>> {
    let file = file(text);
    Config::load(Some(file.path()), &environment(pairs), needs).map_err(|errors| {
        let folder = format!("{}/", file.path().parent().unwrap().display());
        let name = file.path().file_name().unwrap().to_string_lossy().into_owned();
        errors.0.iter().map(|e| e.to_string().replace(&folder, "").replace(&name, "F")).collect()
    })
}

const GOOD: &str = r#"
public_url = "https://desk.example/"
forward_to = ["+33611223344", "+33611223355"]
timezone = "Europe/Paris"
screening = false
[twilio]
account_sid = "AC00000000000000000000000000000001"
auth_token = "from-file"
"#;

#[test]
fn a_file_with_the_settings_of_the_readme_is_enough() {
    let config = load(GOOD, &[], Needs::Production).unwrap();
    assert_eq!(config.public_url.unwrap().as_str(), "https://desk.example");
    assert_eq!(config.flow.unwrap().flow.numbers().count(), 2);
    assert_eq!(config.database_url, "sqlite://data/frontdesk.db");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
}

#[test]
fn the_environment_wins_and_secrets_come_from_files() {
    use secrecy::ExposeSecret;
    let secret = file("from-secret-file\n");
    let path = secret.path().display().to_string();
    let pairs = [
        ("FRONTDESK__LISTEN", "0.0.0.0:80"),
        ("FRONTDESK__TWILIO__AUTH_TOKEN_FILE", path.as_str()),
        ("FRONTDESK__FORWARD_TO", "+33611223344"),
        ("FRONTDESK__SCREENING", "true"),
        ("FRONTDESK_CONFIG", "ignored: a file was named"),
        ("PATH", "/bin"),
    ];
    let config = load(GOOD, &pairs, Needs::Production).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.account.unwrap().tokens[0].expose_secret(), "from-secret-file");
    assert_eq!(config.flow.unwrap().flow.numbers().count(), 1);
}

#[test]
fn crlf_and_bom_are_accepted_and_curly_quotes_are_reported() {
    let crlf = GOOD.replace('\n', "\r\n");
    for text in [crlf.clone(), format!("\u{feff}{GOOD}"), format!("\u{feff}{crlf}")] {
        let config = load(&text, &[], Needs::Production).unwrap();
        assert_eq!(config.account.unwrap().sid, "AC00000000000000000000000000000001");
    }
    let typeset = load("listen = \u{201c}127.0.0.1:80\u{201d}", &[], Needs::Nothing).unwrap_err();
    assert!(typeset[0].starts_with("F:1: syntax: "), "{typeset:?}");
    let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), utf16).unwrap();
    let errors = Config::load(Some(file.path()), &environment(&[]), Needs::Nothing).unwrap_err();
    assert!(
        errors.0[0].to_string().contains("UTF-8") || errors.0[0].to_string().contains("syntax"),
        "{errors:?}"
    );
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let pairs =
        [("FRONTDESK__LISTEN", ""), ("FRONTDESK__METRICS__LISTEN", ""), ("FRONTDESK__AUTH__API_TOKEN", "")];
    let config = load(GOOD, &pairs, Needs::Production).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert!(config.metrics_listen.is_none() && config.api_token.is_none());
}

#[test]
fn every_error_names_its_place_and_remedy() {
    let text = "listn = \"x\"\n\n[twilio]\naccount = \"AC\"\n";
    assert_eq!(
        load(text, &[("FRONTDESK__TWILIO__AUTH_TOKN", "x")], Needs::Nothing).unwrap_err(),
        [
            "F:1: listn: there is no such key; did you mean listen?",
            "F:4: twilio.account: there is no such key; did you mean twilio.account_sid?",
            "FRONTDESK__TWILIO__AUTH_TOKN: twilio.auth_tokn: there is no such key; did you mean twilio.auth_token?",
        ]
    );
    let text = "public_url = \"desk\"\nlisten = \"8080\"\nforward_to = [\"0611\"]\ntimezone = \"Paris\"\nscreening = \"perhaps\"\n[limits]\ntime_limit = \"4\"\n[twilio]\naccount_sid = \"x\"\nauth_token = 5\n";
    let errors = load(text, &[], Needs::Production).unwrap_err();
    for part in [
        "F:1: public_url: it is not a URL",
        "F:2: listen: use an address and a port",
        "F:9: twilio.account_sid: an account SID is AC and 32 characters",
        "F:10: twilio.auth_token: it is a number; use a text in quotes",
        "F:4: timezone: \"Paris\" is not an IANA time zone",
        "F:5: screening: use true or false",
        "F:7: limits.time_limit: \"4\" has no unit",
        "F:3: forward_to: \"0611\" is not a phone number in E.164 form",
    ] {
        assert!(errors.iter().any(|error| error.starts_with(part)), "{part} in {errors:?}");
    }
    assert_eq!(errors.len(), 8, "no problem is reported twice: {errors:?}");
}

#[test]
fn what_production_needs_is_named() {
    let errors = load("", &[], Needs::Production).unwrap_err();
    let keys: Vec<_> = errors.iter().map(|e| e.split(':').next().unwrap()).collect();
    assert_eq!(keys, ["public_url", "twilio.account_sid", "twilio.auth_token", "forward_to"]);
    assert!(load("", &[], Needs::Nothing).is_ok());
    let empty = load("forward_to = []", &[], Needs::Nothing).unwrap_err();
    assert!(empty[0].starts_with("F:1: forward_to: it is empty"), "{empty:?}");
}

#[test]
fn syntax_errors_and_missing_files_take_one_line() {
    let errors = load("a = \n", &[], Needs::Nothing).unwrap_err();
    assert!(errors[0].starts_with("F:1: syntax: "), "{errors:?}");
    let missing =
        Config::load(Some(Path::new("/nowhere.toml")), &Environment::default(), Needs::Nothing).unwrap_err();
    assert_eq!(missing.to_string().lines().count(), 1);
    assert!(missing.to_string().contains("/nowhere.toml: cannot be read"), "{missing}");
}

#[test]
fn logs_are_lines_for_people_or_objects_for_programs() {
    assert_eq!(load("log.format = \"json\"", &[], Needs::Nothing).unwrap().log_format, LogFormat::Json);
    let errors = load("[log]\nformat = \"xml\"\n", &[], Needs::Nothing).unwrap_err();
    assert_eq!(errors, ["F:2: log.format: use text or json"]);
}

#[test]
fn a_flow_is_in_the_file_or_in_a_file_it_names() {
    let flow = include_str!("../../../domain/examples/flows/plumber.toml");
    let config = load(flow, &[], Needs::Nothing).unwrap();
    assert_eq!(config.flow.unwrap().flow.company(), "Dupont Plumbing");

    let folder = tempfile::tempdir().unwrap();
    let alone = flow.replace("[flow]", "").replace("[flow.", "[");
    std::fs::write(folder.path().join("plumber.toml"), alone).unwrap();
    let main = folder.path().join("frontdesk.toml");
    std::fs::write(&main, "flow = \"plumber.toml\"\n").unwrap();
    let config = Config::load(Some(&main), &Environment::default(), Needs::Nothing).unwrap();
    assert_eq!(config.flow.unwrap().flow.company(), "Dupont Plumbing");
}

#[test]
fn a_flow_error_names_its_line() {
    let flow = include_str!("../../../domain/examples/flows/plumber.toml");
    let broken = flow.replace("forward mobile\" }", "forward mobil\" }");
    let errors = load(&broken, &[], Needs::Production).map(|_| ()).unwrap_err();
    let line = broken.lines().position(|line| line.contains("forward mobil\"")).unwrap() + 1;
    assert!(
        errors[0].starts_with(&format!("F:{line}: flow: menu main: leads to forward mobil")),
        "{errors:?}"
    );
    // Not reported a second time as a missing flow.
    assert!(!errors.iter().any(|error| error.contains("forward_to")), "{errors:?}");
    let both = format!("forward_to = \"+33611223344\"\n{flow}");
    let errors = load(&both, &[], Needs::Nothing).map(|_| ()).unwrap_err();
    assert!(errors[0].contains("forward_to: it is about the built-in flow"), "{errors:?}");
}

#[test]
fn recipients_are_read_and_missing_settings_are_named() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let good = format!(
        r#"
[smtp]
url = "smtps://user:hunter22@mail.example"
from = "Desk <desk@example.com>"
[notify.office]
email = ["ann@example.com", "Bob <bob@example.com>"]
outcomes = ["missed"]
language = "fr"
[notify.crm-2]
webhook = "https://crm.example/calls"
webhook_secret = "{secret}"
events = ["call.ended"]
"#
    );
    let config = load(&good, &[], Needs::Nothing).unwrap();
    let names: Vec<&str> = config.recipients.iter().map(|recipient| recipient.name.as_str()).collect();
    assert_eq!(names, ["crm-2", "office"]);
    let debug = format!("{config:?}");
    assert!(!debug.contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") && !debug.contains("hunter22"), "{debug}");
    for (bad, why) in [
        ("[notify.office]\nemail = \"ann@example.com\"\n", "smtp.url: not set"),
        ("[notify.office]\nemail = \"ann\"\n", "is not a valid e-mail address"),
        ("[notify.office]\noutcomes = [\"missed\"]\n", "use either email"),
        ("[notify.crm]\nwebhook = \"https://x\"\n", "notify.crm.webhook_secret: not set"),
        ("[notify.crm]\nwebhook = \"https://x\"\nwebhook_secret = \"word\"\n", "is not a webhook secret"),
        ("[notify.office]\nemails = \"a@b.c\"\n", "did you mean notify.*.email?"),
        ("[notify.office]\nemail = \"a@b.c\"\nevents = [\"call.rang\"]\n", "is none of: call.started"),
        ("[smtp]\nurl = \"http://x\"\nfrom = \"a@b.c\"\n", "smtp.url: it is not a mail server"),
    ] {
        let errors = load(bad, &[], Needs::Nothing).map(|_| ()).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(why)), "{why}: {errors:?}");
    }
    let plumber = include_str!("../../../domain/examples/flows/plumber.toml");
    let nobody = plumber.replace("min_length", "notify = [\"ofice\"]\nmin_length");
    let errors = load(&nobody, &[], Needs::Nothing).map(|_| ()).unwrap_err();
    assert!(errors[0].contains("there is no [notify.ofice]"), "{errors:?}");
}

#[test]
fn various_settings_are_validated() {
    let one = |text: &str, pairs: &[(&str, &str)]| load(text, pairs, Needs::Nothing).unwrap_err();
    assert_eq!(one("[bogus]\n", &[]), ["F:1: bogus: there is no such key; did you mean flow?"]);
    let limit = "forward_to = \"+33611223344\"\n[limits]\ntime_limit = \"0d\"\n";
    assert_eq!(one(limit, &[]), ["F:3: limits.time_limit: use 1s to 24h"]);
    let several = one(
        "bogus = 1\nforward_to = \"06\"\n[database]\nurl = \"mysql://x\"\n[recordings]\nurl = \"ftp://x\"\n",
        &[],
    );
    assert_eq!(several.len(), 4, "one mistake does not hide the others: {several:?}");
    let short = [("FRONTDESK__AUTH__ADMIN_PASSWORD", "short")];
    assert!(one("", &short)[0].ends_with("a password has 8 to 128 characters"));
    let spaced = load("public_url = \"https://desk.example\\n\"", &[], Needs::Nothing).unwrap();
    assert_eq!(spaced.public_url.unwrap().as_str(), "https://desk.example");
    assert!(!load("screening = false", &[], Needs::Nothing).unwrap().builtin.screening);
}

#[test]
fn a_mailbox_with_transcription_needs_a_command_with_the_audio_placeholder() {
    let flow = include_str!("../../../domain/examples/flows/plumber.toml")
        .replace("min_length = \"2s\"", "transcribe = \"here\"");
    let read = |more: &str| {
        let settings = Settings::of_text("frontdesk.toml", &format!("{more}\n{flow}"));
        Config::from_settings(settings, Needs::Nothing).map_err(|errors| errors.to_string())
    };
    let missing = read("").unwrap_err();
    assert!(missing.contains("set transcription.command"), "{missing}");
    let deaf = read("transcription.command = [\"whisper-cli\"]").unwrap_err();
    assert!(deaf.contains("no argument contains {file}"), "{deaf}");
    let config = read("transcription.command = [\"whisper-cli\", \"{file}\"]").unwrap();
    assert!(config.transcription.is_some());
}

#[test]
fn a_bucket_needs_its_key_and_a_folder_has_none() {
    let read = |text: &str| {
        let settings = Settings::of_text("frontdesk.toml", &format!("[recordings]\n{text}"));
        Config::from_settings(settings, Needs::Nothing)
            .map_err(|errors| errors.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    let keyless = read("url = \"s3://calls/messages\"").unwrap_err();
    assert!(
        keyless.contains("recordings.access_key_id") && keyless.contains("recordings.secret_access_key"),
        "{keyless}"
    );
    let folder = read("url = \"file://data\"\nendpoint = \"https://s3.example\"").unwrap_err();
    assert!(folder.contains("recordings.endpoint") && folder.contains("names none"), "{folder}");
    let key = "access_key_id = \"desk\"\nsecret_access_key = \"very secret\"";
    let config =
        read(&format!("url = \"s3://calls/messages\"\nendpoint = \"http://127.0.0.1:9000\"\n{key}")).unwrap();
    assert!(config.recordings.s3.is_some() && !format!("{config:?}").contains("very secret"));
}

#[test]
fn every_key_is_documented() {
    let documents =
        [include_str!("../../../docs/configuration.md"), include_str!("../../../docs/notifications.md")]
            .concat();
    for key in KEYS {
        let name = key.name.replace('*', "NAME");
        let last = name.rsplit('.').next().unwrap();
        let documented = documents.contains(&format!("`{name}`"))
            || (name.starts_with("notify.") && documents.contains(&format!("`{last}`")));
        assert!(documented, "{name} is in neither docs/configuration.md nor docs/notifications.md");
    }
}

#[test]
fn every_example_flow_is_used_as_it_is_by_naming_its_file() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/examples/flows");
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("frontdesk.toml");
    let mut used = 0;
    for example in std::fs::read_dir(examples).unwrap() {
        let example = example.unwrap().path();
        if example.extension().is_some_and(|ending| ending == "toml") {
            std::fs::write(&main, format!("flow = {:?}\n", example.display().to_string())).unwrap();
            let config = Config::load(Some(&main), &Environment::default(), Needs::Nothing).unwrap();
            assert!(config.flow.is_some(), "{}", example.display());
            used += 1;
        }
    }
    assert!(used >= 3, "{used} examples");
}

#[test]
fn a_standby_to_read_from_belongs_to_a_postgresql_database() {
    let with = |database: &str| load(&format!("{GOOD}[database]\n{database}"), &[], Needs::Production);
    let config = with("url = \"postgres://a,b/desk\"\nread_url = \"postgres://b/desk\"").unwrap();
    assert_eq!(config.database_read_url.as_deref(), Some("postgres://b/desk"));
    for (database, why) in [
        ("read_url = \"postgres://b/desk\"", "SQLite has no standby"),
        ("url = \"postgres://a/desk\"\nread_url = \"sqlite://b\"", "use postgres://"),
        ("url = \"postgres://a,b/desk?target_session_attrs=any\"", "target_session_attrs is read-write"),
        ("url = \"postgres://a:0,b/desk\"", "a port is not a number"),
    ] {
        let error = with(database).unwrap_err().join("\n");
        assert!(error.contains(why), "{database}: {error}");
    }
}

#[cfg(not(feature = "sip"))]
#[test]
fn a_build_without_a_sip_line_says_so() {
    let errors = load("[sip]\nlisten = \"192.0.2.1:5060\"\n", &[], Needs::Nothing).unwrap_err();
    assert!(errors[0].contains("cargo build --features sip"), "{errors:?}");
}

#[test]
fn a_carrier_that_speaks_as_twilio_does_has_its_own_address_ids_and_key() {
    let text = GOOD.replace("AC00000000000000000000000000000001", "7b981f74-cd14-4ea5-84e4-6d2f5a0b1f3e")
        + "api_url = \"https://space.signalwire.example/api/laml\"\n[carrier]\ndialect = \"signalwire\"\nsigning_key = \"k\"\n";
    let account = load(&text, &[], Needs::Production).unwrap().account.unwrap();
    assert_eq!((account.carrier.as_str(), account.keys().len()), ("signalwire", 1));
    let missing = load(
        &GOOD.replace("[twilio]", "[carrier]\ndialect = \"signalwire\"\n[twilio]"),
        &[],
        Needs::Production,
    );
    let missing = missing.unwrap_err();
    for what in ["a project id has 36 characters", "twilio.api_url: not set", "carrier.signing_key: not set"]
    {
        assert!(missing.iter().any(|error| error.contains(what)), "{what}: {missing:?}");
    }
    let unknown =
        load(&(GOOD.to_owned() + "[carrier]\ndialect = \"other\"\n"), &[], Needs::Production).unwrap_err();
    assert!(unknown[0].contains("twilio, signalwire"), "{unknown:?}");
}
