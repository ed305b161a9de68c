//! `frontdesk fallback-twiml`: the flow as one static document for the number's fallback URL, hosted on another
//! server.
use std::process::ExitCode;

use clap::Args;
use url::Url;

use super::Failure;
use crate::carrier::write_fallback_document;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct FallbackTwiml {
    /// The URL of a document `<Response><Hangup/></Response>`, requested after the message. Without it, a caller who
    /// stays on the line after the message starts again.
    #[arg(long, value_name = "URL")]
    after: Option<Url>,
}

impl FallbackTwiml {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let flow = config.flow.as_ref().ok_or_else(|| {
            Failure::Usage("forward_to: nobody to forward to; set it, or FRONTDESK__FORWARD_TO".into())
        })?;
        let after = self.after.as_ref().map(Url::as_str);
        println!("{}", write_fallback_document(&flow.flow, config.public_url.as_ref(), after));
        Ok(ExitCode::SUCCESS)
    }
}
