//! Keys as telephone events (RFC 4733): each press comes in several packets.
use frontdesk_domain::Key;

/// How late a packet of an earlier press can be, in samples: two seconds. A timestamp further back means that the source has
/// restarted, as after a transfer.
const LATEST: u32 = 8000 * 2;

/// Distinguishes presses by the time that all packets of one event share.
#[derive(Debug, Default)]
pub struct KeyEvents {
    /// The stream and the time of the last press.
    last: Option<(u32, u32)>,
}

impl KeyEvents {
    /// The key that was pressed; `None` for further packets of the same press.
    pub fn pressed(&mut self, source: u32, time: u32, event: u8) -> Option<Key> {
        // A packet of an earlier press may arrive late.
        let is_new = self.last.is_none_or(|(stream, last)| {
            stream != source || (time != last && last.wrapping_sub(time) > LATEST)
        });
        if !is_new {
            return None;
        }
        self.last = Some((source, time));
        // Section 3.2, table 3: 0 to 9, then * and #.
        let key = "0123456789*#".chars().nth(event.into())?;
        Key::try_from(key).ok()
    }
}

/// The key in the body of a SIP INFO request: `Signal=5` (application/dtmf-relay) or `5` (application/dtmf).
pub fn of_info(body: &str) -> Option<Key> {
    let signal = body.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then_some(value)
    });
    let text = signal.unwrap_or(body).trim();
    let key = match text {
        "10" => '*',
        "11" => '#',
        text => text.chars().next().filter(|_| text.chars().count() == 1)?,
    };
    Key::try_from(key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(packets: &[(u32, u8)]) -> String {
        let mut events = KeyEvents::default();
        packets
            .iter()
            .filter_map(|(time, event)| events.pressed(1, *time, *event))
            .map(|key| key.to_string())
            .collect()
    }

    #[test]
    fn each_press_counts_once_however_many_packets_it_has() {
        assert_eq!(keys(&[(160, 1), (160, 1), (160, 1), (800, 1), (800, 1), (960, 11)]), "11#");
        assert_eq!(keys(&[(800, 2), (160, 1), (800, 2)]), "2", "a late packet is not a new press");
        assert_eq!(keys(&[(u32::MAX - 10, 1), (150, 2)]), "12", "the timestamp wraps around");
        assert_eq!(keys(&[(1, 12), (2, 16), (3, 255)]), "", "A to D and a hook flash are ignored");
    }

    #[test]
    fn a_time_that_goes_back_begins_a_new_stream() {
        assert_eq!(keys(&[(1_000_000, 1), (500, 2), (500, 2), (1_300, 3)]), "123");
    }

    #[test]
    fn another_stream_may_begin_at_any_time() {
        let mut events = KeyEvents::default();
        assert!(events.pressed(1, u32::MAX / 2, 1).is_some());
        assert!(events.pressed(2, 160, 2).is_some());
        assert!(events.pressed(2, 160, 2).is_none());
    }

    #[test]
    fn keys_of_info_requests_come_in_both_forms() {
        for (body, key) in [
            ("Signal=5\r\nDuration=160", '5'),
            ("Signal = *", '*'),
            ("signal=11", '#'),
            ("7", '7'),
            (" # \r\n", '#'),
        ] {
            assert_eq!(of_info(body), Key::try_from(key).ok(), "{body}");
        }
        for body in ["", "Signal=", "Signal=A", "hello", "55"] {
            assert_eq!(of_info(body), None, "{body}");
        }
    }
}
