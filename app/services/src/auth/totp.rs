//! Codes of an authenticator app (TOTP, RFC 6238: six digits, thirty seconds, one step of leeway in both
//! directions), each valid for one sign-in.
use frontdesk_domain::Timestamp;
use frontdesk_ports::Ids;
use frontdesk_ports::access::SecondFactor;
use totp_rs::{Builder, Secret, Totp};

/// The length of a secret in bytes: that of the hash (RFC 4226, section 4).
const SECRET: usize = 20;
/// The name that authenticator apps show next to the code.
const ISSUER: &str = "frontdesk";

/// Creates a second factor, which takes effect once the user has confirmed a code.
pub(crate) fn fresh(user: &str, ids: &dyn Ids) -> SecondFactor {
    let secret = Secret::from(ids.random()[..SECRET].to_vec()).to_base32();
    SecondFactor { user: user.to_owned(), secret, confirmed: false, last_step: 0 }
}

/// The time step of a code, if the code is valid and neither this step nor a later one has been used.
pub(crate) fn step_of(factor: &SecondFactor, code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp(factor)?.check(&code, u64::try_from(now.as_second()).ok()?)?;
    (step > factor.last_step).then_some(step)
}

/// The `otpauth://` address that apps read, as a link or as a QR code.
pub(crate) fn address(factor: &SecondFactor) -> Option<String> {
    totp(factor)?.to_url().ok()
}

fn totp(factor: &SecondFactor) -> Option<Totp> {
    let secret = Secret::try_from_base32(&factor.secret).ok()?;
    // A colon separates the issuer from the name.
    let name = factor.user.replace(':', "_");
    Builder::new().with_secret(secret).with_account_name(name).with_issuer(Some(ISSUER)).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 6238, appendix B, cut to the last six digits.
    #[test]
    fn codes_match_the_rfc_and_are_accepted_once() {
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        let mut factor = SecondFactor { user: "ann".into(), secret, confirmed: true, last_step: 0 };
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let now = Timestamp::from_second(second).unwrap();
            let step = step_of(&factor, code, now).expect("a code of the RFC");
            assert_eq!(step, u64::try_from(second / 30).unwrap());
            assert_eq!(step_of(&factor, &format!(" {} {} ", &code[..3], &code[3..]), now), Some(step));
            let later = Timestamp::from_second(second + 61).unwrap();
            assert_eq!(step_of(&factor, code, later), None, "expired two steps later");
            factor.last_step = step;
            assert_eq!(step_of(&factor, code, now), None, "a used code is refused");
            assert_eq!(step_of(&factor, "000000", now), None);
        }
    }

    #[test]
    fn the_address_names_the_account() {
        let ids = adapters_memory::SeededIds::default();
        let factor = fresh("ann:b@example.com", &ids);
        let address = address(&factor).unwrap();
        assert!(address.starts_with("otpauth://totp/frontdesk:ann_b"), "{address}");
        assert!(address.contains(&factor.secret) && address.contains("issuer=frontdesk"), "{address}");
    }
}
