//! Encrypted audio (SRTP, RFC 3711). The keys are exchanged in SDP (SDES, RFC 4568).
use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use webrtc_srtp::context::Context;
use webrtc_srtp::option::srtp_replay_protection;
use webrtc_srtp::protection_profile::ProtectionProfile;

/// The replay window, in packets: older packets are rejected as replays.
const WINDOW: usize = 64;
/// The maximum number of streams per leg. A phone starts another one after a transfer or hold.
const MAX_STREAMS: usize = 64;

/// A master key and its salt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; Self::LENGTH]);

impl Key {
    const LENGTH: usize = 30;
    const SALT: usize = 16;

    /// A key made from random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(std::array::from_fn(|place| random[place]))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The crypto suites of RFC 4568, section 6.2, that phones support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// With an authentication tag of 80 bits.
    Sha1_80,
    /// With an authentication tag of 32 bits.
    Sha1_32,
}

impl Suite {
    const ALL: [Self; 2] = [Self::Sha1_80, Self::Sha1_32];

    fn name(self) -> &'static str {
        match self {
            Self::Sha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::Sha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    fn profile(self) -> ProtectionProfile {
        match self {
            Self::Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            Self::Sha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
        }
    }
}

/// The encryption of what one side sends: an `a=crypto` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crypto {
    /// The line's number; an answer repeats that of the line it chooses.
    pub tag: u32,
    /// The suite.
    pub suite: Suite,
    /// The key.
    pub key: Key,
}

impl Crypto {
    /// Reads the value of a line: number, suite, key. `None` for one that we cannot use: another suite, several keys (MKI),
    /// or parameters that change the encryption.
    pub fn read(value: &str) -> Option<Self> {
        let mut parts = value.split_ascii_whitespace();
        let tag = parts.next()?.parse().ok()?;
        let name = parts.next()?;
        let suite = Suite::ALL.into_iter().find(|suite| suite.name() == name)?;
        let material = parts.next()?.strip_prefix("inline:")?;
        let (text, lifetime) = material.split_once('|').unwrap_or((material, ""));
        let has_key_index = lifetime.contains([':', '|']);
        // A hint on the window changes nothing (section 6.3.6).
        let is_plain = parts.all(|parameter| parameter.starts_with("WSH="));
        let key = BASE64_STANDARD.decode(text).ok()?.try_into().ok().map(Key)?;
        (is_plain && !has_key_index).then_some(Self { tag, suite, key })
    }

    /// The value of the line.
    pub fn line(&self) -> String {
        format!("{} {} inline:{}", self.tag, self.suite.name(), BASE64_STANDARD.encode(self.key.0))
    }

    fn context(&self) -> Option<Context> {
        let (key, salt) = self.key.0.split_at(Key::SALT);
        Context::new(key, salt, self.suite.profile(), Some(srtp_replay_protection(WINDOW)), None).ok()
    }
}

/// Encrypts and decrypts the packets of a leg.
pub struct Cipher {
    incoming: Context,
    outgoing: Context,
    ours: Crypto,
    remote: Crypto,
    streams: BTreeSet<u32>,
}

impl Cipher {
    /// A cipher for the other side's packets, encrypted with `remote`, and for ours, encrypted with `key`.
    pub fn new(key: Key, remote: Crypto) -> Option<Self> {
        let ours = Crypto { key, ..remote };
        let (incoming, outgoing) = (remote.context()?, ours.context()?);
        Some(Self { incoming, outgoing, ours, remote, streams: BTreeSet::new() })
    }

    /// Applies a new description of the other side's encryption. Ours continues, so that no part of the keystream is used
    /// twice. `false` if that is not possible, because the suite has changed.
    pub fn renew(&mut self, remote: Crypto) -> bool {
        if remote.suite != self.ours.suite {
            return false;
        }
        if remote.key != self.remote.key
            && let Some(incoming) = remote.context()
        {
            (self.incoming, self.streams) = (incoming, BTreeSet::new());
        }
        self.remote = remote;
        true
    }

    /// Encrypts a packet.
    pub fn encrypt(&mut self, packet: &[u8]) -> Option<Bytes> {
        self.outgoing.encrypt_rtp(packet).ok()
    }

    /// Decrypts a packet; `None` if it is not authentic, or is a replay.
    pub fn decrypt(&mut self, datagram: &[u8]) -> Option<Bytes> {
        // The library remembers every stream, even of packets that are not authentic.
        let stream = u32::from_be_bytes(datagram.get(8..12)?.try_into().ok()?);
        if !self.streams.contains(&stream) && self.streams.len() >= MAX_STREAMS {
            return None;
        }
        self.streams.insert(stream);
        self.incoming.decrypt_rtp(datagram).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::FRAME;
    use crate::rtp::packet::{Received, Writer, read};
    use crate::sdp::Codec;

    const KEY: &str = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";

    fn crypto(n: u8) -> Crypto {
        Crypto { tag: 1, suite: Suite::Sha1_80, key: Key::new([n; 32]) }
    }

    #[test]
    fn lines_are_read_and_written() {
        // The example of RFC 4568, section 9.1.
        let line = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20");
        let read = Crypto::read(&line).unwrap();
        assert_eq!((read.tag, read.suite), (1, Suite::Sha1_80));
        assert_eq!(read.line(), format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"));
        assert_eq!(format!("{:?}", read.key), "Key(…)", "keys are not logged");
        assert!(Crypto::read(&format!("7 AES_CM_128_HMAC_SHA1_32 inline:{KEY} WSH=64")).is_some());
        for bad in [
            String::new(),
            "1".into(),
            "1 AES_CM_128_HMAC_SHA1_80".into(),
            format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
            format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
            "1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=".into(),
            "1 AES_CM_128_HMAC_SHA1_80 inline:!!!".into(),
        ] {
            assert_eq!(Crypto::read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn packets_decrypt_once_and_with_the_right_key_only() {
        for suite in Suite::ALL {
            let of = |n| Crypto { suite, ..crypto(n) };
            let mut here = Cipher::new(of(1).key, of(2)).unwrap();
            let mut there = Cipher::new(of(2).key, of(1)).unwrap();
            let mut writer = Writer::new([9; 32]);
            // More packets than sequence numbers, and some out of order.
            let mut packets: Vec<Bytes> = (0..70_000)
                .map(|_| here.encrypt(&writer.write(&[1000; FRAME], Codec::Pcmu)).unwrap())
                .collect();
            packets.swap(40, 43);
            packets.swap(65_530, 65_541);
            for packet in &packets {
                let plain = there.decrypt(packet).unwrap();
                assert!(
                    matches!(read(&plain, None), Some(Received::Audio { samples, .. }) if samples.len() == FRAME)
                );
            }
            assert!(there.decrypt(&packets[69_990]).is_none(), "a packet counts once");
            let mut other = Cipher::new(of(2).key, of(3)).unwrap();
            assert!(other.decrypt(&packets[0]).is_none(), "another key");
            let mut changed = packets[69_999].to_vec();
            changed[20] ^= 1;
            assert!(there.decrypt(&changed).is_none(), "a changed packet");
        }
    }

    #[test]
    fn another_key_of_the_other_side_leaves_ours_as_it_was() {
        let mut here = Cipher::new(crypto(1).key, crypto(2)).unwrap();
        let mut there = Cipher::new(crypto(2).key, crypto(1)).unwrap();
        let mut writer = Writer::new([9; 32]);
        let mut write = || writer.write(&[1000; FRAME], Codec::Pcmu);
        assert!(there.decrypt(&here.encrypt(&write()).unwrap()).is_some());
        assert!(here.renew(crypto(4)));
        assert!(there.decrypt(&here.encrypt(&write()).unwrap()).is_some());
        assert!(here.decrypt(&there.encrypt(&write()).unwrap()).is_none(), "the old key is refused");
        let mut moved = Cipher::new(crypto(4).key, crypto(1)).unwrap();
        assert!(here.decrypt(&moved.encrypt(&write()).unwrap()).is_some());
        assert!(!here.renew(Crypto { suite: Suite::Sha1_32, ..crypto(4) }));
    }

    #[test]
    fn noise_from_many_streams_is_not_remembered() {
        let mut cipher = Cipher::new(crypto(1).key, crypto(2)).unwrap();
        for stream in 0u32..10_000 {
            let mut packet = vec![0x80; 60];
            packet[8..12].copy_from_slice(&stream.to_be_bytes());
            assert!(cipher.decrypt(&packet).is_none());
        }
        assert_eq!(cipher.streams.len(), MAX_STREAMS);
        for length in 0..40 {
            assert!(cipher.decrypt(&vec![0x80; length]).is_none());
        }
    }
}
