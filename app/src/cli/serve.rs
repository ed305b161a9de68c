//! `frontdesk serve`: production.

use std::process::ExitCode;
use std::sync::Arc;

use adapters_twilio::Account;

use super::Failure;
use super::run::{Reload, hang_ups, listen, until_stopped};
use crate::config::Config;
use crate::pid::PidFile;
use crate::system::{SystemClock, SystemIds};
use crate::telemetry;
use crate::wiring::{Parts, build};

pub(super) async fn run(config: Config, reload: Reload) -> Result<ExitCode, Failure> {
    telemetry::start(config.log_format);
    let (Some(public), Some(twilio), Some(flow)) = (config.public_url, config.twilio, config.flow) else {
        // `Needs::Production` has refused this.
        return Err(Failure::Usage("the configuration is not complete".into()));
    };
    let account = Account {
        carrier: "twilio".into(),
        sid: twilio.account_sid,
        tokens: twilio.tokens,
        api_url: twilio.api_url,
    };
    let listener = listen(config.listen).await?;
    // Before anybody can find this process: SIGHUP must not end it.
    let reload = (hang_ups()?, reload);
    let _serving = PidFile::hold(&config.spool).map_err(|error| {
        Failure::Usage(format!("spool.path: {} cannot be used: {error}", config.spool.display()))
    })?;
    let private = match config.private_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let figures = match config.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let app = build(Parts {
        public: public.clone(),
        accounts: vec![account],
        flow,
        caps: config.caps,
        recipients: config.recipients,
        smtp: config.smtp,
        feed_url: config.feed_url,
        database_url: config.database_url,
        recordings: config.recordings,
        delete_at_carrier: config.delete_at_carrier,
        transcription: config.transcription,
        spool: config.spool,
        retention: config.retention,
        resolves_misses: config.resolves_misses,
        admin_password: config.admin_password,
        api_token: config.api_token,
        elsewhere: config.elsewhere,
        zone: config.zone,
        // On a listener of their own, people come as that listener is: without TLS, unless a proxy says otherwise.
        secure: public.as_str().starts_with("https://") && config.private_listen.is_none(),
        phone: None,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
    })
    .await?;
    tracing::info!("the carrier's voice URL is {public}/twilio/voice; listening on {}", config.listen);
    let mut served = Vec::new();
    served.extend(figures.map(|listener| (listener, app.figures())));
    let running = match private {
        None => {
            let (routes, running) = app.together();
            served.push((listener, routes));
            running
        }
        Some(private) => {
            let (carrier, people, running) = app.apart();
            served.extend([(listener, carrier), (private, people)]);
            running
        }
    };
    until_stopped(served, running, Some(reload)).await
}
