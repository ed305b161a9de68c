//! Passwords: their rules, and their hashes (argon2id), which are not computed on the threads that answer callers.
use std::ops::RangeInclusive;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use frontdesk_ports::StoreError;
use tokio::sync::Semaphore;

/// The number of characters of a password.
const LENGTH: RangeInclusive<usize> = 8..=128;
/// How many hashes are computed at once: each takes 19 MiB and one core.
const MAX_CONCURRENT_HASHES: usize = 2;

/// The hash of a random password, with the same parameters as real hashes. A sign-in with an unknown name is verified
/// against it, so that it takes as long as one with a known name. A constant, because computing it at start would take
/// 19 MiB.
pub(crate) const NO_PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$fIlxUNYBrg7T1DQd9OGKAS1m1gYIFUWEWLSCpGGKpJ0";

/// A password that does not follow the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// It is too short or too long.
    #[error("a password has 8 to 128 characters")]
    Length,
    /// It is easy to guess.
    #[error("this password is easy to guess; use several words or a password manager")]
    Guessable,
}

/// A password that follows the rules.
#[derive(Clone, Copy)]
pub struct NewPassword<'p>(&'p str);

impl<'p> TryFrom<&'p str> for NewPassword<'p> {
    type Error = BadPassword;
    fn try_from(text: &'p str) -> Result<Self, BadPassword> {
        if !LENGTH.contains(&text.chars().count()) {
            return Err(BadPassword::Length);
        }
        // Words related to this product are easy to guess, too.
        let strength = zxcvbn::zxcvbn(text, &["frontdesk", "admin", "reception", "telephone"]).score();
        if strength <= zxcvbn::Score::One { Err(BadPassword::Guessable) } else { Ok(Self(text)) }
    }
}

impl NewPassword<'_> {
    /// Whether `stored` is a hash of this password. Blocks the thread while it computes the hash.
    pub(crate) fn has_hash(self, stored: &str) -> bool {
        verify(self.0, stored)
    }
}

/// Computes and checks hashes, a few at a time.
pub(crate) struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_CONCURRENT_HASHES)))
    }
}

impl Passwords {
    pub async fn hash(
        &self,
        NewPassword(password): NewPassword<'_>,
        random: [u8; 32],
    ) -> Result<String, StoreError> {
        let busy = |_| StoreError::Unavailable("passwords cannot be hashed now".into());
        let _permit = self.0.clone().acquire_owned().await.map_err(busy)?;
        let password = password.to_owned();
        let hashed = tokio::task::spawn_blocking(move || hash(&password, &random[..16])).await;
        hashed.map_err(|_| StoreError::Unavailable("a password could not be hashed".into()))
    }

    /// Whether a password is right. Without a stored hash the result is `false`, and takes as long to compute.
    pub async fn is_right(&self, stored: Option<&str>, password: &str) -> bool {
        let Ok(_permit) = self.0.clone().acquire_owned().await else { return false };
        let stored = stored.unwrap_or(NO_PASSWORD).to_owned();
        let password = password.to_owned();
        let has_password = stored != NO_PASSWORD;
        let right = tokio::task::spawn_blocking(move || verify(&password, &stored)).await.unwrap_or(false);
        right && has_password
    }
}

fn hash(password: &str, salt: &[u8]) -> String {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.expect("the salt has 16 bytes and the parameters are the library's own").to_string()
}

fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|stored| Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_and_known_names_take_equal_time() {
        let ours = hash("a password", &[7; 16]);
        let cost = |stored: &str| {
            let stored = PasswordHash::new(stored).unwrap();
            let length = stored.hash.unwrap().len();
            (stored.algorithm.to_string(), stored.version, stored.params.to_string(), length)
        };
        assert_eq!(cost(NO_PASSWORD), cost(&ours));
        assert!(!verify("", NO_PASSWORD));
    }
}
