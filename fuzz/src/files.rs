//! What is read from this machine's own files, and from people's players.

use adapters_http::range;
use adapters_spool::{read_lines, write_line};
use frontdesk::config::{Config, Needs, Settings};

/// A configuration file: an error with its place, or settings; never a panic.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Would be read.
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

/// A file of the spool: each line is an event, or set aside, or the torn last one. What was read reads the same again.
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
