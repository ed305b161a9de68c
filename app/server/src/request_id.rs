//! A request id in each response and in the log lines of its request: the proxy's, or a new one.
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use poem::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that holds the request id, in requests and responses.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The maximum length of an id from a proxy or client; a longer one is replaced.
const MAX_LENGTH: usize = 64;

/// The id in the headers if it is valid, otherwise a new one.
pub fn of(headers: &HeaderMap) -> HeaderValue {
    let given = headers.get(HEADER).filter(|given| is_valid(given.as_bytes()));
    given.cloned().unwrap_or_else(fresh)
}

/// ASCII letters, digits and `-_.:` only, so that a client cannot forge log content.
fn is_valid(given: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    !given.is_empty() && given.len() <= MAX_LENGTH && given.iter().all(plain)
}

/// A new id of 64 bits: a hash of a counter with a key that this process chooses. It is not a secret.
fn fresh() -> HeaderValue {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let id = format!("{:016x}", KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)));
    HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[u8]) -> HeaderMap {
        HeaderMap::from_iter([(HEADER, HeaderValue::from_bytes(given).unwrap())])
    }

    #[test]
    fn a_proxys_id_is_used_and_anything_else_is_not() {
        assert_eq!(of(&headers(b"7f3a-req_1.2:x")), "7f3a-req_1.2:x");
        for odd in [&b""[..], b"two words", b"quote\"", &[b'a'; 65], b"\xc3\xa9"] {
            let name = of(&headers(odd));
            assert_eq!(name.len(), 16, "{odd:?}");
        }
    }

    #[test]
    fn generated_ids_are_unique() {
        assert_ne!(of(&HeaderMap::new()), of(&HeaderMap::new()));
    }
}
