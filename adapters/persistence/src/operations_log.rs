//! Outages, diagnostic reports, watermarks and the audit trail in a database.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::{
    AuditEntry, AuditPage, AuditQuery, AuditTrail, DiagnosticReport, OperationsLog, Outage, Share,
    StoreError, Watermark,
};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::connect::Database;
use crate::entity::{audit, diagnostic_report, outage, watermark};
use crate::error::{corrupt, failed};
use crate::mapping::{millis, timestamp};

/// The id of the only row, which holds the last diagnostic report.
const THE_LAST: i32 = 1;

/// Outages, diagnostic reports, watermarks and the audit trail in a database.
pub struct SqlOperationsLog(Database);

impl SqlOperationsLog {
    /// The operations log in a migrated database.
    pub fn new(db: Database) -> Self {
        Self(db)
    }
}

#[async_trait]
impl OperationsLog for SqlOperationsLog {
    async fn note_outage(&self, noted: &Outage) -> Result<(), StoreError> {
        use outage::Column::{Added, BeganAt, Calls, Cause, EndedAt, Messages, Repaired};
        let row = outage::ActiveModel {
            began_at: Set(millis(noted.began_at)),
            cause: Set(noted.cause.as_str().to_owned()),
            ended_at: Set(millis(noted.ended_at)),
            calls: Set(i64::from(noted.calls)),
            added: Set(i64::from(noted.added)),
            repaired: Set(i64::from(noted.repaired)),
            messages: Set(i64::from(noted.messages)),
        };
        let known = OnConflict::columns([BeganAt, Cause])
            .update_columns([EndedAt, Calls, Added, Repaired, Messages])
            .to_owned();
        let insert = outage::Entity::insert(row).on_conflict(known);
        insert.exec_without_returning(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn outages(&self, limit: u16) -> Result<Vec<Outage>, StoreError> {
        let rows = outage::Entity::find()
            .order_by_desc(outage::Column::BeganAt)
            .order_by_desc(outage::Column::Cause)
            .limit(u64::from(limit))
            .all(&self.0.reader)
            .await;
        rows.map_err(failed)?.iter().map(outage_of).collect()
    }

    async fn store_diagnostic_report(&self, report: &DiagnosticReport) -> Result<(), StoreError> {
        let findings = serde_json::to_string(&report.findings)
            .map_err(|why| corrupt("diagnostic_reports", "findings", "new", why))?;
        let row = diagnostic_report::ActiveModel {
            id: Set(THE_LAST),
            at: Set(millis(report.at)),
            findings: Set(findings),
        };
        let known = OnConflict::column(diagnostic_report::Column::Id)
            .update_columns([diagnostic_report::Column::At, diagnostic_report::Column::Findings])
            .to_owned();
        let insert = diagnostic_report::Entity::insert(row).on_conflict(known);
        insert.exec_without_returning(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn diagnostic_report(&self) -> Result<Option<DiagnosticReport>, StoreError> {
        let row =
            diagnostic_report::Entity::find_by_id(THE_LAST).one(&self.0.reader).await.map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(DiagnosticReport {
            at: timestamp(row.at, "diagnostic_reports", "last")?,
            findings: serde_json::from_str(&row.findings)
                .map_err(|why| corrupt("diagnostic_reports", "findings", "last", why))?,
        }))
    }

    async fn mark(&self, mark: Watermark, at: Timestamp) -> Result<(), StoreError> {
        let row = watermark::ActiveModel { name: Set(mark.as_str().to_owned()), at: Set(millis(at)) };
        let known =
            OnConflict::column(watermark::Column::Name).update_column(watermark::Column::At).to_owned();
        let insert = watermark::Entity::insert(row).on_conflict(known);
        insert.exec_without_returning(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn marked(&self, mark: Watermark) -> Result<Option<Timestamp>, StoreError> {
        let row = watermark::Entity::find_by_id(mark.as_str()).one(&self.0.reader).await.map_err(failed)?;
        row.map(|row| timestamp(row.at, "watermarks", &row.name)).transpose()
    }
}

#[async_trait]
impl AuditTrail for SqlOperationsLog {
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let row = audit::ActiveModel {
            id: NotSet,
            at: Set(millis(entry.at)),
            actor: Set(entry.actor),
            action: Set(entry.action.as_str().to_owned()),
            subject: Set(entry.subject),
        };
        audit::Entity::insert(row).exec_without_returning(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn entries(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        let AuditQuery { actor, action, before, limit } = query;
        let mut wanted = audit::Entity::find().order_by_desc(audit::Column::Id).limit(u64::from(*limit));
        if let Some(actor) = actor {
            wanted = wanted.filter(audit::Column::Actor.eq(actor));
        }
        if let Some(action) = action {
            wanted = wanted.filter(audit::Column::Action.eq(action.as_str()));
        }
        if let Some(before) = before {
            wanted = wanted.filter(audit::Column::Id.lt(i64::try_from(*before).unwrap_or(i64::MAX)));
        }
        let rows = wanted.all(&self.0.reader).await.map_err(failed)?;
        let next = rows.last().and_then(|row| u64::try_from(row.id).ok());
        let next = next.filter(|_| rows.len() == usize::from(*limit));
        Ok(AuditPage { entries: rows.into_iter().map(entry_of).collect::<Result<_, _>>()?, next })
    }

    async fn delete_before(&self, before: Timestamp, most: Option<Share>) -> Result<u64, StoreError> {
        let mut old = audit::Entity::delete_many().filter(audit::Column::At.lt(millis(before)));
        if let Some(share) = most {
            let all = audit::Entity::find().count(&self.0.reader).await.map_err(failed)?;
            let next = audit::Entity::find().order_by_asc(audit::Column::Id).offset(share.of(all));
            let next = next.one(&self.0.reader).await.map_err(failed)?;
            old = next.into_iter().fold(old, |old, next| old.filter(audit::Column::Id.lt(next.id)));
        }
        Ok(old.exec(&self.0.writer).await.map_err(failed)?.rows_affected)
    }
}

fn outage_of(row: &outage::Model) -> Result<Outage, StoreError> {
    let name = &row.cause;
    let count = |number: i64| u32::try_from(number).map_err(|why| corrupt("outages", "count", name, why));
    Ok(Outage {
        cause: row.cause.parse().map_err(|why| corrupt("outages", "cause", name, why))?,
        began_at: timestamp(row.began_at, "outages", name)?,
        ended_at: timestamp(row.ended_at, "outages", name)?,
        calls: count(row.calls)?,
        added: count(row.added)?,
        repaired: count(row.repaired)?,
        messages: count(row.messages)?,
    })
}

fn entry_of(row: audit::Model) -> Result<AuditEntry, StoreError> {
    let name = row.id.to_string();
    Ok(AuditEntry {
        at: timestamp(row.at, "audit", &name)?,
        action: row.action.parse().map_err(|why| corrupt("audit", "action", &name, why))?,
        actor: row.actor,
        subject: row.subject,
    })
}
