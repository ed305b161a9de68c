//! An identity provider, which signs people in for us.
use async_trait::async_trait;

/// Why a sign-in did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The provider does not answer; try again later.
    #[error("the identity provider does not answer: {0}")]
    Unavailable(String),
    /// The provider answered and did not sign the person in.
    #[error("{0}")]
    Refused(String),
}

/// A sign-in that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningIn {
    /// The address to which the browser is redirected.
    pub address: String,
    /// The secret state that the browser must return.
    pub secret: String,
}

/// Signs people in.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// The provider's name, as shown to people.
    fn name(&self) -> String;

    /// Begins a sign-in.
    async fn begin(&self) -> Result<SigningIn, IdentityError>;

    /// Completes a sign-in with its [`SigningIn::secret`] and the state and code of the provider's answer. Returns the user's
    /// name in frontdesk.
    async fn finish(&self, secret: &str, state: &str, code: &str) -> Result<String, IdentityError>;
}
