//! `frontdesk serve`: the production server.
use std::process::ExitCode;

use super::Failure;
use super::lifecycle::{Reload, hang_ups, listen, until_stopped};
use crate::config::Config;
use crate::environment::Environment;
use crate::pid::PidFile;
use crate::service_manager::PassedSockets;
use crate::telemetry::{self, LogFormat};
use crate::wiring::{App, AppBuilder, finish_restore};

pub(super) async fn run(
    config: Config,
    reload: Reload,
    environment: &Environment,
) -> Result<ExitCode, Failure> {
    // systemd sets this variable if standard error goes to the journal.
    let is_log = environment.get("JOURNAL_STREAM").is_some() || config.log_format == LogFormat::Json;
    telemetry::start(config.log_format, &config.log_levels);
    let mut sockets = PassedSockets::of_process();
    let listener = listen(&mut sockets, config.listen).await?;
    // First, because an interrupted restore still has to move folders into place, in which no file must be created before.
    finish_restore(&config.database_url).map_err(|error| Failure::Usage(error.to_string()))?;
    // Before the PID file exists: a SIGHUP from `frontdesk reload` must not end this process.
    let reload = (hang_ups()?, reload);
    let _serving = PidFile::hold(&config.spool).map_err(|error| {
        Failure::Usage(format!("spool.path: {} cannot be used: {error}", config.spool.display()))
    })?;
    let private = match config.private_listen {
        Some(address) => Some(listen(&mut sockets, address).await?),
        None => None,
    };
    let metrics = match config.metrics_listen {
        Some(address) => Some(listen(&mut sockets, address).await?),
        None => None,
    };
    sockets.warn_of_unused();
    let address = config.listen;
    let app = AppBuilder::new(config).build().await?;
    print_setup_link(&app, is_log).await;
    if let Some(url) = app.voice_url() {
        tracing::info!("the carrier's voice URL is {url}");
    }
    tracing::info!("listening on {address}");
    let mut served = Vec::new();
    served.extend(metrics.map(|listener| (listener, app.metrics())));
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

/// Prints the link that creates the first user, while there is none. Does not use the logger, and does not print it if standard
/// error is a log that is stored or forwarded: any reader of that log could become the admin.
async fn print_setup_link(app: &App, is_log: bool) {
    match app.new_setup_link().await {
        Ok(Some(_)) if is_log => {
            tracing::warn!(
                "nobody can sign in yet; create the first user: frontdesk user add NAME --role admin"
            );
        }
        Ok(Some(link)) => eprintln!(
            "\nNobody can sign in yet. Create the first user, who is an admin, here:\n\n  {link}\n\n\
             or with `frontdesk user add NAME --role admin`.\n"
        ),
        Ok(None) => {}
        Err(error) => tracing::warn!("the users cannot be read: {error}"),
    }
}
