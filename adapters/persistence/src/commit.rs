//! One transaction: events in, the calls they make, the effects they cause.

use std::collections::BTreeMap;
use std::sync::Arc;

use frontdesk_domain::{Call, CallId, CallState, Effect, Facts, LegId, Timestamp};
use frontdesk_ports::{CallRecord, Change, Ids, LoggedEvent, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter,
    QuerySelect, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::effect_queue::{LEASED, WAITING};
use crate::entity::{call, call_event, change_counter, effect, tombstone};
use crate::error::{corrupt, store_error};
use crate::known::{KnownCall, KnownCalls};
use crate::retention::tombstone_of;
use crate::rows::{call_row, event_of, event_row, json, kept, millis};
use crate::shapes::{filled, portions};

/// A transaction that waits its turn. A deferred one that turns to writing fails at once when another writes.
pub(crate) fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// Commits batches, and remembers the calls it wrote as long as nobody else has written since.
pub(crate) struct Committer {
    db: DatabaseConnection,
    ids: Arc<dyn Ids>,
    known: KnownCalls,
}

/// A call that this batch speaks of.
struct Touched {
    known: Option<KnownCall>,
    fresh: Vec<LoggedEvent>,
}

/// A call that changed.
struct Changed {
    record: CallRecord,
    facts: Facts,
    events: Vec<LoggedEvent>,
    effects: Vec<Effect>,
}

impl Committer {
    pub fn new(db: DatabaseConnection, ids: Arc<dyn Ids>) -> Self {
        Self { db, ids, known: KnownCalls::default() }
    }

    /// Commits a batch. Returns the last change, if any call changed.
    pub async fn commit(
        &mut self,
        batch: Vec<LoggedEvent>,
        now: Timestamp,
    ) -> Result<Option<Change>, StoreError> {
        let outcome = self.try_commit(batch, now).await;
        if outcome.is_err() {
            // Whether it was committed nobody knows; what is remembered may be wrong.
            self.known.forget();
        }
        outcome
    }

    async fn try_commit(
        &mut self,
        batch: Vec<LoggedEvent>,
        now: Timestamp,
    ) -> Result<Option<Change>, StoreError> {
        let mut touched = by_leg(batch);
        let count = touched.len() as u64;
        let tx = self.db.begin_with_options(immediate()).await.map_err(|e| store_error(&e))?;
        let first = number_changes(&tx, count).await.map_err(|e| store_error(&e))?;
        self.known.trust_at(first);
        for (leg, touched) in &mut touched {
            touched.known = self.known.take(leg);
        }
        load(&tx, &mut touched).await?;
        let changed = fold(touched, Change(first), &*self.ids, now);
        save(&tx, &changed, now).await?;
        tx.commit().await.map_err(|e| store_error(&e))?;
        let last = changed.last().map(|changed| changed.record.change);
        self.known.committed(first + count);
        for Changed { record, facts, .. } in changed {
            if record.call.state != CallState::Ended {
                self.known.remember(record.leg, KnownCall { id: record.id, facts });
            }
        }
        Ok(last)
    }
}

fn by_leg(batch: Vec<LoggedEvent>) -> BTreeMap<LegId, Touched> {
    let mut touched: BTreeMap<LegId, Touched> = BTreeMap::new();
    for mut logged in batch {
        logged.event.at = kept(logged.event.at);
        let leg = logged.event.call.clone();
        touched.entry(leg).or_insert_with(|| Touched { known: None, fresh: Vec::new() }).fresh.push(logged);
    }
    touched
}

/// Takes numbers for so many changes and returns the last one taken before. The row stays locked until the commit, so
/// that numbers become visible in order, and no two commits fold the same call at once.
pub(crate) async fn number_changes(tx: &impl ConnectionTrait, count: u64) -> Result<u64, DbErr> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let update = Query::update()
        .table(change_counter::Entity)
        .value(change_counter::Column::Value, Expr::col(change_counter::Column::Value).add(count))
        .and_where(change_counter::Column::Id.eq(1))
        .returning_col(change_counter::Column::Value)
        .to_owned();
    let row = tx.query_one(&update).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the change counter".into()))?;
    let value: i64 = row.try_get("", "value")?;
    Ok(u64::try_from(value - count).unwrap_or(0))
}

/// Loads what is known of calls that are not remembered, and drops those that have been deleted.
async fn load(tx: &impl ConnectionTrait, touched: &mut BTreeMap<LegId, Touched>) -> Result<(), StoreError> {
    let wanted: Vec<&str> =
        touched.iter().filter(|(_, touched)| touched.known.is_none()).map(|(leg, _)| leg.id()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let rows = call::Entity::find()
        .select_only()
        .columns([call::Column::Id, call::Column::Provider, call::Column::ProviderId])
        .filter(call::Column::ProviderId.is_in(filled(wanted)))
        .into_tuple::<(String, String, String)>()
        .all(tx)
        .await
        .map_err(|e| store_error(&e))?;
    let mut legs = BTreeMap::new();
    for (row, provider, provider_id) in rows {
        let leg = LegId::new(&provider, &provider_id);
        let leg = leg.map_err(|why| corrupt("calls", "provider_id", &row, why))?;
        if let Some(touched) = touched.get_mut(&leg) {
            let id = row.parse().map_err(|why| corrupt("calls", "id", &row, why))?;
            touched.known = Some(KnownCall { id, facts: Facts::default() });
            legs.insert(row, leg);
        }
    }
    forget_deleted(tx, touched).await?;
    if legs.is_empty() {
        return Ok(());
    }
    let rows = call_event::Entity::find()
        .filter(call_event::Column::CallId.is_in(filled(legs.keys().cloned())))
        .all(tx)
        .await
        .map_err(|e| store_error(&e))?;
    for row in rows {
        let Some(leg) = legs.get(&row.call_id) else { continue };
        if let Some(known) = touched.get_mut(leg).and_then(|touched| touched.known.as_mut()) {
            known.facts.absorb(&event_of(&row, leg)?.event);
        }
    }
    Ok(())
}

/// Late news of a call that was deleted must not bring it back.
async fn forget_deleted(
    tx: &impl ConnectionTrait,
    touched: &mut BTreeMap<LegId, Touched>,
) -> Result<(), StoreError> {
    let unknown: BTreeMap<String, LegId> = touched
        .iter()
        .filter(|(_, touched)| touched.known.is_none())
        .map(|(leg, _)| (tombstone_of(leg), leg.clone()))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let stones = tombstone::Entity::find()
        .filter(tombstone::Column::Leg.is_in(filled(unknown.keys().cloned())))
        .all(tx)
        .await
        .map_err(|e| store_error(&e))?;
    for stone in stones {
        unknown.get(&stone.leg).and_then(|leg| touched.remove(leg));
    }
    Ok(())
}

/// Folds the new events in. Calls about which nothing new was said drop out.
fn fold(touched: BTreeMap<LegId, Touched>, first: Change, ids: &dyn Ids, now: Timestamp) -> Vec<Changed> {
    let mut changed: Vec<Changed> = Vec::new();
    for (leg, Touched { known, fresh }) in touched {
        let (id, before) = known.map_or((None, None), |known| (Some(known.id), Some(known.facts)));
        let before = before.unwrap_or_default();
        let mut facts = before.clone();
        for logged in &fresh {
            facts.absorb(&logged.event);
        }
        if facts == before {
            continue;
        }
        let call = Call::of(&facts);
        let id = id.unwrap_or_else(|| CallId::new(call.started_at.unwrap_or(now), random(ids)));
        let change = Change(first.0 + changed.len() as u64 + 1);
        let may_cause_work = fresh.iter().any(|logged| logged.event.kind.may_cause_work());
        let effects = if may_cause_work { facts.effects() } else { Vec::new() };
        let events = new_rows(fresh, &facts, &before);
        changed.push(Changed { record: CallRecord { id, leg, call, change }, facts, events, effects });
    }
    changed
}

/// One row for each identity that is new or happened earlier than known, at the time the facts settled on; with the raw
/// parameters if any of the new events had some.
fn new_rows(fresh: Vec<LoggedEvent>, facts: &Facts, before: &Facts) -> Vec<LoggedEvent> {
    let mut rows: BTreeMap<String, LoggedEvent> = BTreeMap::new();
    for mut logged in fresh {
        let identity = logged.event.identity();
        let settled = facts.told_at(&identity);
        if settled.is_none() || settled == before.told_at(&identity) {
            continue;
        }
        logged.event.at = settled.unwrap_or(logged.event.at);
        let row = rows.entry(identity).or_insert_with(|| logged.clone());
        row.raw = row.raw.take().or(logged.raw);
    }
    rows.into_values().collect()
}

fn random(ids: &dyn Ids) -> u128 {
    let bytes = ids.random();
    bytes.iter().rev().take(10).fold(0, |number, &byte| number << 8 | u128::from(byte))
}

async fn save(tx: &impl ConnectionTrait, changed: &[Changed], now: Timestamp) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    let calls: Vec<_> = changed.iter().map(|changed| call_row(&changed.record)).collect::<Result<_, _>>()?;
    let columns = call::Column::iter_without_id();
    let upsert = OnConflict::column(call::Column::Id).update_columns(columns).to_owned();
    for calls in portions(calls) {
        let insert = call::Entity::insert_many(calls).on_conflict(upsert.clone());
        insert.exec_without_returning(tx).await.map_err(|e| store_error(&e))?;
    }

    let mut events = Vec::new();
    for Changed { record, events: fresh, .. } in changed {
        for logged in fresh {
            events.push(event_row(record.id, logged)?);
        }
    }
    let same = [call_event::Column::CallId, call_event::Column::Identity];
    let earlier = OnConflict::columns(same).update_column(call_event::Column::At).to_owned();
    for events in portions(events) {
        let insert = call_event::Entity::insert_many(events).on_conflict(earlier.clone());
        insert.exec_without_returning(tx).await.map_err(|e| store_error(&e))?;
    }

    queue_effects(tx, changed, now).await
}

/// Queues effects that are new, makes those due at once that wait, and takes up again those that were given up or done:
/// the facts ask for them.
async fn queue_effects(
    tx: &impl ConnectionTrait,
    changed: &[Changed],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for Changed { record, effects, .. } in changed {
        for due in effects {
            rows.push(effect::ActiveModel {
                key: Set(due.key()),
                call_id: Set(record.id.to_string()),
                effect: Set(json(due)?),
                state: Set(WAITING.into()),
                queued_at: Set(millis(now)),
                due_at: Set(millis(now)),
                attempt: Set(0),
                last_error: Set(None),
            });
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let column = |column: effect::Column| Expr::col((effect::Entity, column));
    let waits = column(effect::Column::State).eq(WAITING);
    // Work that waits keeps the time since when it does.
    let since = Expr::case(waits, column(effect::Column::QueuedAt)).finally(Expr::value(millis(now)));
    let sooner = OnConflict::column(effect::Column::Key)
        .value(effect::Column::QueuedAt, since)
        .value(effect::Column::State, Expr::value(WAITING))
        .update_column(effect::Column::DueAt)
        .action_and_where(column(effect::Column::State).ne(LEASED))
        .to_owned();
    for rows in portions(rows) {
        let insert = effect::Entity::insert_many(rows).on_conflict(sooner.clone());
        insert.exec_without_returning(tx).await.map_err(|e| store_error(&e))?;
    }
    Ok(())
}

impl call::Column {
    /// Everything that an update of a call may change.
    fn iter_without_id() -> impl Iterator<Item = Self> {
        use sea_orm::Iterable;
        Self::iter().filter(|column| !matches!(column, Self::Id))
    }
}
