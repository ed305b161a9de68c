//! Digest authentication of callers from networks that are not named (RFC 3261, section 22; RFC 2617).
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use frontdesk_domain::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use parking_lot::Mutex;
use rsipstack::dialog::authenticate::verify_digest;
use rsipstack::sip::headers::WwwAuthenticate;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::typed::Authorization;
use rsipstack::sip::{Header, Request};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The realm of the challenge, which phones may show.
const REALM: &str = "frontdesk";
/// How long a challenge can be answered.
const VALID: Duration = Duration::from_secs(60);
/// Wrong passwords from one address within `WINDOW`, after which its requests are refused unchecked.
const MAX_FAILURES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(300);
/// The maximum number of addresses for which failures are counted.
const MAX_ADDRESSES: usize = 10_000;

/// The result of checking the credentials of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The password of this user is right.
    Known(String),
    /// There are no credentials, or wrong ones: the caller is challenged.
    Challenge {
        /// The challenge has expired: the phone may send the same password again without asking its user.
        is_stale: bool,
    },
    /// Too many wrong passwords came from that address.
    Refused,
}

/// Checks passwords without storing challenges.
pub struct Digest {
    users: Vec<(String, SecretString)>,
    secret: [u8; 32],
    failures: Mutex<HashMap<IpAddr, (u32, Timestamp)>>,
}

impl Digest {
    /// A checker for these users; `secret` must be random.
    pub fn new(users: Vec<(String, SecretString)>, secret: [u8; 32]) -> Self {
        Self { users, secret, failures: Mutex::default() }
    }

    /// Whether there are any users.
    pub fn has_users(&self) -> bool {
        !self.users.is_empty()
    }

    /// Checks the credentials of a request from that address.
    pub fn check(&self, request: &Request, peer: IpAddr, now: Timestamp) -> Asked {
        if self.is_locked_out(peer, now) {
            return Asked::Refused;
        }
        let first = Asked::Challenge { is_stale: false };
        let Some(header) = request.authorization_header() else { return first };
        let Ok(given) = Authorization::parse(header.value()) else { return first };
        if given.realm != REALM || !self.is_ours(&given.nonce, peer) {
            return first;
        }
        if !is_recent(&given.nonce, now) {
            return Asked::Challenge { is_stale: true };
        }
        let user = self.users.iter().find(|(name, _)| *name == given.username);
        let is_right = user.is_some_and(|(_, password)| {
            verify_digest(&given, password.expose_secret(), &request.method, header.value())
        });
        if is_right {
            return Asked::Known(given.username);
        }
        self.count_failure(peer, now);
        first
    }

    /// The header that challenges a caller for a password.
    pub fn challenge(&self, peer: IpAddr, now: Timestamp, is_stale: bool) -> Header {
        let nonce = self.nonce(now.as_second(), peer);
        let text = format!(
            r#"Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"{}"#,
            if is_stale { ", stale=true" } else { "" }
        );
        Header::WwwAuthenticate(WwwAuthenticate::new(text))
    }

    /// The time, and a MAC which proves that we issued it to that address.
    fn nonce(&self, second: i64, peer: IpAddr) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(format!("{second} {peer}").as_bytes());
        format!("{second:x}-{}", hex::encode(mac.finalize().into_bytes()))
    }

    fn is_ours(&self, nonce: &str, peer: IpAddr) -> bool {
        second_of(nonce).is_some_and(|second| nonce == self.nonce(second, peer))
    }

    fn is_locked_out(&self, peer: IpAddr, now: Timestamp) -> bool {
        let failures = self.failures.lock();
        failures
            .get(&network(peer))
            .is_some_and(|(count, since)| *count >= MAX_FAILURES && now < *since + WINDOW)
    }

    fn count_failure(&self, peer: IpAddr, now: Timestamp) {
        let mut failures = self.failures.lock();
        if failures.len() >= MAX_ADDRESSES {
            failures.retain(|_, (_, since)| now < *since + WINDOW);
            if failures.len() >= MAX_ADDRESSES {
                failures.clear();
            }
        }
        let (count, since) = failures.entry(network(peer)).or_insert((0, now));
        if now >= *since + WINDOW {
            (*count, *since) = (0, now);
        }
        *count += 1;
        if *count == MAX_FAILURES {
            tracing::warn!("an address sent {MAX_FAILURES} wrong SIP passwords and is refused for a while");
        }
    }
}

fn second_of(nonce: &str) -> Option<i64> {
    i64::from_str_radix(nonce.split_once('-')?.0, 16).ok()
}

fn is_recent(nonce: &str, now: Timestamp) -> bool {
    let age = second_of(nonce).map(|second| now.as_second().saturating_sub(second));
    age.is_some_and(|age| u64::try_from(age).is_ok_and(|age| age <= VALID.as_secs()))
}

/// The unit by which failures are counted: an IPv4 address, or the /64 network of an IPv6 address.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsipstack::dialog::authenticate::compute_digest;
    use rsipstack::sip::Method;
    use rsipstack::sip::headers::auth::Algorithm;

    fn digest() -> Digest {
        Digest::new(vec![("101".into(), "open-sesame".into())], [7; 32])
    }

    const AGAIN: Asked = Asked::Challenge { is_stale: false };

    fn known_user() -> Asked {
        Asked::Known("101".into())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_831_000 + second).unwrap()
    }

    fn peer() -> IpAddr {
        IpAddr::from([203, 0, 113, 9])
    }

    fn nonce_of(header: &Header) -> String {
        let text = header.to_string();
        text.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    fn request(user: &str, password: &str, nonce: &str) -> Request {
        let uri = "sip:desk@192.0.2.1";
        let response =
            compute_digest(user, password, REALM, nonce, &Method::Invite, uri, Algorithm::Md5, None);
        let text = format!(
            "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\nFrom: <sip:101@x>;tag=1\r\nTo: <{uri}>\r\n\
             Call-ID: a\r\nCSeq: 1 INVITE\r\nAuthorization: Digest username=\"{user}\", realm=\"{REALM}\", nonce=\"{nonce}\", \
             uri=\"{uri}\", response=\"{response}\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n"
        );
        Request::try_from(text.as_str()).unwrap()
    }

    #[test]
    fn a_right_password_counts_for_a_minute_and_from_one_address() {
        let digest = digest();
        let nonce = nonce_of(&digest.challenge(peer(), at(0), false));
        let known = request("101", "open-sesame", &nonce);
        assert_eq!(digest.check(&known, peer(), at(1)), known_user());
        assert_eq!(digest.check(&known, peer(), at(61)), Asked::Challenge { is_stale: true }, "too late");
        assert_eq!(digest.check(&known, IpAddr::from([203, 0, 113, 10]), at(1)), AGAIN);
        assert_eq!(
            digest.check(&known, peer(), at(-1)),
            Asked::Challenge { is_stale: true },
            "from the future"
        );
    }

    #[test]
    fn repeated_wrong_passwords_are_locked_out() {
        let digest = digest();
        let nonce = nonce_of(&digest.challenge(peer(), at(0), false));
        for guess in ["", "1234", "open-sesam"] {
            assert_eq!(digest.check(&request("101", guess, &nonce), peer(), at(1)), AGAIN);
        }
        for _ in 3..MAX_FAILURES {
            assert_eq!(digest.check(&request("102", "open-sesame", &nonce), peer(), at(1)), AGAIN);
        }
        let known = request("101", "open-sesame", &nonce);
        assert_eq!(digest.check(&known, peer(), at(1)), Asked::Refused);
        let later = nonce_of(&digest.challenge(peer(), at(302), false));
        assert_eq!(digest.check(&request("101", "open-sesame", &later), peer(), at(303)), known_user());
    }

    #[test]
    fn foreign_nonces_are_rejected() {
        let digest = digest();
        for nonce in ["", "-", "x-y", "6b0a0000-00", &format!("{:x}-{}", at(0).as_second(), "0".repeat(64))] {
            let guess = request("101", "open-sesame", nonce);
            assert_eq!(digest.check(&guess, peer(), at(0)), AGAIN, "{nonce}");
        }
    }
}
