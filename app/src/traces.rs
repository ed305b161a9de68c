//! Exports traces over OTLP, configured by the standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, …).

mod sampler;
use std::sync::OnceLock;
use std::time::Duration;

use frontdesk_services::tracing_context::TARGET;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

use crate::environment::Environment;
use crate::http_client::Proxies;
use sampler::CallSampler;

/// How long a request to the collector may take: the standard's own default.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// The provider that exports spans, until the process ends.
static EXPORTING: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Sends the spans of calls to the collector that the environment names, if it names one.
pub fn layer<S>() -> Option<impl Layer<S>>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    if !is_wanted() {
        return None;
    }
    // A blocking client must be created outside of the asynchronous runtime.
    let exporter = match std::thread::spawn(exporter).join() {
        Ok(Ok(exporter)) => exporter,
        Ok(Err(error)) => {
            eprintln!("traces are not sent: {error}");
            return None;
        }
        Err(_) => return None,
    };
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let mut resource = Resource::builder().with_attribute(version);
    if !is_set("OTEL_SERVICE_NAME") {
        resource = resource.with_service_name("frontdesk");
    }
    let provider = SdkTracerProvider::builder()
        .with_sampler(CallSampler(sampler::of_environment()))
        .with_batch_exporter(exporter)
        .with_resource(resource.build())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("frontdesk")).with_location(false);
    let layer = layer.with_threads(false).with_target(false).with_level(false);
    let _ = EXPORTING.set(provider);
    Some(layer.with_filter(EnvFilter::new("off,trace=info")))
}

/// Sends spans over HTTP, through the proxies of the environment.
fn exporter() -> Result<SpanExporter, Box<dyn std::error::Error + Send + Sync>> {
    let proxies =
        Proxies::read(&Environment::of_process()).map_err(|error| format!("{}: {error}", error.variable))?;
    let client =
        reqwest::blocking::ClientBuilder::from(proxies.client_builder()).timeout(EXPORT_TIMEOUT).build()?;
    Ok(SpanExporter::builder().with_http().with_http_client(client).build()?)
}

/// Sends the remaining spans. Blocks, so a thread that serves requests must not call it.
pub fn finish() {
    if let Some(provider) = EXPORTING.get() {
        // An unavailable collector must not affect the server.
        let _ = provider.shutdown();
    }
}

/// The filter of the log: everything except the spans of calls and the SIP library, which logs whole messages with numbers
/// and credentials.
pub fn logged<S>() -> impl tracing_subscriber::layer::Filter<S> {
    filter_fn(|metadata| metadata.target() != TARGET && !metadata.target().starts_with("rsipstack"))
}

fn is_wanted() -> bool {
    let endpoint =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].into_iter().any(is_set);
    #[expect(
        clippy::disallowed_methods,
        reason = "these variables are defined by OpenTelemetry, not by frontdesk"
    )]
    let off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
    endpoint && !off
}

#[expect(
    clippy::disallowed_methods,
    reason = "these variables are defined by OpenTelemetry, not by frontdesk"
)]
fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty())
}
