//! Makes and verifies `X-Twilio-Signature`. Pure.
//!
//! Twilio, "Security: validating requests": the Base64 of an HMAC over the public URL followed by the name and value of
//! each form field, sorted by name. For a body that is not a form, over the URL alone, which then has the body's SHA-256.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The hash that a key is used with. Bound to the key by configuration, never chosen by a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// The account's auth token.
    HmacSha1,
    /// A shared key (Twilio, "Webhook shared keys", beta).
    HmacSha256,
}

/// What a signature covers besides the URL.
#[derive(Debug, Clone, Copy)]
pub enum SignedBody<'a> {
    /// A form's decoded pairs; none for a GET.
    Form(&'a [(String, String)]),
    /// Any other body, covered by the URL's `bodySHA256`.
    Other(&'a [u8]),
}

/// Whether `signature` was made with `key` for the public `url` and `body`. Twilio signs with or without the port, so
/// both are tried; the comparison takes constant time.
pub fn verify(url: &str, body: SignedBody<'_>, signature: &str, key: &str, algorithm: Algorithm) -> bool {
    let Ok(given) = STANDARD.decode(signature) else { return false };
    let fields = match body {
        SignedBody::Form(pairs) => sorted(pairs),
        SignedBody::Other(bytes) => {
            if !body_hash_matches(url, bytes) {
                return false;
            }
            String::new()
        }
    };
    // Stopping at the first match reveals which candidate matched, but only to a client that holds the key.
    candidates(url).iter().any(|candidate| {
        let expected = mac(&[candidate.as_bytes(), fields.as_bytes()], key.as_bytes(), algorithm);
        expected.ct_eq(&given).into()
    })
}

/// The signature for a form, as the carrier makes it with the account's token.
pub(crate) fn sign(url: &str, form: &[(String, String)], token: &str) -> String {
    let fields = sorted(form);
    STANDARD.encode(mac(&[url.as_bytes(), fields.as_bytes()], token.as_bytes(), Algorithm::HmacSha1))
}

fn mac(parts: &[&[u8]], key: &[u8], algorithm: Algorithm) -> Vec<u8> {
    match algorithm {
        Algorithm::HmacSha1 => finish(Hmac::<Sha1>::new_from_slice(key), parts),
        Algorithm::HmacSha256 => finish(Hmac::<Sha256>::new_from_slice(key), parts),
    }
}

fn finish<M: Mac, E: std::fmt::Debug>(mac: Result<M, E>, parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = mac.expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// The fields as they are signed: sorted bytewise by name and value, without duplicates, and concatenated.
fn sorted(pairs: &[(String, String)]) -> String {
    let mut fields: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.sort_unstable();
    fields.dedup();
    let mut text = String::with_capacity(fields.iter().map(|(name, value)| name.len() + value.len()).sum());
    for (name, value) in fields {
        text.push_str(name);
        text.push_str(value);
    }
    text
}

fn body_hash_matches(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let claimed = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256="));
    let hash = hex::encode(Sha256::digest(body));
    claimed.is_some_and(|claimed| bool::from(claimed.to_ascii_lowercase().as_bytes().ct_eq(hash.as_bytes())))
}

/// The URL as given, then its other form: without its port, or with the default port of its scheme.
fn candidates(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host_port) = match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), authority),
    };
    // An IPv6 literal contains colons.
    let bracket = host_port.rfind(']').unwrap_or(0);
    let (host, port) = match host_port[bracket..].rfind(':') {
        Some(colon) => (&host_port[..bracket + colon], host_port[bracket + colon + 1..].to_owned()),
        None => (host_port, if scheme == "https" { "443" } else { "80" }.to_owned()),
    };
    let (plain, full) =
        (format!("{scheme}://{user}{host}{path}"), format!("{scheme}://{user}{host}:{port}{path}"));
    if plain == url { vec![plain, full] } else { vec![full, plain] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        skip_in_rust: Vec<String>,
        vectors: Vec<Vector>,
    }

    #[derive(serde::Deserialize)]
    struct Vector {
        id: String,
        auth_token: String,
        algorithm: String,
        url: String,
        params: Option<Vec<(String, String)>>,
        json_body: Option<String>,
        signature: String,
        valid: bool,
    }

    #[test]
    fn verification_agrees_with_the_official_test_vectors() {
        let vectors: Vectors =
            serde_json::from_str(include_str!("../tests/data/signature-vectors.json")).unwrap();
        let mut judged = 0;
        for vector in vectors.vectors.iter().filter(|v| !vectors.skip_in_rust.contains(&v.id)) {
            let body = match &vector.json_body {
                Some(json) => SignedBody::Other(json.as_bytes()),
                None => SignedBody::Form(vector.params.as_deref().unwrap_or_default()),
            };
            let algorithm = match vector.algorithm.as_str() {
                "HMAC_SHA1" => Algorithm::HmacSha1,
                "HMAC_SHA256" => Algorithm::HmacSha256,
                other => panic!("{other}"),
            };
            let found = verify(&vector.url, body, &vector.signature, &vector.auth_token, algorithm);
            assert_eq!(found, vector.valid, "{}", vector.id);
            judged += 1;
        }
        assert_eq!(judged, 39);
    }

    #[test]
    fn a_signature_holds_for_its_url_key_fields_and_algorithm_only() {
        let pairs = [("CallSid".to_owned(), "CA1".to_owned())];
        let url = "https://desk.example/twilio/voice";
        let sign =
            |url: &str| STANDARD.encode(mac(&[url.as_bytes(), b"CallSidCA1"], b"token", Algorithm::HmacSha1));
        let ok = |url: &str, signature: &str, key: &str| {
            verify(url, SignedBody::Form(&pairs), signature, key, Algorithm::HmacSha1)
        };
        assert!(ok(url, &sign(url), "token"));
        assert!(ok(url, &sign("https://desk.example:443/twilio/voice"), "token"));
        assert!(ok("https://desk.example:8443/x", &sign("https://desk.example/x"), "token"));
        assert!(ok("https://[::1]:8443/x", &sign("https://[::1]/x"), "token"));
        assert!(!ok(url, &sign(url), "other"));
        assert!(!ok(&format!("{url}/"), &sign(url), "token"));
        assert!(!ok(&url.replace("https", "http"), &sign(url), "token"));
        for nonsense in ["", "=", "not base64!", "AAAA", &sign(url)[..20], &format!("{}=", sign(url))] {
            assert!(!ok(url, nonsense, "token"), "{nonsense:?}");
        }
        assert!(!verify(url, SignedBody::Form(&pairs), &sign(url), "token", Algorithm::HmacSha256));
    }
}
