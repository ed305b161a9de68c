//! Somebody elsewhere who knows who people are.

use async_trait::async_trait;

/// Why nobody is vouched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The provider does not answer; worth another try.
    #[error("the identity provider does not answer: {0}")]
    Unavailable(String),
    /// It does, and vouches for nobody.
    #[error("{0}")]
    Refused(String),
}

/// Somebody has begun to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningIn {
    /// Where their browser is sent.
    pub address: String,
    /// What their browser must bring back, and nobody else may see.
    pub secret: String,
}

/// Vouches for people who sign in there.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// What people know it by.
    fn name(&self) -> String;

    /// Begins to sign somebody in.
    async fn begin(&self) -> Result<SigningIn, IdentityError>;

    /// Who it is that came back, by the name that people have here: with what [`SigningIn::secret`] was, and with the
    /// state and the code of the provider's answer.
    async fn finish(&self, secret: &str, state: &str, code: &str) -> Result<String, IdentityError>;
}
