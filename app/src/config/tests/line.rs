//! Settings of a SIP line, alone and in addition to a hosted carrier.
use super::*;

/// Settings of a SIP line alone.
const LINE: &str = r#"
forward_to = "+33611223344"
[sip]
listen = "192.0.2.1:5060"
peers = ["192.0.2.0/24", "198.51.100.7"]
[sip.routes]
"+33611223344" = "sip:bob@192.0.2.9"
"#;

#[test]
fn a_sip_line_needs_no_account_and_no_public_url() {
    let config = load(LINE, &[], Needs::Production).unwrap();
    let line = config.sip.unwrap().line;
    assert!(config.public_url.is_none() && config.account.is_none());
    assert_eq!((line.address.to_string().as_str(), line.peers.len(), line.max_calls), ("192.0.2.1", 2, 40));
    assert!(line.routes.address(&"+33611223344".parse().unwrap()).is_some());
    // An incomplete account is an error, even with a SIP line.
    let half = load(LINE, &[("FRONTDESK__TWILIO__AUTH_TOKEN", "x")], Needs::Production).unwrap_err();
    assert_eq!(half.len(), 2, "{half:?}");
}

#[test]
fn a_line_rings_extensions_and_addresses() {
    let named = |phones: &str| LINE.replacen("\"+33611223344\"\n[sip]", &format!("{phones}\n[sip]"), 1);
    let rings = |text: &str| {
        let config = load(text, &[], Needs::Production).unwrap();
        let plan = config.sip.unwrap().line.routes;
        let flow = builtin_flow(&config.builtin).unwrap();
        flow.phones().filter(|phone| plan.address(phone).is_some()).count()
    };
    let text = named("[\"101\", \"sip:ann@192.0.2.20\"]") + "101 = \"sip:101@192.0.2.21\"\n";
    assert_eq!(rings(&text), 2);
    // An extension needs a route of its own: the trunk does not ring it.
    let unrouted =
        load(&(named("\"101\"") + "\"*\" = \"sip:{number}@trunk.example\"\n"), &[], Needs::Production);
    let errors = unrouted.unwrap_err();
    assert!(
        errors.len() == 1 && errors[0].contains("no route names 101, which the flow rings"),
        "{errors:?}"
    );
    // With a hosted carrier, the flow may only ring what both can ring.
    let account = [
        ("FRONTDESK__TWILIO__ACCOUNT_SID", "AC00000000000000000000000000000001"),
        ("FRONTDESK__TWILIO__AUTH_TOKEN", "an auth token of some length"),
        ("FRONTDESK__PUBLIC_URL", "https://desk.example.com"),
    ];
    let errors = load(&text, &account, Needs::Production).unwrap_err();
    assert!(errors.len() == 1 && errors[0].contains("only a SIP line rings extensions"), "{errors:?}");
}

#[test]
fn a_line_dials_no_digits_after_a_number() {
    let flow = "[flow]\ncompany = \"Example\"\nstart = \"forward team\"\n[flow.forwards.team]\nto = { number = \"+33611223344\", digits = \"w1\" }\n[flow.mailboxes.main]\n";
    let line = LINE.replacen("forward_to = \"+33611223344\"\n", "", 1);
    let errors = load(&(line + flow), &[], Needs::Production).unwrap_err().join("\n");
    assert!(errors.contains("cannot dial w1 once the phone is picked up"), "{errors}");
    assert!(load(flow, &[], Needs::Nothing).is_ok(), "a hosted carrier does");
}

#[test]
fn a_line_has_no_limits_of_a_hosted_carrier() {
    let flow = r#"
        [flow]
        company = "Example"
        start = "forward team"
        [flow.forwards.team]
        strategy = "simultaneous"
        to = ["+33611223344", { number = "101", ring = "8s" }]
        otherwise = "mailbox main"
        [flow.mailboxes.main]
    "#;
    let line = LINE.replacen("forward_to = \"+33611223344\"\n", "", 1);
    let text = line + "101 = \"sip:101@192.0.2.21\"\n" + flow;
    assert_eq!(load(&text, &[], Needs::Production).unwrap().flow.unwrap().flow.phones().count(), 2);
    let hosted = [
        ("FRONTDESK__TWILIO__ACCOUNT_SID", "AC00000000000000000000000000000001"),
        ("FRONTDESK__TWILIO__AUTH_TOKEN", "an auth token of some length"),
        ("FRONTDESK__PUBLIC_URL", "https://desk.example.com"),
    ];
    let errors = load(&text, &hosted, Needs::Production).unwrap_err().join("\n");
    assert!(
        errors.contains("must ring for the same time")
            && errors.contains("101 cannot be rung by the carrier"),
        "{errors}"
    );
}

#[test]
fn passwords_of_callers_come_from_files_and_are_long() {
    use secrecy::ExposeSecret;
    let secret = file("a-good-pass-phrase\n");
    let users = format!("[sip.users]\n\"101_file\" = \"{}\"\n\"102\" = \"short\"\n", secret.path().display());
    let errors = load(&(LINE.to_owned() + &users), &[], Needs::Production).unwrap_err();
    assert!(
        errors.len() == 1 && errors[0].contains("sip.users.102: use at least 16 characters"),
        "{errors:?}"
    );
    let users = users.replace("\"102\" = \"short\"\n", "");
    let line = load(&(LINE.to_owned() + &users), &[], Needs::Production).unwrap().sip.unwrap().line;
    let known: Vec<_> = line.users.iter().map(|(name, word)| (name.as_str(), word.expose_secret())).collect();
    assert_eq!(known, [("101", "a-good-pass-phrase")]);
}

#[test]
fn a_trunk_rings_what_no_route_names() {
    let text =
        LINE.replace(r#""+33611223344" = "sip:bob@192.0.2.9""#, r#""+32*" = "sip:{number}@192.0.2.10""#);
    let unrouted = load(&text, &[], Needs::Production).unwrap_err();
    assert!(unrouted[0].contains("no route names +33611223344"), "{unrouted:?}");
    let trunk = [
        ("FRONTDESK__SIP__REGISTRAR", "sip:trunk.example"),
        ("FRONTDESK__SIP__USERNAME", "desk"),
        ("FRONTDESK__SIP__PASSWORD", "open-sesame"),
    ];
    let line = load(&text, &trunk, Needs::Production).unwrap().sip.unwrap().line;
    let address = line.routes.address(&"+33611223344".parse().unwrap()).unwrap();
    assert_eq!(address.host(), "trunk.example");
    assert!(!format!("{line:?}").contains("open-sesame"));
}

#[test]
fn mistakes_about_a_sip_line_are_all_reported() {
    for (from, to, what) in [
        ("listen = \"192.0.2.1:5060\"", "", "sip.listen: not set"),
        ("192.0.2.1:5060", "0.0.0.0:5060", "sip.address: not set"),
        ("192.0.2.1:5060", "desk:5060", "sip.listen: use an address and a port"),
        ("peers = [\"192.0.2.0/24\", \"198.51.100.7\"]", "", "sip.peers: not set"),
        ("\"198.51.100.7\"", "\"0.0.0.0/0\"", "sip.peers: anybody could call"),
        ("\"198.51.100.7\"", "\"pbx\"", "sip.peers: \"pbx\" is not a valid network"),
        ("sip:bob@192.0.2.9", "bob", "sip.routes.+33611223344: \"bob\" is not a SIP address"),
        ("\"+33611223344\" = \"sip", "\"+33-6\" = \"sip", "neither a number"),
        ("[sip.routes]", "audio_ports = \"1-2\"\n[sip.routes]", "sip.audio_ports: use a range"),
        ("[sip.routes]", "voice = [\"espeak-ng\"]\n[sip.routes]", "sip.voice: no argument contains {file}"),
        ("[sip.routes]", "registrar = \"sip:trunk.example\"\n[sip.routes]", "sip.username: not set"),
        ("[sip.routes]", "max_calls = 0\n[sip.routes]", "sip.max_calls: use a whole number"),
        ("[sip.routes]", "lines = 2\n[sip.routes]", "sip.lines: there is no such key"),
    ] {
        let errors = load(&LINE.replace(from, to), &[], Needs::Production).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(what)), "{what}: {errors:?}");
    }
}
