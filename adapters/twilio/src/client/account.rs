//! The account's settings: its numbers and their webhooks (Twilio, "IncomingPhoneNumber resource"), whether
//! recordings are public ("Recording resource"), and which countries may be called ("Dialing Permissions Country
//! resource").
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    Account, AccountNumbers, CarrierAccount, CarrierError, DialPermission, Hook, PhoneNumberSettings,
    WebhookSettings,
};
use reqwest::header::{CONTENT_TYPE, DATE};
use reqwest::{Response, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::client::{FORM, TwilioClient, checked, unavailable, whole};
use crate::records::{Listing, RecordingResource};
use crate::urls::number_settings;

/// The most pages that are read of the country list; in practice there are fewer.
const COUNTRY_PAGES: usize = 10;

/// A phone number of the account, with its webhooks.
#[derive(Debug, Deserialize)]
struct NumberSettings {
    sid: String,
    phone_number: Option<String>,
    voice_url: Option<String>,
    voice_method: Option<String>,
    voice_fallback_url: Option<String>,
    voice_fallback_method: Option<String>,
    status_callback: Option<String>,
    status_callback_method: Option<String>,
    voice_application_sid: Option<String>,
    trunk_sid: Option<String>,
    capabilities: Option<Capabilities>,
}

#[derive(Debug, Deserialize)]
struct Capabilities {
    voice: Option<bool>,
}

impl NumberSettings {
    fn takes_calls(&self) -> bool {
        self.capabilities.as_ref().and_then(|can| can.voice) != Some(false)
    }

    fn settings(self) -> PhoneNumberSettings {
        let hook = |url: Option<String>, method: Option<String>| Hook {
            url: url.unwrap_or_default(),
            method: method.unwrap_or_else(|| "POST".into()),
        };
        let given = |sid: Option<String>| sid.filter(|sid| !sid.is_empty());
        PhoneNumberSettings {
            id: self.sid,
            number: self.phone_number.unwrap_or_default(),
            settings: WebhookSettings {
                voice: hook(self.voice_url, self.voice_method),
                fallback: hook(self.voice_fallback_url, self.voice_fallback_method),
                status: hook(self.status_callback, self.status_callback_method),
                routed_by: given(self.trunk_sid).or(given(self.voice_application_sid)).unwrap_or_default(),
            },
        }
    }
}

/// A country of the dialing permissions.
#[derive(Debug, Deserialize)]
struct CountryResource {
    iso_code: String,
    #[serde(default)]
    country_codes: Vec<String>,
    low_risk_numbers_enabled: Option<bool>,
    high_risk_tollfraud_numbers_enabled: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct CountryPage {
    content: Vec<CountryResource>,
    meta: Option<PageMeta>,
}

#[derive(Debug, Deserialize)]
struct PageMeta {
    next_page_url: Option<String>,
}

impl CountryResource {
    fn permission(self) -> DialPermission {
        let plus = |code: String| format!("+{}", code.trim_start_matches('+').replace([' ', '-'], ""));
        DialPermission {
            country: self.iso_code,
            prefixes: self.country_codes.into_iter().map(plus).collect(),
            ordinary: self.low_risk_numbers_enabled.unwrap_or(false),
            fraud: self.high_risk_tollfraud_numbers_enabled.unwrap_or(false),
        }
    }
}

/// The fields to send to set a number's webhooks. A trunk or application SID is sent only when it changes: the API
/// does not document an empty SID other than as a way to remove it.
fn form(is: &WebhookSettings, wanted: &WebhookSettings) -> String {
    let WebhookSettings { voice, fallback, status, routed_by } = wanted;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("VoiceUrl", voice.url.as_str()),
        ("VoiceMethod", voice.method.as_str()),
        ("VoiceFallbackUrl", fallback.url.as_str()),
        ("VoiceFallbackMethod", fallback.method.as_str()),
        ("StatusCallback", status.url.as_str()),
        ("StatusCallbackMethod", status.method.as_str()),
    ]);
    if is.routed_by != *routed_by {
        let key = |sid: &str| if sid.starts_with("TK") { "TrunkSid" } else { "VoiceApplicationSid" };
        if !is.routed_by.is_empty() {
            form.append_pair(key(&is.routed_by), "");
        }
        if !routed_by.is_empty() {
            form.append_pair(key(routed_by), routed_by);
        }
    }
    form.finish()
}

impl TwilioClient {
    fn one(&self) -> Result<&Account, CarrierError> {
        let nobody = || CarrierError::Unusable("no account is configured".into());
        self.accounts.first().ok_or_else(nobody)
    }

    /// The URL of the dialing permissions, which are on a host of their own (`voice.` instead of `api.`).
    fn permissions(account: &Account) -> Result<Url, CarrierError> {
        let mut url = account.api_url.clone();
        let host =
            url.host_str().and_then(|host| host.strip_prefix("api.")).map(|rest| format!("voice.{rest}"));
        if let Some(host) = host {
            url.set_host(Some(&host))
                .map_err(|_| CarrierError::Unusable("no host for permissions".into()))?;
        }
        url.set_path("/v1/DialingPermissions/Countries");
        url.query_pairs_mut().append_pair("PageSize", "1000");
        Ok(url)
    }

    async fn with_credentials(&self, account: &Account, url: Url) -> Result<Response, CarrierError> {
        let token = account.tokens.first().map(ExposeSecret::expose_secret);
        let request = self.http.get(url).basic_auth(&account.sid, token);
        request.send().await.map_err(|error| unavailable(&error))
    }
}

async fn read<T: DeserializeOwned>(response: Response, what: &str) -> Result<T, CarrierError> {
    serde_json::from_slice(&whole(response).await?)
        .map_err(|_| CarrierError::Unusable(format!("unexpected format of {what}")))
}

/// The time at which a response was generated (RFC 9110, section 6.6.1).
fn date(response: &Response) -> Option<Timestamp> {
    let text = response.headers().get(DATE)?.to_str().ok()?;
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[async_trait]
impl CarrierAccount for TwilioClient {
    fn ours(&self) -> WebhookSettings {
        number_settings(&self.public)
    }

    async fn numbers(&self) -> Result<AccountNumbers, CarrierError> {
        let account = self.one()?;
        let mut url = Self::resource(account, &["IncomingPhoneNumbers.json"])?;
        url.query_pairs_mut().append_pair("PageSize", "1000");
        let response = match checked(self.get(account, url).await?) {
            // 404 for the account's own list means that the SID is wrong.
            Err(CarrierError::NotYet) => return Err(CarrierError::Unauthorized),
            answered => answered?,
        };
        let at = date(&response);
        let page: Listing<NumberSettings> = read(response, "numbers").await?;
        let numbers = page.items.into_iter().filter(NumberSettings::takes_calls);
        Ok(AccountNumbers { numbers: numbers.map(NumberSettings::settings).collect(), at })
    }

    async fn set_number(
        &self,
        number: &PhoneNumberSettings,
        settings: &WebhookSettings,
    ) -> Result<PhoneNumberSettings, CarrierError> {
        let account = self.one()?;
        let url = Self::resource(account, &["IncomingPhoneNumbers", &format!("{}.json", number.id)])?;
        let token = account.tokens.first().map(ExposeSecret::expose_secret);
        let request = self
            .http
            .post(url)
            .basic_auth(&account.sid, token)
            .header(CONTENT_TYPE, FORM)
            .body(form(&number.settings, settings));
        let response = request.send().await.map_err(|error| unavailable(&error))?;
        let number: NumberSettings = read(checked(response)?, "a number's settings").await?;
        Ok(number.settings())
    }

    async fn recordings_are_open(&self) -> Result<Option<bool>, CarrierError> {
        let account = self.one()?;
        let mut url = Self::resource(account, &["Recordings.json"])?;
        url.query_pairs_mut().append_pair("PageSize", "20");
        let page: Listing<RecordingResource> =
            read(checked(self.get(account, url).await?)?, "recordings").await?;
        let Some(recording) = page.items.iter().find(|recording| recording.is_completed()) else {
            return Ok(None);
        };
        let url = Self::resource(account, &["Recordings", &format!("{}.wav", recording.sid())])?;
        let response = self.http.get(url).send().await.map_err(|error| unavailable(&error))?;
        Ok(match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Some(false),
            status if status.is_success() || status.is_redirection() => Some(true),
            _ => None,
        })
    }

    async fn dial_permissions(&self) -> Result<Vec<DialPermission>, CarrierError> {
        let account = self.one()?;
        let mut url = Self::permissions(account)?;
        let origin = url.origin();
        let mut found = Vec::new();
        for _ in 0..COUNTRY_PAGES {
            let response = checked(self.with_credentials(account, url.clone()).await?)?;
            let page: CountryPage = read(response, "dialing permissions").await?;
            found.extend(page.content.into_iter().map(CountryResource::permission));
            let next = page.meta.and_then(|meta| meta.next_page_url).and_then(|next| url.join(&next).ok());
            match next {
                Some(next) if next.origin() == origin => url = next,
                _ => break,
            }
        }
        Ok(found)
    }
}
