//! Input from files of this machine, and from audio players (`Range`).
use adapters_http::range;
use adapters_spool::{read_lines, write_line};
use frontdesk::config::{Config, Needs, Settings};
use frontdesk_domain::call::DialOutcome;
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::flow::FlowSettings;
use frontdesk_domain::{Context, Dialogue, Instruction, LegId, Signal, advance, read_flow};

/// A configuration file: errors with their keys, or settings; never a panic.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Keys with this ending would read other files.
    if text.contains("_file") {
        return;
    }
    if let Err(errors) = Config::from_settings(Settings::of_text("frontdesk.toml", text), Needs::Production) {
        assert!(!errors.0.is_empty(), "refused without a reason");
        for error in errors.0 {
            assert!(!error.what.is_empty() && !error.key.is_empty(), "{error:?}");
        }
    }
}

/// A flow: findings with their positions, or a flow in which a call without any input ends.
pub fn flow(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let flow = match read_flow(text, &FlowSettings { table: "flow", ..FlowSettings::default() }) {
        Ok(flow) => flow,
        Err(findings) => {
            assert!(!findings.0.is_empty(), "refused without a reason");
            let lines = text.matches('\n').count() + 1;
            for finding in findings.0 {
                assert!(!finding.message.is_empty() && (1..=lines).contains(&finding.line), "{finding:?}");
                assert!(text.get(finding.span.clone()).is_some(), "the span is in the text: {finding:?}");
            }
            return;
        }
    };
    let leg = LegId::new("fuzz", "call").expect("a leg");
    let cx = Context::new(leg, "2026-11-25T09:00:00Z".parse().expect("a time"));
    let (mut at, mut signal) = (Dialogue::Start, Signal::Arrived);
    for _ in 0..100 {
        let turn = advance(&flow, &at, &signal, &cx);
        let next = turn.instructions.into_iter().find_map(|instruction| match instruction {
            Instruction::Gather { then, .. } => Some((then, Signal::NoInput)),
            Instruction::Dial { then, .. } => {
                let outcome = DialOutcome::NoAnswer;
                Some((
                    then,
                    Signal::DialEnded(DialResult { outcome, leg: None, bridged: None, seconds: None }),
                ))
            }
            _ => None,
        });
        match next {
            Some(next) => (at, signal) = next,
            None => return,
        }
    }
    panic!("a call without any input does not end");
}

/// A spool file: each line is an event, is set aside, or is the torn last one. Events survive being written and read again.
pub fn spool(data: &[u8]) {
    let lines = read_lines(data);
    let breaks = data.split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(lines.events.len() + lines.unreadable.len(), breaks, "a line is neither read nor set aside");
    let rest = data.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    assert_eq!(lines.torn, rest.first().is_some_and(|byte| *byte != 0));
    let mut again = Vec::new();
    for event in &lines.events {
        write_line(event, &mut again).expect("an event that was read can be written");
    }
    assert_eq!(read_lines(&again).events, lines.events);
}

/// A `Range` header.
pub fn range(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some((first, last)) = range::parse(Some(text)) {
        assert!(first.is_some() || last.is_some());
        assert!(first.zip(last).is_none_or(|(first, last)| first <= last), "backwards: {text}");
    }
}
