//! The company's account at the carrier, for setting it up: its numbers, their webhooks, the permitted countries.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::CarrierError;

/// An address that the carrier requests or reports to, and the method. An empty address means none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// The address.
    pub url: String,
    /// `POST` or `GET`.
    pub method: String,
}

/// The webhooks of a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSettings {
    /// Requested when a call arrives.
    pub voice: Hook,
    /// Requested when the voice webhook gave no usable answer.
    pub fallback: Hook,
    /// Receives the end of calls.
    pub status: Hook,
    /// The application or trunk at the carrier that routes the number instead of these addresses; empty if none.
    pub routed_by: String,
}

/// A number of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumberSettings {
    /// The carrier's id of the number.
    pub id: String,
    /// The number in E.164.
    pub number: String,
    /// Its webhooks.
    pub settings: WebhookSettings,
}

/// The account's numbers, and the carrier's time when it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNumbers {
    /// The numbers.
    pub numbers: Vec<PhoneNumberSettings>,
    /// The carrier's time, to the second.
    pub at: Option<Timestamp>,
}

/// Whether a country may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialPermission {
    /// The country code (ISO 3166-1 alpha-2).
    pub country: String,
    /// What its numbers begin with, such as `+33`.
    pub prefixes: Vec<String>,
    /// Ordinary numbers.
    pub ordinary: bool,
    /// Numbers that fraudsters are known to profit from.
    pub fraud: bool,
}

/// Reads and changes the settings of the account.
#[async_trait]
pub trait CarrierAccount: Send + Sync {
    /// The webhooks that a number must have for this server to answer it.
    fn ours(&self) -> WebhookSettings;

    /// The account's numbers that take calls.
    async fn numbers(&self) -> Result<AccountNumbers, CarrierError>;

    /// Sets the webhooks of a number. Returns the settings as the carrier has stored them.
    async fn set_number(
        &self,
        number: &PhoneNumberSettings,
        settings: &WebhookSettings,
    ) -> Result<PhoneNumberSettings, CarrierError>;

    /// Whether a recording can be downloaded with its address alone, without signing in. `None` if there is none to try.
    async fn recordings_are_open(&self) -> Result<Option<bool>, CarrierError>;

    /// Which countries may be called.
    async fn dial_permissions(&self) -> Result<Vec<DialPermission>, CarrierError>;
}
