//! The view of outages.
use frontdesk_ports::{DeliveryReport, Outage, OutageCause};
use serde::Serialize;

use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::Moment;
use crate::pages::frame::Frame;

/// The outages.
#[derive(Debug, Serialize)]
pub(crate) struct OutagesPage {
    pub frame: Frame,
    pub failed_notifications: Vec<FailedNotification>,
    pub outages: Vec<OutageLine>,
}

/// A notification that could not be delivered.
#[derive(Debug, Serialize)]
pub(crate) struct FailedNotification {
    queued: Moment,
    kind: &'static str,
    recipient: String,
    why: String,
    call: String,
}

impl FailedNotification {
    pub fn new(report: &DeliveryReport, viewer: &Viewer) -> Self {
        let delivery = &report.delivery;
        Self {
            queued: Moment::new(report.queued_at, viewer),
            kind: delivery.kind.as_str(),
            recipient: delivery.recipient.clone(),
            why: report.last_error.clone().unwrap_or_default(),
            call: delivery.call.to_string(),
        }
    }
}

/// One outage.
#[derive(Debug, Serialize)]
pub(crate) struct OutageLine {
    began: Moment,
    ended: Moment,
    cause: String,
    calls: u32,
    recovered: String,
}

impl OutageLine {
    pub fn new(outage: &Outage, viewer: &Viewer) -> Self {
        let language = viewer.language;
        let counts = [
            (outage.added, "outage-added"),
            (outage.repaired, "outage-repaired"),
            (outage.messages, "outage-messages"),
        ];
        let recovered: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, id)| language.say_with(id, [("n", count.into())]))
            .collect();
        let nothing = match outage.cause {
            OutageCause::DatabaseUnavailable => "outage-nothing-missing",
            OutageCause::NotRunning
            | OutageCause::EventsLost
            | OutageCause::SpoolDamaged
            | OutageCause::Unreached => "outage-nothing-yet",
        };
        Self {
            began: Moment::new(outage.began_at, viewer),
            ended: Moment::new(outage.ended_at, viewer),
            cause: language.say(&format!("outage-{}", outage.cause.as_str())),
            calls: outage.calls,
            recovered: if recovered.is_empty() { language.say(nothing) } else { recovered.join(", ") },
        }
    }
}
