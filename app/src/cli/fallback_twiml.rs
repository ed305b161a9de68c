//! `frontdesk fallback-twiml`: the flow as two static documents for the number's fallback URL, hosted on another server.
use std::process::ExitCode;

use clap::Args;
use url::Url;

use super::Failure;
use crate::carrier::{LEFT_OUT, write_fallback, write_fallback_voicemail};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct FallbackTwiml {
    /// Print the second document, which takes a message, instead of the first, which calls the phones.
    #[arg(long)]
    voicemail: bool,
    /// Where the second document is hosted; relative to the address of the first.
    #[arg(long, value_name = "URL", default_value = "voicemail.xml", conflicts_with = "voicemail")]
    voicemail_url: String,
    /// The URL of a document `<Response><Hangup/></Response>`, requested after the message. Without it, a caller who
    /// stays on the line after the message starts again.
    #[arg(long, value_name = "URL", requires = "voicemail")]
    after: Option<Url>,
}

impl FallbackTwiml {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let flow = config.flow.as_ref().ok_or_else(|| {
            Failure::Usage("forward_to: no number to forward to; set it, or FRONTDESK__FORWARD_TO".into())
        })?;
        if self.voicemail {
            let after = self.after.as_ref().map(Url::as_str);
            println!("{}", write_fallback_voicemail(&flow.flow, config.public_url.as_ref(), after));
        } else {
            println!("{}", write_fallback(&flow.flow, &self.voicemail_url));
            eprintln!(
                "left out: {LEFT_OUT}; host the document of `frontdesk fallback-twiml --voicemail` at {}",
                self.voicemail_url
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}
