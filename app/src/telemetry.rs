//! Logs, on standard error, and figures about ourselves. `RUST_LOG` chooses what is told; numbers, keys and tokens are
//! never part of either.

use std::io::IsTerminal;
use std::sync::{Arc, OnceLock};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::services::keeping::{Condition, Keeping};

/// Counters of the whole process; there is one recorder.
static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Writes our figures as Prometheus text, with how things stand at that moment.
pub fn metrics(keeping: Arc<Keeping>) -> Arc<dyn Fn() -> String + Send + Sync> {
    let figures = FIGURES.get_or_init(|| PrometheusBuilder::new().install_recorder().ok());
    Arc::new(move || {
        let (waiting, away, losing) = match keeping.condition() {
            Condition::Well => (0, false, false),
            Condition::Spooling { waiting, away } => (waiting, away, false),
            Condition::Losing => (0, true, true),
        };
        let gauges = [
            ("frontdesk_spool_events", u32::try_from(waiting).unwrap_or(u32::MAX)),
            ("frontdesk_log_away", u32::from(away)),
            ("frontdesk_losing_events", u32::from(losing)),
        ];
        for (name, value) in gauges {
            metrics::gauge!(name).set(f64::from(value));
        }
        figures.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    })
}

/// Starts logging.
pub fn start() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sea_orm_migration=warn"));
    // An error means that logging has been started already, as tests do.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}
