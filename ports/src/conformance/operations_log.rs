//! Outages, watermarks, the audit trail.
use super::time;
use crate::{
    AuditAction, AuditEntry, AuditPage, AuditQuery, AuditTrail, DiagnosticReport, Finding, OperationsLog,
    Outage, OutageCause, Share, Watermark,
};

/// Checks the behaviour of an operations log, which must be empty.
pub async fn outages_and_watermarks(operations_log: &dyn OperationsLog) {
    assert_eq!(operations_log.outages(10).await.unwrap(), []);
    let outage = |cause, began: &str, calls| Outage {
        cause,
        began_at: time(began),
        ended_at: time("2026-11-22T10:00:00Z"),
        calls,
        added: 1,
        repaired: 2,
        messages: 3,
    };
    let early = outage(OutageCause::NotRunning, "2026-11-22T08:00:00Z", 0);
    let late = outage(OutageCause::DatabaseUnavailable, "2026-11-22T09:00:00Z", 4);
    operations_log.note_outage(&late).await.unwrap();
    operations_log.note_outage(&early).await.unwrap();
    assert_eq!(operations_log.outages(10).await.unwrap(), [late.clone(), early.clone()], "newest first");
    let more = Outage { calls: 9, ..late };
    operations_log.note_outage(&more).await.unwrap();
    assert_eq!(operations_log.outages(1).await.unwrap(), [more], "storing an outage again replaces it");

    assert_eq!(operations_log.diagnostic_report().await.unwrap(), None);
    for (at, found) in [("2026-11-22T09:00:00Z", "full"), ("2026-11-22T09:05:00Z", "empty")] {
        let findings = vec![Finding::fine("clock", "right"), Finding::fault("disk", found, "make room")];
        let diagnostic_report = DiagnosticReport { at: time(at), findings };
        operations_log.store_diagnostic_report(&diagnostic_report).await.unwrap();
        assert_eq!(
            operations_log.diagnostic_report().await.unwrap(),
            Some(diagnostic_report),
            "only the last report is stored"
        );
    }

    assert_eq!(operations_log.marked(Watermark::Reconciled).await.unwrap(), None);
    for at in ["2026-11-22T09:00:00Z", "2026-11-22T09:05:00Z"] {
        operations_log.mark(Watermark::Reconciled, time(at)).await.unwrap();
        assert_eq!(operations_log.marked(Watermark::Reconciled).await.unwrap(), Some(time(at)));
    }
    assert_eq!(operations_log.marked(Watermark::Alive).await.unwrap(), None, "watermarks are independent");
}

/// Checks every claim about the trail, which must be empty.
pub async fn audit(trail: &dyn AuditTrail) {
    let page = async |query: AuditQuery| trail.entries(&query).await.unwrap();
    let newest = |limit| AuditQuery { limit, ..AuditQuery::default() };
    assert_eq!(page(newest(10)).await, AuditPage::default());
    let entry = |action, subject: &str| AuditEntry {
        at: time("2026-11-22T09:00:00Z"),
        actor: "ann".into(),
        action,
        subject: subject.into(),
    };
    let (played, exported) = (entry(AuditAction::Played, "call 1"), entry(AuditAction::Exported, "12 calls"));
    trail.record(played.clone()).await.unwrap();
    trail.record(exported.clone()).await.unwrap();
    trail.record(played.clone()).await.unwrap();
    let first = page(newest(2)).await;
    assert_eq!(first.entries, [played.clone(), exported.clone()], "newest first");
    let second = page(AuditQuery { before: first.next, ..newest(2) }).await;
    assert_eq!((second.entries, second.next), (vec![played.clone()], None), "a repeat is a second entry");
    let bob = AuditEntry { actor: "bob".into(), at: time("2026-11-23T09:00:00Z"), ..exported.clone() };
    trail.record(bob.clone()).await.unwrap();
    let of_bob = AuditQuery { actor: Some("bob".into()), ..newest(10) };
    assert_eq!(page(of_bob).await.entries, std::slice::from_ref(&bob));
    let exports = AuditQuery { action: Some(AuditAction::Exported), ..newest(10) };
    assert_eq!(page(exports).await.entries, [bob.clone(), exported]);
    let before = time("2026-11-23T00:00:00Z");
    assert_eq!(trail.delete_before(before, Some(Share { percent: 25, few: 0 })).await.unwrap(), 1);
    assert_eq!(trail.delete_before(before, None).await.unwrap(), 2);
    assert_eq!(page(newest(10)).await.entries, [bob]);
}
