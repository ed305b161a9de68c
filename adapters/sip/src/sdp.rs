//! Offers and answers of audio (RFC 3264): G.711 of both laws (RFC 3551) and keys (RFC 4733).
use std::fmt::Write;
use std::net::SocketAddr;

use sdp_types::{Media, Session};

/// How samples are coded: the static payload types of RFC 3551, table 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// µ-law.
    Pcmu,
    /// A-law.
    Pcma,
}

impl Codec {
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}

/// Where the other side wants audio, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    pub address: SocketAddr,
    pub codec: Codec,
    /// The payload type of keys, if the other side sends them as events.
    pub keys: Option<u8>,
    /// The other side does not want audio now.
    pub on_hold: bool,
    /// The other side sends none now.
    pub is_silent: bool,
}

/// An offer or answer of the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its audio, as far as we use it.
    pub remote: Remote,
    /// What else it describes: the medium, its protocol and formats. Our audio is at the place of `None`.
    lines: Vec<Option<(String, String, String)>>,
}

/// The payload type that we offer for keys.
const KEYS: u8 = 101;

/// Reads an offer or answer; `None` if it has no audio that we can send and take.
pub fn read(body: &[u8]) -> Option<Description> {
    let session = Session::parse(body).ok()?;
    let is_audio = |media: &&Media| media.media == "audio" && media.port != 0 && media.proto == "RTP/AVP";
    let place = session.medias.iter().position(|media| is_audio(&media))?;
    let media = &session.medias[place];
    let types: Vec<u8> = media.fmt.split_whitespace().filter_map(|one| one.parse().ok()).collect();
    let codec = types
        .iter()
        .find_map(|one| [Codec::Pcmu, Codec::Pcma].into_iter().find(|c| c.payload_type() == *one))?;
    let keys = media.attributes.iter().find_map(|attribute| {
        let (number, name) = attribute.value.as_deref()?.split_once(' ')?;
        let is_keys =
            attribute.attribute == "rtpmap" && name.to_ascii_lowercase().starts_with("telephone-event/8000");
        is_keys.then(|| number.parse().ok())?.filter(|number| types.contains(number))
    });
    let connection = media.connections.first().or(session.connection.as_ref())?;
    let ip = connection.try_address().ok()?.ip;
    let has = |name: &str| {
        let of_media = media.has_attribute(name);
        let others = ["sendrecv", "sendonly", "recvonly", "inactive"];
        let is_said = others.iter().any(|other| media.has_attribute(other));
        of_media || (!is_said && session.has_attribute(name))
    };
    let other = |(n, line): (usize, &Media)| {
        (n != place).then(|| (line.media.clone(), line.proto.clone(), line.fmt.clone()))
    };
    let lines = session.medias.iter().enumerate().map(other).collect();
    let remote = Remote {
        address: SocketAddr::new(ip, media.port),
        codec,
        keys,
        // An address of zeros is how RFC 2543 put a call on hold.
        on_hold: has("sendonly") || has("inactive") || ip.is_unspecified(),
        is_silent: has("recvonly") || has("inactive"),
    };
    Some(Description { remote, lines })
}

/// An offer of all that we can.
pub fn offer(local: SocketAddr, version: u64) -> Vec<u8> {
    write(local, &[Codec::Pcmu, Codec::Pcma], Some(KEYS), "sendrecv", version, &[None])
}

/// The answer to what was offered: as many lines in the same order (RFC 3264, section 6), those of other media refused.
/// `version` rises with each answer in a call.
pub fn answer(local: SocketAddr, offered: &Description, version: u64) -> Vec<u8> {
    let Description { remote, lines } = offered;
    let direction = match (remote.on_hold, remote.is_silent) {
        (false, false) => "sendrecv",
        (true, false) => "recvonly",
        (false, true) => "sendonly",
        (true, true) => "inactive",
    };
    write(local, &[remote.codec], remote.keys, direction, version, lines)
}

fn write(
    local: SocketAddr,
    codecs: &[Codec],
    keys: Option<u8>,
    direction: &str,
    version: u64,
    lines: &[Option<(String, String, String)>],
) -> Vec<u8> {
    let family = if local.is_ipv4() { "IP4" } else { "IP6" };
    let (ip, port) = (local.ip(), local.port());
    let types: Vec<String> =
        codecs.iter().map(|c| c.payload_type()).chain(keys).map(|one| one.to_string()).collect();
    let mut audio = format!("m=audio {port} RTP/AVP {}\r\n", types.join(" "));
    // Writing to a String cannot fail.
    for codec in codecs {
        let _ = write!(audio, "a=rtpmap:{} {}/8000\r\n", codec.payload_type(), codec.name());
    }
    if let Some(keys) = keys {
        let _ = write!(audio, "a=rtpmap:{keys} telephone-event/8000\r\na=fmtp:{keys} 0-15\r\n");
    }
    let _ = write!(audio, "a=ptime:20\r\na={direction}\r\n");
    let mut text = format!(
        "v=0\r\no=frontdesk {port} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n"
    );
    for line in lines {
        match line {
            None => text += &audio,
            Some((medium, protocol, formats)) => {
                let _ = write!(text, "m={medium} 0 {protocol} {formats}\r\n");
            }
        }
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As baresip 1.0.0 offers it.
    const PHONE: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\nm=audio 30000 RTP/AVP 8 0 96\r\n\
        a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=sendrecv\r\n";

    fn local() -> SocketAddr {
        "192.0.2.1:10000".parse().unwrap()
    }

    #[test]
    fn the_first_law_that_is_offered_and_the_payload_type_of_keys_are_taken() {
        let offered = read(PHONE.as_bytes()).unwrap();
        let expected = Remote {
            address: "192.0.2.5:30000".parse().unwrap(),
            codec: Codec::Pcma,
            keys: Some(96),
            on_hold: false,
            is_silent: false,
        };
        assert_eq!(offered.remote, expected);
        let answer = String::from_utf8(answer(local(), &offered, 1)).unwrap();
        assert!(answer.contains("m=audio 10000 RTP/AVP 8 96\r\n"), "{answer}");
        assert!(answer.contains("a=rtpmap:96 telephone-event/8000\r\n"), "{answer}");
    }

    #[test]
    fn our_own_offers_and_answers_can_be_read() {
        let offered = read(&offer(local(), 1)).unwrap();
        let remote = offered.remote;
        assert_eq!((remote.address, remote.codec, remote.keys), (local(), Codec::Pcmu, Some(101)));
        let answered = read(&answer("[2001:db8::1]:10002".parse().unwrap(), &offered, 2)).unwrap();
        assert_eq!(answered.remote.address, "[2001:db8::1]:10002".parse().unwrap());
    }

    #[test]
    fn a_call_on_hold_is_answered_as_such() {
        for (said, on_hold, is_silent, answered) in [
            ("sendonly", true, false, "recvonly"),
            ("inactive", true, true, "inactive"),
            ("recvonly", false, true, "sendonly"),
            ("sendrecv", false, false, "sendrecv"),
        ] {
            let offered = read(PHONE.replace("sendrecv", said).as_bytes()).unwrap();
            let remote = offered.remote;
            assert_eq!((remote.on_hold, remote.is_silent), (on_hold, is_silent), "{said}");
            let answer = String::from_utf8(answer(local(), &offered, 2)).unwrap();
            assert!(answer.contains(&format!("a={answered}\r\n")), "{answer}");
        }
        assert!(
            read(PHONE.replace("c=IN IP4 192.0.2.5", "c=IN IP4 0.0.0.0").as_bytes()).unwrap().remote.on_hold
        );
    }

    #[test]
    fn video_is_refused_in_its_place() {
        let video = "m=video 30002 RTP/AVP 96 97\r\na=rtpmap:96 H264/90000\r\n";
        for (offered, lines) in [
            (format!("{PHONE}{video}"), ["m=audio 10000 RTP/AVP 8 96", "m=video 0 RTP/AVP 96 97"]),
            (
                PHONE.replace("m=audio", &format!("{video}m=audio")),
                ["m=video 0 RTP/AVP 96 97", "m=audio 10000 RTP/AVP 8 96"],
            ),
        ] {
            let offered = read(offered.as_bytes()).unwrap();
            let answer = String::from_utf8(answer(local(), &offered, 1)).unwrap();
            let found: Vec<&str> = answer.lines().filter(|line| line.starts_with("m=")).collect();
            assert_eq!(found, lines);
        }
    }

    #[test]
    fn what_we_cannot_send_is_no_offer() {
        for bad in [
            PHONE.replace("RTP/AVP 8 0 96", "RTP/AVP 9 18"),
            PHONE.replace("RTP/AVP", "RTP/SAVP"),
            PHONE.replace("m=audio 30000", "m=audio 0"),
            PHONE.replace("m=audio", "m=video"),
            PHONE.replace("c=IN IP4 192.0.2.5\r\n", ""),
            PHONE.replace("c=IN IP4 192.0.2.5", "c=IN IP4 phone.example"),
            String::new(),
            "v=0".into(),
        ] {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_body_is_read_without_a_panic(body: Vec<u8>, at in 0usize..400, byte: u8) {
            let _ = read(&body);
            let mut damaged = PHONE.as_bytes().to_vec();
            if let Some(place) = damaged.get_mut(at) {
                *place = byte;
            }
            let _ = read(&damaged);
        }
    }
}
