//! The metrics that a server exports. Dashboards and alert rules must use no others.
use std::collections::BTreeSet;

use adapters_simulator::tone;

use crate::harness::{Desk, TOKEN};

/// The names of all metrics in a text, without the suffixes of histogram series.
fn names(text: &str) -> BTreeSet<&str> {
    let starts = text.match_indices("frontdesk_").map(|(at, _)| &text[at..]);
    let name =
        |rest: &'_ str| rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(rest.len());
    let whole = starts.map(|rest| &rest[..name(rest)]);
    let bare = |name| {
        ["_bucket", "_sum", "_count"].iter().find_map(|end| str::strip_suffix(name, end)).unwrap_or(name)
    };
    whole.map(bare).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn dashboards_and_alert_rules_use_exported_metrics_and_each_is_documented() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(3)).place().await;
    desk.work().await;
    desk.running.maintenance.round().await.unwrap();
    desk.running.notifications.update_metrics().await.unwrap();
    let live = desk.get("/api/v1/events").await;
    let metrics = desk.get("/metrics").await.text().await.unwrap();
    drop(live);
    let metric_names = names(&metrics);
    for asked in [include_str!("../../../deploy/grafana.json"), include_str!("../../../deploy/alerts.yaml")] {
        let missing: Vec<_> = names(asked).difference(&metric_names).copied().collect();
        assert_eq!(missing, Vec::<&str>::new(), "in {metrics}");
    }
    let documented = names(include_str!("../../../docs/operations.md"));
    let missing: Vec<_> = metric_names.difference(&documented).copied().collect();
    assert_eq!(missing, Vec::<&str>::new(), "in docs/operations.md");
    for line in [
        "frontdesk_webhook_seconds_bucket{route=\"/twilio/voice\",le=\"4\"}",
        "frontdesk_commit_events_bucket",
        "frontdesk_effects{state=\"open\"} 0",
        "frontdesk_calls_total{outcome=\"voicemail\"}",
        "frontdesk_live_streams 1",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    for kind in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = kind.split(' ').next().unwrap();
        assert!(metrics.contains(&format!("# HELP {name} ")), "{name} is not described");
    }
    let guest = desk.http.get(format!("{}/metrics", desk.url)).send().await.unwrap();
    assert_eq!(guest.status(), 401, "metrics need a token");
    assert!(!metrics.contains(TOKEN) && !metrics.contains("+33"), "metrics hold no numbers or secrets");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_has_the_request_id() {
    let desk = Desk::start().await;
    for path in ["/healthz", "/login", "/twilio/voice", "/nothing"] {
        let asked = desk.http.get(format!("{}{path}", desk.url)).header("x-request-id", "proxy-7");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.headers()["x-request-id"], "proxy-7", "{path}");
    }
}
