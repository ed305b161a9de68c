//! Selects the calls that are traced, by the standard variables `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. The
//! decision is the same for every span of a call.
use opentelemetry::trace::{Link, SpanKind, TraceContextExt, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{Sampler, SamplingResult, ShouldSample};

/// Samples calls. There is no span for the call itself, so spans that would have it as parent are sampled as roots of their
/// trace.
#[derive(Debug, Clone)]
pub struct CallSampler(pub Sampler);

impl ShouldSample for CallSampler {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let local = parent.filter(|parent| !parent.span().span_context().is_remote());
        self.0.should_sample(local, trace_id, name, kind, attributes, links)
    }
}

/// The sampler that the environment names; without one, every call is traced.
pub fn of_environment() -> Sampler {
    #[expect(
        clippy::disallowed_methods,
        reason = "these variables are defined by OpenTelemetry, not by frontdesk"
    )]
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    let (name, argument) = (value("OTEL_TRACES_SAMPLER"), value("OTEL_TRACES_SAMPLER_ARG"));
    sampler(name.trim(), argument.trim()).unwrap_or_else(|error| {
        eprintln!("every call is traced: {error}");
        Sampler::AlwaysOn
    })
}

fn sampler(name: &str, argument: &str) -> Result<Sampler, String> {
    let ratio = || match argument {
        "" => Ok(1.0),
        argument => argument
            .parse::<f64>()
            .ok()
            .filter(|ratio| (0.0..=1.0).contains(ratio))
            .ok_or_else(|| "OTEL_TRACES_SAMPLER_ARG: use a share from 0 to 1, such as 0.1".to_owned()),
    };
    let root = match name.strip_prefix("parentbased_").unwrap_or(name) {
        "" | "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => Sampler::TraceIdRatioBased(ratio()?),
        _ => {
            return Err(format!(
                "OTEL_TRACES_SAMPLER: {name:?} is not known; use always_on, always_off, traceidratio, or one of these \
                 after parentbased_"
            ));
        }
    };
    let follows_parent = name.is_empty() || name.starts_with("parentbased_");
    Ok(if follows_parent { Sampler::ParentBased(Box::new(root)) } else { root })
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceState};

    use opentelemetry_sdk::trace::SamplingDecision;

    use super::*;

    fn samples(name: &str, argument: &str, trace: u128, is_remote: bool) -> bool {
        let trace = TraceId::from_bytes(trace.to_be_bytes());
        let parent = SpanContext::new(
            trace,
            SpanId::from_bytes([1; 8]),
            TraceFlags::SAMPLED,
            is_remote,
            TraceState::default(),
        );
        let parent = Context::new().with_remote_span_context(parent);
        let sampler = CallSampler(sampler(name, argument).unwrap());
        let result = sampler.should_sample(Some(&parent), trace, "answer", &SpanKind::Server, &[], &[]);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn the_standard_samplers_decide_about_a_call_and_its_spans_follow() {
        for name in ["", "always_on", "parentbased_always_on"] {
            assert!(samples(name, "", 1, true), "{name}");
        }
        for name in ["always_off", "parentbased_always_off"] {
            assert!(!samples(name, "", 1, true), "{name}");
        }
        assert!(samples("parentbased_always_off", "", 1, false), "a span of a sampled parent is sampled");
        for name in ["traceidratio", "parentbased_traceidratio"] {
            assert!(samples(name, "0.5", 1, true) && !samples(name, "0.5", u128::MAX, true), "{name}");
            assert!(!samples(name, "0", 1, true) && samples(name, "", u128::MAX, true), "{name}");
        }
    }

    #[test]
    fn unknown_values_are_refused() {
        assert!(sampler("xray", "").unwrap_err().contains("OTEL_TRACES_SAMPLER"));
        assert!(sampler("traceidratio", "2").unwrap_err().contains("OTEL_TRACES_SAMPLER_ARG"));
        assert!(sampler("traceidratio", "many").is_err());
    }
}
