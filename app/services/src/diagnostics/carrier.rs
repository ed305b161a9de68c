//! Checks of the carrier account: credentials, clock, webhooks of the numbers, access to recordings, dial permissions.
use std::collections::BTreeSet;

use frontdesk_domain::{CallFlow, PhoneNumber};
use frontdesk_ports::{
    AccountNumbers, CarrierError, Clock, DialPermission, Finding, Hook, PhoneNumberSettings,
};

use super::CarrierSetup;

/// Differences between our clock and the carrier's, in seconds, that cause a warning and a fault.
const SKEW_WARNING: i64 = 5;
const SKEW_FAULT: i64 = 60;

const CREDENTIALS: &str = "credentials";
const CLOCK: &str = "clock";
const NUMBERS: &str = "number";
const MEDIA: &str = "media";
const DIALLING: &str = "dialling";

impl CarrierSetup {
    pub(super) async fn account(&self, clock: &dyn Clock, flow: Option<&CallFlow>) -> Vec<Finding> {
        let asked = clock.now();
        let numbers = self.account.numbers().await;
        let answered = clock.now();
        let mut findings = Vec::new();
        match &numbers {
            Ok(_) => findings.push(Finding::fine(CREDENTIALS, "the carrier accepts the account's token")),
            Err(CarrierError::Unauthorized) => findings.push(Finding::fault(
                CREDENTIALS,
                "the carrier refuses the account's token",
                "copy Account SID and Auth Token from the carrier's console to twilio.account_sid and twilio.auth_token; an account of another region needs its address in twilio.api_url",
            )),
            Err(error) => findings.push(Finding::fault(
                CREDENTIALS,
                error.to_string(),
                "check twilio.api_url and that this machine reaches it; messages wait meanwhile",
            )),
        }
        let Ok(AccountNumbers { numbers, at }) = numbers else {
            let rest = [CLOCK, NUMBERS, MEDIA, DIALLING];
            findings.extend(rest.map(|check| Finding::untried(check, "the carrier cannot be reached")));
            return findings;
        };
        let middle = i64::midpoint(asked.as_millisecond(), answered.as_millisecond());
        findings.push(self::clock(at.map(|at| middle - at.as_millisecond())));
        findings.extend(self.numbers(&numbers));
        findings.push(self.media().await);
        findings.extend(self.dialling(flow).await);
        findings
    }

    fn numbers(&self, numbers: &[PhoneNumberSettings]) -> Vec<Finding> {
        let ours = self.account.ours();
        let mine: Vec<&PhoneNumberSettings> = numbers
            .iter()
            .filter(|number| bare(&number.settings.voice.url) == bare(&ours.voice.url))
            .collect();
        if mine.is_empty() {
            let known: Vec<&str> = numbers.iter().map(|number| number.number.as_str()).collect();
            let (what, remedy) = match known.first() {
                None => (
                    "the account has no number that takes calls".to_owned(),
                    "buy one in the carrier's console, then run frontdesk connect".to_owned(),
                ),
                Some(first) => (
                    format!(
                        "no number of the account points at this server (the account has {})",
                        known.join(", ")
                    ),
                    format!("run frontdesk connect --number {first}"),
                ),
            };
            return vec![Finding::fault(NUMBERS, what, remedy)];
        }
        mine.into_iter().map(|number| self.number(number)).collect()
    }

    fn number(&self, settings: &PhoneNumberSettings) -> Finding {
        let (is, ours) = (&settings.settings, self.account.ours());
        let number = &settings.number;
        let remedy = format!("run frontdesk connect --number {number}");
        if !is.routed_by.is_empty() {
            let what = format!(
                "{number} is routed by {} at the carrier, so its webhook addresses are not used",
                is.routed_by
            );
            return Finding::fault(NUMBERS, what, remedy);
        }
        if !is.voice.method.eq_ignore_ascii_case("POST") {
            let what = format!("{number} sends {} requests, which carry no signed form", is.voice.method);
            return Finding::fault(NUMBERS, what, remedy);
        }
        if bare(&is.status.url) != bare(&ours.status.url) {
            let what = format!(
                "{number} does not report the end of calls to this server ({})",
                or_nothing(&is.status)
            );
            return Finding::fault(NUMBERS, what, remedy);
        }
        if is.fallback.url.is_empty() {
            let what = format!(
                "{number} has no fallback: callers hear an error while this server cannot be reached"
            );
            return Finding::warning(
                NUMBERS,
                what,
                format!(
                    "{remedy}, or host the output of `frontdesk fallback-twiml` on another server and set it there"
                ),
            );
        }
        if is.voice.url != ours.voice.url {
            let what = format!("{number} points at this server, but without retry settings");
            return Finding::warning(NUMBERS, what, remedy);
        }
        Finding::fine(NUMBERS, format!("{number} points at this server and reports the end of calls to it"))
    }

    async fn media(&self) -> Finding {
        match self.account.recordings_are_open().await {
            Ok(Some(false)) => Finding::fine(MEDIA, "the carrier serves recordings only to the account"),
            Ok(Some(true)) => Finding::fault(
                MEDIA,
                "anyone who knows the address of a recording can play it at the carrier, without signing in",
                "switch on \"HTTP Basic Authentication for media access\" in the carrier's voice settings",
            ),
            Ok(None) => Finding::untried(MEDIA, "there is no recording yet to try it with"),
            Err(error) => Finding::untried(MEDIA, format!("no answer from the carrier: {error}")),
        }
    }

    async fn dialling(&self, flow: Option<&CallFlow>) -> Vec<Finding> {
        let permissions = match self.account.dial_permissions().await {
            Ok(permissions) if !permissions.is_empty() => permissions,
            Ok(_) => return vec![Finding::untried(DIALLING, "the carrier lists no countries")],
            Err(error) => {
                return vec![Finding::untried(DIALLING, format!("no answer from the carrier: {error}"))];
            }
        };
        let numbers: BTreeSet<&PhoneNumber> = flow.map(|flow| flow.numbers().collect()).unwrap_or_default();
        let closed: BTreeSet<&str> = numbers
            .iter()
            .filter(|number| !may_be_called(number.as_str(), &permissions))
            .map(|n| n.as_str())
            .collect();
        let mut findings = Vec::new();
        if !closed.is_empty() {
            let closed: Vec<&str> = closed.into_iter().collect();
            findings.push(Finding::fault(
                DIALLING,
                format!("the account may not call {}", closed.join(", ")),
                "allow the country in the carrier's voice geographic permissions",
            ));
        }
        let fraud: Vec<&str> = permissions
            .iter()
            .filter(|country| country.fraud)
            .map(|country| country.country.as_str())
            .collect();
        if !fraud.is_empty() {
            let shown = fraud.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            findings.push(Finding::warning(
                DIALLING,
                format!("numbers known for toll fraud may be called in {} countries ({shown}…)", fraud.len()),
                "switch off \"high-risk toll fraud\" in the carrier's voice geographic permissions",
            ));
        }
        if findings.is_empty() {
            findings.push(Finding::fine(
                DIALLING,
                "every phone of the flow may be called, and no toll-fraud numbers",
            ));
        }
        findings
    }
}

/// The finding for a clock that is this many milliseconds ahead of the carrier's.
fn clock(ahead: Option<i64>) -> Finding {
    let Some(ahead) = ahead else { return Finding::untried(CLOCK, "the carrier's answer has no time") };
    // The carrier's time has a resolution of one second.
    let ahead = if ahead > 0 { (ahead - 1000).max(0) } else { ahead };
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    let seconds = ahead.abs() / 1000;
    let what = format!("this machine's clock is {seconds} s {direction} the carrier's");
    let remedy = "synchronise the clock (timedatectl set-ntp true)";
    if seconds >= SKEW_FAULT {
        Finding::fault(CLOCK, what, remedy)
    } else if seconds >= SKEW_WARNING {
        Finding::warning(CLOCK, what, remedy)
    } else {
        Finding::fine(CLOCK, "this machine's clock agrees with the carrier's")
    }
}

/// Whether the country of a number may be called. Several countries share a prefix, and the number alone does not say
/// which one it belongs to, so permission for one of them is enough.
fn may_be_called(number: &str, permissions: &[DialPermission]) -> bool {
    let fits = |country: &&DialPermission| country.prefixes.iter().any(|prefix| number.starts_with(prefix));
    let longest = permissions.iter().filter(fits).flat_map(|country| &country.prefixes);
    let longest = longest.filter(|prefix| number.starts_with(*prefix)).map(String::len).max();
    let of = |country: &&DialPermission| {
        country.prefixes.iter().any(|prefix| Some(prefix.len()) == longest && number.starts_with(prefix))
    };
    longest.is_none() || permissions.iter().filter(of).any(|country| country.ordinary)
}

/// A URL without the fragment that holds the carrier's retry settings.
fn bare(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

fn or_nothing(hook: &Hook) -> &str {
    if hook.url.is_empty() { "nothing is set" } else { &hook.url }
}
