//! Rewrites the rows of calls from their events, after an update that interprets events differently. A server may be running
//! meanwhile.
use frontdesk_domain::{Call, CallId, Facts};
use frontdesk_ports::{CallRecord, Change, SearchTexts, StoreError};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, TransactionTrait};

use crate::SqlLog;
use crate::entity::{call, call_event};
use crate::error::failed;
use crate::mapping::{call_row, fact_of, record_of};
use crate::transaction::{immediate, reserve_changes};
use crate::write::batch_insert::Inserts;
use crate::write::commit::{on_call_conflict, on_phone_conflict, phone_rows};

impl SqlLog {
    /// Derives these calls from their events again, in one transaction. The lock of the change counter keeps new events
    /// out until it is done.
    pub async fn rederive(&self, ids: &[CallId]) -> Result<(), StoreError> {
        let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        let mut change = reserve_changes(&tx, names.len() as u64).await.map_err(failed)?;
        let calls =
            call::Entity::find().filter(call::Column::Id.is_in(names)).all(&tx).await.map_err(failed)?;
        let (mut rows, mut phones) = (Vec::new(), Vec::new());
        let mut texts = SearchTexts::default();
        for row in calls {
            let record = record_of(&row)?;
            let events = call_event::Entity::find().filter(call_event::Column::CallId.eq(row.id.as_str()));
            let events = events.all(&tx).await.map_err(failed)?;
            let events: Vec<_> =
                events.iter().map(|row| fact_of(row, &record.leg)).collect::<Result<_, _>>()?;
            let call = Call::of(&Facts::of(&events));
            change += 1;
            phones.extend(phone_rows(&row.id, &call));
            rows.push(call_row(&CallRecord { call, change: Change(change), ..record }, &mut texts)?);
        }
        Inserts::new(on_call_conflict()).run(&tx, rows).await?;
        Inserts::new(on_phone_conflict()).run(&tx, phones).await?;
        tx.commit().await.map_err(failed)
    }
}
