//! Logs on standard error (levels: `log.level` or `RUST_LOG`) and metrics. Neither contains phone numbers, pressed keys or tokens.

mod descriptions;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use frontdesk_services::event_intake::{EventIntake, IntakeHealth};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::traces;

/// The metrics recorder of the process; `None` if it could not be installed.
static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Changes the levels while the process runs.
static LEVELS: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Histogram buckets of response times: the carrier's timeout is 15 s, ours is 4 s.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 4.0];
/// Histogram buckets of the number of events in a commit.
const EVENTS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0];
/// How often recorded samples are aggregated, whether or not the metrics are requested.
const AGGREGATION_INTERVAL: Duration = Duration::from_secs(5);

/// Installs the recorder. Metrics that are recorded before are lost.
pub fn begin() -> &'static Option<PrometheusHandle> {
    FIGURES.get_or_init(|| {
        let buckets = |builder: PrometheusBuilder, end: &str, values: &[f64]| {
            builder.set_buckets_for_metric(Matcher::Suffix(end.to_owned()), values).ok()
        };
        let builder = buckets(PrometheusBuilder::new(), "_seconds", &SECONDS)?;
        let figures = buckets(builder, "_events", &EVENTS)?.install_recorder().ok()?;
        metrics::gauge!("frontdesk_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        descriptions::describe();
        process().describe();
        Some(figures)
    })
}

/// CPU, memory, descriptors and start of the process, with the names of the Prometheus client libraries.
fn process() -> metrics_process::Collector {
    metrics_process::Collector::default()
}

/// Aggregates samples for ever: until then, each takes memory.
pub async fn aggregate() {
    loop {
        tokio::time::sleep(AGGREGATION_INTERVAL).await;
        begin().iter().for_each(PrometheusHandle::run_upkeep);
    }
}

/// Renders the metrics as Prometheus text, with current gauge values.
pub fn metrics(intake: Arc<EventIntake>) -> Arc<dyn Fn() -> String + Send + Sync> {
    let figures = begin();
    Arc::new(move || {
        let (waiting, unavailable, losing) = match intake.health() {
            IntakeHealth::Healthy => (0, false, false),
            IntakeHealth::Buffering { waiting, unavailable } => (waiting, unavailable, false),
            IntakeHealth::Failing => (0, true, true),
        };
        let gauges = [
            ("frontdesk_spool_events", u32::try_from(waiting).unwrap_or(u32::MAX)),
            ("frontdesk_database_unavailable", u32::from(unavailable)),
            ("frontdesk_losing_events", u32::from(losing)),
        ];
        for (name, value) in gauges {
            metrics::gauge!(name).set(f64::from(value));
        }
        process().collect();
        figures.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    })
}

/// How logs are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines of text, for people.
    #[default]
    Text,
    /// One JSON object per line, for programs.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("use text or json".to_owned()),
        }
    }
}

/// What is logged, by module: directives of `tracing-subscriber`, such as `info,adapters_twilio=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLevels(String);

impl Default for LogLevels {
    fn default() -> Self {
        Self("info,sea_orm_migration=warn,sqlx::postgres::notice=warn".to_owned())
    }
}

impl FromStr for LogLevels {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = |error| format!("{error}; use levels such as info,adapters_twilio=debug");
        EnvFilter::builder().parse(text).map_err(known)?;
        Ok(Self(text.to_owned()))
    }
}

impl LogLevels {
    fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }

    /// Applies these levels from now on, regardless of `RUST_LOG` at the start. No effect if logging was not started.
    pub fn apply(&self) {
        let Some(reload) = LEVELS.get() else { return };
        if let Err(error) = reload.reload(self.filter()) {
            tracing::warn!("the log levels cannot be changed: {error}");
        }
    }
}

/// Whether to write colours: on a terminal, unless `NO_COLOR` or a similar variable turns them off.
pub fn has_colours(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

/// Starts logging. `RUST_LOG` wins over `levels`.
pub fn start(format: LogFormat, levels: &LogLevels) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| levels.filter());
    let (filter, reload) = reload::Layer::new(filter);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(has_colours(&std::io::stderr()))
        .with_target(false);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let lines = lines.with_filter(filter).with_filter(traces::logged());
    // An error means that logging has been started already, as in tests.
    if tracing_subscriber::registry().with(lines).with(traces::layer()).try_init().is_ok() {
        let _ = LEVELS.set(reload);
    }
}
