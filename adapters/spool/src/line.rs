//! One event as one line: format version, CRC-32 of the document, the document.
//!
//! `1 89abcdef {"event":{…},"raw":[4,"CA…"]}`
use frontdesk_ports::LoggedEvent;

const VERSION: &[u8] = b"1";

/// The content of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The events of its valid lines.
    pub events: Vec<LoggedEvent>,
    /// Complete lines that cannot be read: damaged, or of an unknown version.
    pub unreadable: Vec<Vec<u8>>,
    /// Whether the file ends within a line: a write that a crash interrupted and that was never acknowledged.
    pub torn: bool,
}

/// Appends an event as a line, with its line break.
pub fn write_line(logged: &LoggedEvent, lines: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = lines.len();
    lines.extend_from_slice(b"1 00000000 ");
    let begins = lines.len();
    if let Err(error) = serde_json::to_writer(&mut *lines, logged) {
        lines.truncate(start);
        return Err(error);
    }
    let checksum = format!("{:08x}", crc32fast::hash(lines.get(begins..).unwrap_or_default()));
    if let Some(place) = lines.get_mut(start + 2..start + 10) {
        place.copy_from_slice(checksum.as_bytes());
    }
    lines.push(b'\n');
    Ok(())
}

/// Parses a file of any content. Zeros at the start of a line are preallocated space.
pub fn read_lines(bytes: &[u8]) -> Lines {
    let mut lines = Lines::default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\n") else {
            lines.torn = line.first().is_some_and(|first| *first != 0);
            break;
        };
        match read_line(line) {
            Some(event) => lines.events.push(event),
            None => lines.unreadable.push(line.to_vec()),
        }
    }
    lines
}

fn read_line(line: &[u8]) -> Option<LoggedEvent> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let (version, checksum, document) = (parts.next()?, parts.next()?, parts.next()?);
    let checksum = u32::from_str_radix(std::str::from_utf8(checksum).ok()?, 16).ok()?;
    if version != VERSION || checksum != crc32fast::hash(document) {
        return None;
    }
    serde_json::from_slice(document).ok()
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::{CallEvent, EventKind};
    use frontdesk_ports::RawParameters;
    use proptest::prelude::*;

    use super::*;

    fn logged(number: u16) -> LoggedEvent {
        let kind = EventKind::Menu { menu: "main".parse().unwrap(), step: number };
        let at = "2026-11-24T09:00:00Z".parse().unwrap();
        let raw = RawParameters([("Digits".into(), "1\n2".into())].into());
        LoggedEvent {
            event: CallEvent { call: "twilio:CA1".parse().unwrap(), at, kind, received_at: None },
            raw: Some(raw),
        }
    }

    fn file(events: u16) -> Vec<u8> {
        let mut lines = Vec::new();
        (0..events).for_each(|number| write_line(&logged(number), &mut lines).unwrap());
        lines
    }

    #[test]
    fn what_was_written_is_read() {
        let lines = read_lines(&file(3));
        assert_eq!(lines.events, [logged(0), logged(1), logged(2)]);
        assert!(lines.unreadable.is_empty() && !lines.torn);
    }

    #[test]
    fn a_torn_end_costs_only_the_line_that_was_being_written() {
        let whole = file(3);
        let last = file(2).len();
        for cut in 0..whole.len() {
            let lines = read_lines(&whole[..cut]);
            let complete = whole[..cut].split(|byte| *byte == b'\n').count() - 1;
            assert_eq!(lines.events.len(), complete);
            assert!(lines.unreadable.is_empty());
            assert!(cut <= last || lines.torn);
        }
    }

    #[test]
    fn room_that_was_not_used_is_no_line_and_a_torn_line_in_it_is_torn() {
        let mut bytes = file(2);
        bytes.resize(bytes.len() + 100, 0);
        let lines = read_lines(&bytes);
        assert_eq!((lines.events.len(), lines.unreadable.len(), lines.torn), (2, 0, false));
        let at = file(2).len();
        bytes[at..at + 10].copy_from_slice(&file(3)[at..at + 10]);
        let lines = read_lines(&bytes);
        assert_eq!((lines.events.len(), lines.unreadable.len(), lines.torn), (2, 0, true));
    }

    #[test]
    fn a_line_of_another_version_is_kept_for_inspection() {
        let mut bytes = file(2);
        bytes[0] = b'2';
        let lines = read_lines(&bytes);
        assert_eq!((lines.events.len(), lines.unreadable.len()), (1, 1));
    }

    proptest! {
        #[test]
        fn a_flipped_bit_never_makes_another_event(at in 0usize..1_000, bit in 0u8..8) {
            let mut bytes = file(3);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            for event in read_lines(&bytes).events {
                prop_assert!([logged(0), logged(1), logged(2)].contains(&event));
            }
        }
    }
}
