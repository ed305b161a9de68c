//! `frontdesk connect`: points a phone number at this server, and undoes that.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use frontdesk_ports::{CarrierAccount, CarrierError, Hook, PhoneNumberSettings, WebhookSettings};

use super::Failure;
use super::confirm::confirmed;
use crate::config::Config;
use crate::wiring::doctor::outside;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate switch of the command line")]
pub(super) struct Connect {
    /// The number, in E.164; without it the account's numbers are listed.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
    /// Restore the number's previous settings.
    #[arg(long, requires = "number")]
    disconnect: bool,
    /// Leave the fallback URL unchanged, for an answer hosted on another server.
    #[arg(long, conflicts_with = "disconnect")]
    keep_fallback: bool,
    /// Do not ask for confirmation.
    #[arg(long)]
    yes: bool,
}

impl Connect {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let Some(outside) = outside(&config)? else {
            return Err(Failure::Usage("public_url and twilio.* are needed to ask the carrier".into()));
        };
        let account = &*outside.account;
        let lines = account.numbers().await.map_err(unanswered)?.numbers;
        let Some(number) = &self.number else { return Ok(list(account, &lines)) };
        let line = lines.iter().find(|line| line.number == *number).ok_or_else(|| {
            let known: Vec<&str> = lines.iter().map(|line| line.number.as_str()).collect();
            Failure::Failed(format!("{number} is not a number of the account; it has: {}", known.join(", ")))
        })?;
        let before = RollBack(config.spool.join(format!("connect-{}.json", line.id)));
        let wanted = if self.disconnect {
            before.read()?
        } else {
            let ours = account.ours();
            let fallback =
                if self.keep_fallback { line.settings.fallback.clone() } else { ours.fallback.clone() };
            WebhookSettings { fallback, ..ours }
        };
        let changes = changes(&line.settings, &wanted);
        if changes.is_empty() {
            println!("{number} is already configured");
            return Ok(ExitCode::SUCCESS);
        }
        println!("{number}:");
        println!("{}", changes.join("\n"));
        if self.dry_run {
            println!("nothing was changed (--dry-run)");
            return Ok(ExitCode::SUCCESS);
        }
        if !confirmed("Change this at the carrier?", self.yes)? {
            println!("nothing was changed");
            return Ok(ExitCode::from(1));
        }
        // Save the old settings first, unless they already point at this server.
        let was_ours = bare(&line.settings.voice.url) == bare(&account.ours().voice.url);
        if !self.disconnect && !was_ours {
            before.keep(&line.settings)?;
            println!("the previous settings are saved in {}", before.0.display());
        }
        let stored = account.set_number(line, &wanted).await.map_err(unanswered)?;
        let left = self::changes(&stored.settings, &wanted);
        if !left.is_empty() {
            let left = left.join("\n");
            return Err(Failure::Failed(format!("the carrier stored different settings:\n{left}")));
        }
        if self.disconnect {
            println!("{number} has its previous settings again");
        } else {
            println!("{number} now points at this server; run frontdesk doctor to check that calls arrive");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(account: &dyn CarrierAccount, lines: &[PhoneNumberSettings]) -> ExitCode {
    let ours = account.ours();
    for PhoneNumberSettings { number, settings, .. } in lines {
        let asks = if !settings.routed_by.is_empty() {
            format!("routed by {}", settings.routed_by)
        } else if bare(&settings.voice.url) == bare(&ours.voice.url) {
            "points at this server".to_owned()
        } else if settings.voice.url.is_empty() {
            "no voice URL".to_owned()
        } else {
            format!("points at {}", settings.voice.url)
        };
        println!("{number}  {asks}");
    }
    if lines.is_empty() {
        println!("the account has no number that takes calls");
    } else {
        println!("connect one with: frontdesk connect --number {}", lines[0].number);
    }
    ExitCode::SUCCESS
}

fn bare(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

fn unanswered(error: CarrierError) -> Failure {
    Failure::Failed(match error {
        CarrierError::Unauthorized => {
            "the carrier refuses the account's token; check twilio.account_sid and twilio.auth_token"
                .to_owned()
        }
        error => format!("{error}; probably nothing was changed"),
    })
}

/// The settings that differ, each with its old and its new value.
fn changes(is: &WebhookSettings, wanted: &WebhookSettings) -> Vec<String> {
    let shown = |hook: &Hook| match hook.url.as_str() {
        "" => "(nothing)".to_owned(),
        url => format!("{} {url}", hook.method),
    };
    let led = |settings: &WebhookSettings| match settings.routed_by.as_str() {
        "" => "(nothing)".to_owned(),
        by => by.to_owned(),
    };
    let pairs = [
        ("voice URL", shown(&is.voice), shown(&wanted.voice)),
        ("fallback URL", shown(&is.fallback), shown(&wanted.fallback)),
        ("status callback", shown(&is.status), shown(&wanted.status)),
        ("routed by", led(is), led(wanted)),
    ];
    let differ = pairs.into_iter().filter(|(_, is, wanted)| is != wanted);
    differ.map(|(what, is, wanted)| format!("  {what:15}  - {is}\n  {:15}  + {wanted}", "")).collect()
}

/// Where a number's previous settings are saved.
struct RollBack(PathBuf);

impl RollBack {
    fn keep(&self, settings: &WebhookSettings) -> Result<(), Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::Failed(format!(
                "the previous settings cannot be saved in {}: {error}; nothing was changed",
                self.0.display()
            ))
        };
        let text = serde_json::to_vec_pretty(settings).map_err(|error| failed(&error))?;
        fs::create_dir_all(self.0.parent().unwrap_or(Path::new("."))).map_err(|error| failed(&error))?;
        fs::write(&self.0, text).map_err(|error| failed(&error))
    }

    fn read(&self) -> Result<WebhookSettings, Failure> {
        let shown = self.0.display();
        let text = fs::read(&self.0).map_err(|error| {
            Failure::Failed(format!("the previous settings cannot be read ({shown}: {error}); set the number at the carrier's console"))
        })?;
        serde_json::from_slice(&text).map_err(|error| Failure::Failed(format!("{shown}: {error}")))
    }
}
