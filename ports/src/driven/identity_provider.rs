//! An identity provider, which signs people in for us.
use async_trait::async_trait;

/// Why a sign-in did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The provider does not answer; worth another try.
    #[error("the identity provider does not answer: {0}")]
    Unavailable(String),
    /// The provider answered and did not sign the person in.
    #[error("{0}")]
    Refused(String),
}

/// A sign-in that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningIn {
    /// Where their browser is sent.
    pub address: String,
    /// The secret state that the browser must return.
    pub secret: String,
}

/// Signs people in.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// What people know it by.
    fn name(&self) -> String;

    /// Begins a sign-in.
    async fn begin(&self) -> Result<SigningIn, IdentityError>;

    /// Who it is that came back, by the name that people have here: with what [`SigningIn::secret`] was, and with the
    /// state and the code of the provider's answer.
    async fn finish(&self, secret: &str, state: &str, code: &str) -> Result<String, IdentityError>;
}
