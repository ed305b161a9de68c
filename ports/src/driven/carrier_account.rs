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

/// Where a number asks what to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSettings {
    /// Requested when a call arrives.
    pub voice: Hook,
    /// Requested when the voice webhook gave no usable answer.
    pub fallback: Hook,
    /// Receives the end of calls.
    pub status: Hook,
    /// What leads the number in place of these addresses (an application or a trunk of the carrier's); empty for nothing.
    pub routed_by: String,
}

/// A number of the account's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumberSettings {
    /// The carrier's name for it.
    pub id: String,
    /// The number in E.164.
    pub number: String,
    /// Where it asks.
    pub settings: WebhookSettings,
}

/// The account's numbers, and the carrier's time of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNumbers {
    /// The numbers.
    pub lines: Vec<PhoneNumberSettings>,
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

/// Looks at and changes the account.
#[async_trait]
pub trait CarrierAccount: Send + Sync {
    /// Where a number must ask for this desk to answer it.
    fn ours(&self) -> WebhookSettings;

    /// The account's numbers that take calls.
    async fn lines(&self) -> Result<AccountNumbers, CarrierError>;

    /// Has a number ask there from now on, which asked as the line says; what the carrier made of it.
    async fn set_line(
        &self,
        line: &PhoneNumberSettings,
        settings: &WebhookSettings,
    ) -> Result<PhoneNumberSettings, CarrierError>;

    /// Whether a recording can be had by its address alone, without signing in. `None` if there is none to try with.
    async fn recordings_are_open(&self) -> Result<Option<bool>, CarrierError>;

    /// Which countries may be called.
    async fn dial_permissions(&self) -> Result<Vec<DialPermission>, CarrierError>;
}
