//! The lifecycle that `demo` and `serve` share: listen, serve, run the background tasks, shut down in order.
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_domain::flow::{Mailbox, Transcribe};
use frontdesk_services::contacts::Contacts;
use frontdesk_services::event_intake::EventIntake;
use frontdesk_services::flow_versions::FlowVersions;
use frontdesk_services::follow_up::auto_resolve::AutoResolve;
use frontdesk_services::maintenance::Maintenance;
use frontdesk_services::notifications::Notifications;
use frontdesk_services::restrictions::Restrictions;
use frontdesk_services::voicemail_jobs::VoicemailWorker;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::Failure;
use crate::config::{Config, Needs};
use crate::environment::Environment;
use crate::service_manager::{self, PassedSockets};
use crate::telemetry;
use crate::wiring::Running;
use frontdesk_server::{Routes, serve};

/// The pause before a background task that has ended is restarted.
const RESTART_PAUSE: Duration = Duration::from_secs(1);
/// How long draining the spool and closing the database may take at shutdown, each.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Reads the flow and the log levels again from the configuration.
pub(super) struct Reload {
    file: Option<PathBuf>,
    environment: Environment,
    /// Whether messages are transcribed on this machine.
    transcribes: bool,
}

impl Reload {
    pub fn new(file: Option<PathBuf>, environment: Environment, transcribes: bool) -> Self {
        Self { file, environment, transcribes }
    }

    /// Loads the flow if it is valid; otherwise keeps the current one.
    fn reload(&self, versions: &FlowVersions, recipient_names: &[String]) {
        let loaded = Config::load(self.file.as_deref(), &self.environment, Needs::Production);
        if let Ok(config) = &loaded {
            config.log_levels.apply();
        }
        let own = match loaded {
            Ok(Config { flow: Some(own), .. }) => own,
            Ok(_) => {
                return tracing::error!("the configuration no longer has a flow; the current one stays");
            }
            Err(errors) => {
                return tracing::error!("the current flow stays; the configuration is invalid: {errors}");
            }
        };
        let named = own.flow.draft().mailboxes.values().flat_map(|mailbox| &mailbox.notify);
        if let Some(new) = named.into_iter().find(|name| !recipient_names.contains(name)) {
            return tracing::error!(
                "the current flow stays: a mailbox notifies {new:?}, a recipient that is only added by a restart"
            );
        }
        let here = |mailbox: &Mailbox| mailbox.transcribe == Transcribe::Here;
        if !self.transcribes && own.flow.draft().mailboxes.values().any(here) {
            return tracing::error!(
                "the current flow stays: a mailbox needs transcription, whose command is only read at a restart"
            );
        }
        match versions.replace(own) {
            Ok(true) => {
                tracing::info!("flow {} is loaded and used for new calls", versions.current().version());
            }
            Ok(false) => tracing::info!("the flow has not changed"),
            Err(error) => tracing::error!("the current flow stays: {error}"),
        }
    }
}

/// Handles SIGHUP from now on: without a handler it would end the process.
pub(super) fn hang_ups() -> Result<Signal, Failure> {
    signal(SignalKind::hangup()).map_err(|error| Failure::Failed(format!("cannot wait for signals: {error}")))
}

/// Listens on an address. A port that is in use is a failure, not an invalid setting.
pub(super) async fn listen(passed: &mut PassedSockets, address: SocketAddr) -> Result<TcpListener, Failure> {
    let taken = |error| Failure::Failed(format!("cannot listen on {address}: {error}"));
    passed.listen(address).await.map_err(taken)
}

/// Serves until SIGTERM or SIGINT, then finishes what is in flight.
pub(super) async fn until_stopped(
    served: Vec<(TcpListener, Routes)>,
    running: Running,
    reload: Option<(Signal, Reload)>,
) -> Result<ExitCode, Failure> {
    let no_signals = |error| Failure::Failed(format!("cannot wait for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let rules = running.notifications.recipients.values().map(|target| target.rule_name.clone());
    let recipients = rules.collect();
    let (reloading, terminal_closed) = match reload {
        Some((hangup, reload)) => {
            let reloading = reload_on_signal(hangup, reload, running.flow.clone(), recipients);
            (tokio::spawn(reloading), None)
        }
        // Without a reload, closing the terminal ends the server.
        None => {
            (tokio::spawn(std::future::pending()), Some(signal(SignalKind::hangup()).map_err(no_signals)?))
        }
    };
    if let Some(line) = &running.line {
        line.start(&running.flow.current()).await.map_err(Failure::Failed)?;
    }
    let servers: Vec<_> = served
        .into_iter()
        .map(|(listener, routes)| tokio::spawn(serve(listener, routes, running.stop.subscribe())))
        .collect();
    let (intake, maintenance) = (running.intake.clone(), running.maintenance.clone());
    let notifications = running.notifications.clone();
    let (auto_resolve, restrictions) = (running.auto_resolve.clone(), running.restrictions.clone());
    let contacts = running.contacts.clone();
    let workers = running.workers.iter().cloned();
    let workers: Vec<_> =
        workers.map(|worker| tokio::spawn(forever("a worker", move || run_worker(worker.clone())))).collect();
    let beside = [
        tokio::spawn(telemetry::aggregate()),
        tokio::spawn(service_manager::feed_watchdog()),
        tokio::spawn(forever("draining the spool", move || run_intake(intake.clone()))),
        tokio::spawn(forever("maintenance", move || run_maintenance(maintenance.clone()))),
        tokio::spawn(forever("call restrictions", move || run_restrictions(restrictions.clone()))),
        tokio::spawn(forever("contacts", move || run_contacts(contacts.clone()))),
        tokio::spawn(forever("notifications", move || run_notifications(notifications.clone()))),
        tokio::spawn(forever("auto-resolve", move || run_auto_resolve(auto_resolve.clone()))),
    ];
    service_manager::ready();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = hung_up(terminal_closed) => {}
    }
    service_manager::stopping();
    tracing::info!("stopping; finishing requests in progress");
    if let Some(line) = &running.line {
        // Calls in progress get time to end.
        line.drain().await;
    }
    // No receiver means that all tasks have already stopped.
    let _ = running.stop.send(true);
    for server in servers {
        let _ = server.await;
    }
    beside.iter().chain(&workers).chain([&reloading]).for_each(JoinHandle::abort);
    // Events that are not written to the log now are written at the next start.
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, running.intake.drain()).await.is_err() {
        tracing::warn!("not all spooled events were written to the log; they will be at the next start");
    }
    match tokio::time::timeout(SHUTDOWN_TIMEOUT, running.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the database could not be closed cleanly: {error}"),
        Err(_) => tracing::warn!("the database did not close within {SHUTDOWN_TIMEOUT:?}"),
    }
    Ok(ExitCode::SUCCESS)
}

async fn hung_up(signal: Option<Signal>) {
    match signal {
        Some(mut signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Reloads the flow at every SIGHUP.
async fn reload_on_signal(
    mut hangup: Signal,
    reload: Reload,
    flow: Arc<FlowVersions>,
    recipients: Vec<String>,
) {
    let (reload, recipients) = (Arc::new(reload), Arc::new(recipients));
    while hangup.recv().await.is_some() {
        let (reload, flow, recipients) = (reload.clone(), flow.clone(), recipients.clone());
        // Files are read on a blocking thread, so that callers do not wait for a disk.
        let done = tokio::task::spawn_blocking(move || reload.reload(&flow, &recipients)).await;
        if done.is_err() {
            tracing::error!("reloading the flow failed; the current one stays");
        }
    }
}

async fn run_worker(worker: Arc<VoicemailWorker>) {
    worker.run().await;
}

async fn run_intake(intake: Arc<EventIntake>) {
    intake.run().await;
}

async fn run_maintenance(maintenance: Arc<Maintenance>) {
    maintenance.run().await;
}

async fn run_notifications(notifications: Arc<Notifications>) {
    notifications.run().await;
}

async fn run_contacts(contacts: Arc<Contacts>) {
    contacts.run().await;
}

async fn run_restrictions(restrictions: Arc<Restrictions>) {
    restrictions.run().await;
}

async fn run_auto_resolve(auto_resolve: Option<Arc<AutoResolve>>) {
    match auto_resolve {
        Some(auto_resolve) => auto_resolve.run().await,
        None => std::future::pending().await,
    }
}

/// Runs a background task for ever: restarts it after a pause if it ends, even by a panic.
async fn forever<F>(what: &'static str, run: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        AbortOnDrop(tokio::spawn(run())).ended().await;
        tracing::error!("{what} ended unexpectedly and is restarted");
        tokio::time::sleep(RESTART_PAUSE).await;
    }
}

/// A task that is aborted when it is dropped.
struct AbortOnDrop(JoinHandle<()>);

impl AbortOnDrop {
    async fn ended(mut self) {
        // The result does not matter: the task should never end.
        let _ = (&mut self.0).await;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
