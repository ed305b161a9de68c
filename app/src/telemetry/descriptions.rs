//! The description of each metric, for `# HELP`.
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

const COUNTERS: [(&str, &str); 8] = [
    ("frontdesk_webhooks_refused_total", "Requests to the carrier's routes without a valid signature."),
    ("frontdesk_events_unrecorded_total", "Events that neither the database nor the spool stored."),
    ("frontdesk_events_spooled_total", "Events that went to the spool first."),
    ("frontdesk_calls_total", "Calls that have ended, by outcome."),
    ("frontdesk_reconcile_repairs_total", "Calls and voicemails repaired from the carrier's records."),
    ("frontdesk_connections_evicted_total", "Idle connections closed to make room for new ones."),
    ("frontdesk_effects_failed_total", "Jobs given up for good, such as the download of a voicemail."),
    ("frontdesk_notifications_failed_total", "Notifications given up for good."),
];

const GAUGES: [(&str, &str); 8] = [
    ("frontdesk_build_info", "Always 1; the version of the program is a label."),
    ("frontdesk_spool_events", "Events in the spool that are not in the database yet."),
    ("frontdesk_database_unavailable", "1 while the database takes no events."),
    ("frontdesk_losing_events", "1 while neither the database nor the spool takes events."),
    ("frontdesk_connections", "Open connections of the listener that accepted one last."),
    ("frontdesk_live_streams", "Open event streams of browsers and programs."),
    ("frontdesk_effects", "Jobs by state: open, or failed for good."),
    ("frontdesk_notifications", "Notifications by state: open, or failed for good."),
];

/// Describes every metric. Counters without labels start at 0, so that Prometheus sees their first increase.
pub(super) fn describe() {
    for (name, meaning) in COUNTERS {
        describe_counter!(name, meaning);
    }
    for (name, meaning) in GAUGES {
        describe_gauge!(name, meaning);
    }
    describe_histogram!("frontdesk_webhook_seconds", Unit::Seconds, "Time to answer the carrier, by route.");
    describe_histogram!("frontdesk_commit_seconds", Unit::Seconds, "Time of a write to the database.");
    describe_histogram!("frontdesk_commit_events", "Events in a write to the database.");
    let labelled = ["frontdesk_calls_total", "frontdesk_reconcile_repairs_total"];
    for (name, _) in COUNTERS.iter().filter(|(name, _)| !labelled.contains(name)) {
        metrics::counter!(*name).increment(0);
    }
}
