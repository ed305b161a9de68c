//! Broken flows: each is refused at the line that ends in `# here`, with a message that says what is wrong.
use frontdesk_domain::flow::FlowSettings;
use frontdesk_domain::read_flow;

use crate::flow_files::read;

/// A valid flow, in which each test breaks one thing.
const VALID: &str = r#"
[flow]
company = "Test"
start = "hours office"
countries = ["+33"]
[flow.numbers]
"+33140000000" = "hours office"
[[flow.callers]]
callers = ["+3389*"]
then = "reject"
[flow.hours.office]
timezone = "Europe/Paris"
week.mon-fri = "09:00-18:00"
holidays = ["12-25"]
open = "menu main"
closed = "mailbox main"
[flow.menus.main]
prompt = "Press 1, or 2 for sales."
keys.1 = { label = "Team", then = "forward team" }
keys.2 = "menu sales"
[flow.menus.sales]
prompt = "Press 1."
keys.1 = "forward team"
keys."*" = "back"
[flow.forwards.team]
to = ["+33611223344", "+33611223355"]
otherwise = "mailbox main"
[flow.mailboxes.main]
max_length = "2m"
"#;

/// Replaces one text of the valid flow; returns the new text, the marked line, and every finding with its line.
fn broken(was: &str, is: &str) -> (String, usize, Vec<(usize, String)>) {
    assert!(VALID.contains(was), "{was} is not in the valid flow");
    let text = VALID.replacen(was, is, 1);
    let marked = text.lines().position(|line| line.ends_with("# here")).map_or(0, |line| line + 1);
    let findings = read(&text).map(|_| ()).expect_err(is).0;
    (text, marked, findings.into_iter().map(|finding| (finding.line, finding.message)).collect())
}

fn assert_refused(was: &str, is: &str, why: &str) {
    let (text, line, findings) = broken(was, is);
    assert!(
        findings.iter().any(|(at, message)| *at == line && message.contains(why)),
        "expected {why:?} at line {line}, got {findings:#?} in\n{text}"
    );
}

#[test]
fn the_base_flow_is_valid() {
    assert!(read(VALID).is_ok(), "{}", read(VALID).unwrap_err());
}

#[test]
fn unknown_targets_are_refused_at_their_line() {
    for (was, is, why) in [
        (
            r#"start = "hours office""#,
            r#"start = "hours offcie" # here"#,
            "hours offcie, which does not exist",
        ),
        (r#"keys.2 = "menu sales""#, "keys.2 = \"menu sale\" # here", "menu sale, which does not exist"),
        (
            r#"closed = "mailbox main""#,
            r#"closed = "goodbye late" # here"#,
            "goodbye late, which does not exist",
        ),
        (
            r#"otherwise = "mailbox main""#,
            r#"otherwise = "mailbox mian" # here"#,
            "mailbox mian, which does not exist",
        ),
        (
            r#""+33140000000" = "hours office""#,
            r#""+33140000000" = "menu front" # here"#,
            "menu front, which does not exist",
        ),
        (r#"then = "reject""#, r#"then = "mailbox spam" # here"#, "mailbox spam, which does not exist"),
    ] {
        assert_refused(was, is, why);
    }
}

#[test]
fn flows_that_trap_or_lose_callers_are_refused() {
    for (was, is, why) in [
        // A caller without input never reaches an end.
        (
            "[flow.menus.sales]\nprompt = \"Press 1.\"",
            "[flow.menus.sales]\nprompt = \"Press 1.\"\nno_input = { then = \"menu sales\" } # here",
            "is trapped",
        ),
        (r#"otherwise = "mailbox main""#, r#"otherwise = "forward team" # here"#, "is trapped"),
        (
            "[flow.mailboxes.main]",
            "[flow.mailboxes.attic] # here\n[flow.mailboxes.main]",
            "no caller can get here",
        ),
        (
            "[flow.mailboxes.main]",
            "[flow.goodbyes.late] # here\nprompt = \"Bye.\"\n[flow.mailboxes.main]",
            "no caller can get here",
        ),
        (
            r#"keys.2 = "menu sales""#,
            "keys.2 = \"menu sales\"\nkeys.\"*\" = \"back\" # here",
            "no menu leads here",
        ),
        ("to = [\"+33611223344\", \"+33611223355\"]", "ring = 20", "the forward has no phones"),
        (r#"week.mon-fri = "09:00-18:00""#, "", "it never opens"),
    ] {
        if is.contains("# here") {
            assert_refused(was, is, why);
        } else {
            let (text, _, findings) = broken(was, is);
            assert!(
                findings.iter().any(|(line, message)| *line > 1 && message.contains(why)),
                "{findings:?} in {text}"
            );
        }
    }
}

#[test]
fn too_many_steps_without_input_are_refused() {
    let menus: Vec<String> = (1..9)
        .map(|n| {
            let next = if n == 8 { "mailbox main".to_owned() } else { format!("menu m{}", n + 1) };
            let menu = format!("[flow.menus.m{n}]\nprompt = \"x\"\nkeys.1 = \"forward team\"\n");
            menu + &format!("no_input = {{ tries = 9, then = \"{next}\" }}\n")
        })
        .collect();
    let text = VALID.replace("keys.2 = \"menu sales\"", "keys.2 = \"menu sales\"\nkeys.3 = \"menu m1\"")
        + &menus.concat();
    let findings = read(&text).unwrap_err();
    assert!(findings.to_string().contains("73 steps to an end; a call has at most 60"), "{findings}");
}

#[test]
fn forbidden_destinations_are_refused() {
    for (number, why) in [
        ("+33140000000", "is one of the company's own numbers"),
        ("+33112", "is a short number"),
        ("+33899123456", "premium-rate"),
        ("+44770090010", "none of the allowed prefixes"),
        ("0611223344", "starts with +"),
        ("+33611223355", "is listed twice"),
    ] {
        let to = format!("to = [\n\"+33611223355\",\n\"{number}\", # here\n]");
        assert_refused("to = [\"+33611223344\", \"+33611223355\"]", &to, why);
    }
}

#[test]
fn groups_beyond_carrier_limits_are_refused() {
    let many: Vec<String> = (10..21).map(|n| format!("\"+336112233{n}\"")).collect();
    let to = format!("strategy = \"simultaneous\"\nto = [{}] # here", many.join(", "));
    assert_refused("to = [\"+33611223344\", \"+33611223355\"]", &to, "11 phones would ring at once");
    let to = "strategy = \"simultaneous\"\nto = [\"+33611223344\", { number = \"+33611223355\", ring = 30 }] # here";
    assert_refused("to = [\"+33611223344\", \"+33611223355\"]", to, "must ring for the same time");
    let to = "strategy = \"parallel\" # here\nto = \"+33611223344\"";
    assert_refused(
        "to = [\"+33611223344\", \"+33611223355\"]",
        to,
        "use sequential, simultaneous or round_robin",
    );
}

#[test]
fn keys_that_mean_nothing_or_two_things_are_refused() {
    for (was, is, why) in [
        (r#"keys.2 = "menu sales""#, "keys.1 = \"menu sales\" # here", "duplicate key"),
        (r#"keys.2 = "menu sales""#, "keys.a = \"menu sales\" # here", "'a' is not a telephone key"),
        (r#"keys.2 = "menu sales""#, "keys.22 = \"menu sales\" # here", "is not one key"),
        (r#"keys.2 = "menu sales""#, "keys.2 = \"sales\" # here", "is not a target"),
        (r#"keys.2 = "menu sales""#, "keys.2 = { label = \"Sales\" } # here", "then is missing"),
        (
            r#"keys.2 = "menu sales""#,
            "keys.2 = \"menu sales\"\nextensions.1 = \"menu sales\" # here",
            "cannot be an extension",
        ),
        (
            r#"keys.2 = "menu sales""#,
            "keys.2 = \"menu sales\"\nextensions.12 = \"menu sales\"\nkeys.\"#\" = \"repeat\" # here",
            "# ends an extension",
        ),
        ("otherwise =", "screening = { accept = \"2\" } # here\notherwise =", "2 is assigned twice"),
        (
            "max_length = \"2m\"",
            "max_length = \"2m\"\nconfirm = { again = \"1\" } # here",
            "1 is assigned twice",
        ),
    ] {
        assert_refused(was, is, why);
    }
    let (_, _, findings) = broken("keys.1 = \"forward team\"\nkeys.\"*\" = \"back\"", "");
    assert!(findings.iter().any(|(_, message)| message.contains("the menu has no keys")), "{findings:?}");
}

#[test]
fn prompts_that_say_nothing_or_too_much_are_refused() {
    let long = "x".repeat(4097);
    for (is, why) in [
        (r#"prompt = "  " # here"#.to_owned(), "would hear silence"),
        (format!("prompt = \"{long}\" # here"), "4097 characters"),
        ("prompt = 5 # here".to_owned(), "is not a valid prompt"),
        ("prompt = { fr_FR = \"x\" } # here".to_owned(), "is not a valid language"),
        ("prompt = [\"x\"] # here".to_owned(), "use { language"),
    ] {
        assert_refused(r#"prompt = "Press 1, or 2 for sales.""#, &is, why);
    }
    let (_, _, findings) = broken(r#"prompt = "Press 1, or 2 for sales.""#, "");
    assert!(findings.iter().any(|(_, message)| message.contains("prompt is missing")), "{findings:?}");
    // Callers who choose a language must hear all prompts in it.
    let (_, _, findings) = broken(
        r#"keys.2 = "menu sales""#,
        r#"keys.2 = { label = "Sales", language = "fr-FR", then = "menu sales" }"#,
    );
    let missing = findings.iter().filter(|(_, message)| message.contains("not written in fr-FR")).count();
    assert_eq!(missing, 2, "the questions of both menus, but no built-in phrase: {findings:?}");
    let (_, _, findings) = broken("company =", "language = \"de-DE\"\ncompany =");
    assert!(
        findings.iter().any(|(_, message)| message.contains("greeting is missing; write the text in de-DE")),
        "{findings:?}"
    );
}

#[test]
fn invalid_hours_are_refused() {
    for (was, is, why) in [
        (
            r#"week.mon-fri = "09:00-18:00""#,
            r#"week.mon-fri = "9-18" # here"#,
            "is not a valid range of hours",
        ),
        (r#"week.mon-fri = "09:00-18:00""#, r#"week.mon-fry = "09:00-18:00" # here"#, "is not a valid day"),
        (r#"holidays = ["12-25"]"#, r#"holidays = ["25.12."] # here"#, "is not a valid day"),
        (r#"holidays = ["12-25"]"#, r#"dates.2026-02-29 = "closed" # here"#, "is not a valid day"),
        (r#"holidays = ["12-25"]"#, r#"holidays_from = "bank.ics" # here"#, "cannot be read here"),
        (r#"holidays = ["12-25"]"#, r#"skip_timed_events = "yes" # here"#, "true or false"),
        (r#"timezone = "Europe/Paris""#, r#"timezone = "Europe/Pari" # here"#, "is not an IANA time zone"),
    ] {
        assert_refused(was, is, why);
    }
}

#[test]
fn times_and_counts_outside_their_bounds_are_refused() {
    for (was, is, why) in [
        ("max_length = \"2m\"", "max_length = \"5h\" # here", "18000 s; use 2 to 3600 s"),
        ("max_length = \"2m\"", "max_length = \"2 minutes\" # here", "is not a duration"),
        (
            "max_length = \"2m\"",
            "max_length = \"10s\"\nmin_length = \"10s\" # here",
            "min_length must be shorter",
        ),
        ("max_length = \"2m\"", "transcribe = true # here", "at most 120 s"),
        (
            "max_length = \"2m\"",
            "transcribe = \"perhaps\" # here",
            "transcribe is false, \"carrier\" or \"here\"",
        ),
        ("otherwise =", "ring = 3\notherwise =", "ring is 3 s; use 5 to 600 s"),
        ("keys.2 = \"menu sales\"", "keys.2 = \"menu sales\"\ntimeout = 0 # here", "timeout is 0 s"),
        (
            "keys.2 = \"menu sales\"",
            "keys.2 = \"menu sales\"\nno_match = { tries = 10 } # here",
            "10 tries is out of range",
        ),
        (
            "keys.2 = \"menu sales\"",
            "keys.2 = \"menu sales\"\ninterruptible = \"no\" # here",
            "use true or false",
        ),
    ] {
        let (text, line, findings) = broken(was, is);
        assert!(
            findings.iter().any(|(at, message)| (line == 0 || *at == line) && message.contains(why)),
            "{why}: {findings:?} in\n{text}"
        );
    }
}

#[test]
fn unknown_keys_name_the_nearest() {
    for (was, is, why) in [
        ("company =", "compny = \"x\" # here\ncompany =", "did you mean company?"),
        ("otherwise =", "otherwize = \"mailbox main\" # here\notherwise =", "did you mean otherwise?"),
        (r#"label = "Team", then"#, r#"lable = "Team", then"#, "did you mean label?"),
        ("[flow.forwards.team]", "[flow.forwards.Team]", "cannot be a name"),
        (r#"callers = ["+3389*"]"#, r#"callers = ["0899*"] # here"#, "is not a valid caller pattern"),
        (r#"callers = ["+3389*"]"#, "callers = [] # here", "the rule has no callers"),
        (r#"countries = ["+33"]"#, r#"countries = ["FR"] # here"#, "is not a number prefix"),
    ] {
        let (text, line, findings) = broken(was, is);
        assert!(
            findings.iter().any(|(at, message)| (line == 0 || *at == line) && message.contains(why)),
            "{why}: {findings:?} in\n{text}"
        );
    }
}

#[test]
fn everything_that_is_wrong_is_found_at_once() {
    let text = VALID
        .replace("timeout", "x")
        .replace("max_length = \"2m\"", "max_length = true\nbeep = 1\nsilence = \"soon\"");
    assert_eq!(read(&text).unwrap_err().0.len(), 3);
}

#[test]
fn an_audio_file_that_cannot_be_played_is_refused_wherever_a_prompt_names_it() {
    let unplayable = |file: &str| Err(format!("{file} cannot be played"));
    let settings = FlowSettings { table: "flow", audio: &unplayable, ..FlowSettings::default() };
    for prompt in [
        r#"prompt = { file = "menu.wav" } # here"#,
        r#"prompt = { en-GB = { file = "menu.wav" } } # here"#,
        r#"prompt = [{ text = "Press 1." }, { language = "fr-FR", file = "menu.wav" }] # here"#,
    ] {
        let text = VALID.replacen(r#"prompt = "Press 1, or 2 for sales.""#, prompt, 1);
        let findings = read_flow(&text, &settings).expect_err(prompt).0;
        let marked = text.lines().position(|line| line.ends_with("# here")).expect("a marked line") + 1;
        let found = findings
            .iter()
            .any(|finding| finding.line == marked && finding.message == "menu.wav cannot be played");
        assert!(found, "{prompt}: {findings:#?}");
        assert!(read(&text).is_ok(), "{prompt}: valid if the file can be played");
    }
}
