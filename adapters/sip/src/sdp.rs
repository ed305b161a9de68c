//! SDP offers and answers (RFC 3264) of audio: G.711 of both laws (RFC 3551) and keys (RFC 4733).
use std::fmt::Write;
use std::net::SocketAddr;

use sdp_types::{Media, Session};

use crate::rtp::srtp::{Crypto, Key, Suite};

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

/// Where the other side wants audio, and in which format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    pub address: SocketAddr,
    pub codec: Codec,
    /// The payload type of keys, if the other side sends them as events.
    pub keys: Option<u8>,
    /// The other side does not want audio now.
    pub on_hold: bool,
    /// The other side sends no audio now.
    pub is_silent: bool,
    /// How the other side encrypts, if it does.
    pub crypto: Option<Crypto>,
}

/// An offer or answer of the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The audio stream that we use.
    pub remote: Remote,
    /// The other media: medium, protocol and formats of each. `None` stands for the stream that we use.
    lines: Vec<Option<(String, String, String)>>,
}

impl Description {
    /// Whether we can send to it: the address is of our IP version, and the audio is encrypted if required.
    pub fn is_usable(&self, is_ipv4: bool, srtp_required: bool) -> bool {
        self.remote.address.is_ipv4() == is_ipv4 && (self.remote.crypto.is_some() || !srtp_required)
    }
}

/// The payload type that we offer for keys.
const KEYS: u8 = 101;

/// The protocols of plain and of encrypted audio.
const PLAIN: &str = "RTP/AVP";
const ENCRYPTED: &str = "RTP/SAVP";

/// The first `a=crypto` line of a medium that we can use.
fn crypto(media: &Media) -> Option<Crypto> {
    let mut lines = media.attributes.iter().filter(|attribute| attribute.attribute == "crypto");
    lines.find_map(|line| Crypto::read(line.value.as_deref()?))
}

/// Reads an offer or answer; `None` if it has no audio that we can send and receive. Encrypted audio is preferred.
pub fn read(body: &[u8]) -> Option<Description> {
    let session = Session::parse(body).ok()?;
    let is_audio = |media: &Media| media.media == "audio" && media.port != 0;
    let place_of =
        |wanted: fn(&Media) -> bool| session.medias.iter().position(|media| is_audio(media) && wanted(media));
    let place = place_of(|media| media.proto == ENCRYPTED && crypto(media).is_some())
        .or_else(|| place_of(|media| media.proto == PLAIN))?;
    let media = &session.medias[place];
    let crypto = if media.proto == ENCRYPTED { crypto(media) } else { None };
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
        crypto,
    };
    Some(Description { remote, lines })
}

/// An offer of all codecs that we support; encrypted if a key is given.
pub fn offer(local: SocketAddr, key: Option<Key>, version: u64) -> Vec<u8> {
    let crypto = key.map(|key| Crypto { tag: 1, suite: Suite::Sha1_80, key });
    let audio = audio(local.port(), &[Codec::Pcmu, Codec::Pcma], Some(KEYS), "sendrecv", crypto);
    write(local, version, &audio, &[None])
}

/// The answer to an offer: the same media in the same order (RFC 3264, section 6), all but ours refused. `version` increases
/// with each answer in a call. If the offer is encrypted, so is the answer, with our key.
pub fn answer(local: SocketAddr, key: Key, offered: &Description, version: u64) -> Vec<u8> {
    let Description { remote, lines } = offered;
    let direction = match (remote.on_hold, remote.is_silent) {
        (false, false) => "sendrecv",
        (true, false) => "recvonly",
        (false, true) => "sendonly",
        (true, true) => "inactive",
    };
    let crypto = remote.crypto.map(|peer_crypto| Crypto { key, ..peer_crypto });
    write(local, version, &audio(local.port(), &[remote.codec], remote.keys, direction, crypto), lines)
}

/// The lines of our audio.
fn audio(port: u16, codecs: &[Codec], keys: Option<u8>, direction: &str, crypto: Option<Crypto>) -> String {
    let types: Vec<String> =
        codecs.iter().map(|c| c.payload_type()).chain(keys).map(|one| one.to_string()).collect();
    let protocol = if crypto.is_some() { ENCRYPTED } else { PLAIN };
    let mut audio = format!("m=audio {port} {protocol} {}\r\n", types.join(" "));
    // Writing to a String cannot fail.
    if let Some(crypto) = crypto {
        let _ = write!(audio, "a=crypto:{}\r\n", crypto.line());
    }
    for codec in codecs {
        let _ = write!(audio, "a=rtpmap:{} {}/8000\r\n", codec.payload_type(), codec.name());
    }
    if let Some(keys) = keys {
        let _ = write!(audio, "a=rtpmap:{keys} telephone-event/8000\r\na=fmtp:{keys} 0-15\r\n");
    }
    let _ = write!(audio, "a=ptime:20\r\na={direction}\r\n");
    audio
}

fn write(
    local: SocketAddr,
    version: u64,
    audio: &str,
    lines: &[Option<(String, String, String)>],
) -> Vec<u8> {
    let family = if local.is_ipv4() { "IP4" } else { "IP6" };
    let (ip, port) = (local.ip(), local.port());
    let mut text = format!(
        "v=0\r\no=frontdesk {port} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n"
    );
    for line in lines {
        match line {
            None => text += audio,
            Some((medium, protocol, formats)) => {
                let _ = write!(text, "m={medium} 0 {protocol} {formats}\r\n");
            }
        }
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests;
