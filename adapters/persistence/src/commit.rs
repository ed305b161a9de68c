//! One transaction: events in, the calls they make, the effects they cause.

use std::collections::{BTreeMap, BTreeSet};

use frontdesk_domain::{Call, CallId, Effect, Facts, LegId, Timestamp};
use frontdesk_ports::{CallRecord, Change, Ids, LoggedEvent, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::effect_queue::WAITING;
use crate::entity::{call, call_event, change_counter, effect};
use crate::error::store_error;
use crate::rows::{call_row, event_of, event_row, json, kept, millis};

/// A call that this batch speaks of.
struct Touched {
    id: Option<CallId>,
    facts: Facts,
    known: BTreeSet<String>,
    fresh: Vec<LoggedEvent>,
}

/// Commits a batch. Returns whether any call changed.
pub(crate) async fn commit(
    db: &DatabaseConnection,
    batch: Vec<LoggedEvent>,
    ids: &dyn Ids,
    now: Timestamp,
) -> Result<Option<Change>, StoreError> {
    // A deferred transaction that turns to writing fails at once when another writes; this one waits its turn.
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(immediate).await.map_err(|e| store_error(&e))?;
    let mut touched = by_leg(batch);
    let first = Change(number_changes(&tx, touched.len()).await.map_err(|e| store_error(&e))?);
    load(&tx, &mut touched).await?;
    let records = fold(touched, first, ids, now);
    let last = records.last().map(|(record, _, _)| record.change);
    save(&tx, &records, now).await?;
    tx.commit().await.map_err(|e| store_error(&e))?;
    Ok(last)
}

fn by_leg(batch: Vec<LoggedEvent>) -> BTreeMap<LegId, Touched> {
    let mut touched: BTreeMap<LegId, Touched> = BTreeMap::new();
    for mut logged in batch {
        logged.event.at = kept(logged.event.at);
        let leg = logged.event.call.clone();
        let empty =
            || Touched { id: None, facts: Facts::default(), known: BTreeSet::new(), fresh: Vec::new() };
        touched.entry(leg).or_insert_with(empty).fresh.push(logged);
    }
    touched
}

/// Takes numbers for so many changes and returns the last one taken before. The row stays locked until the commit, so
/// that numbers become visible in order, and no two commits fold the same call at once.
async fn number_changes(tx: &impl ConnectionTrait, count: usize) -> Result<u64, DbErr> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    change_counter::Entity::update_many()
        .col_expr(change_counter::Column::Value, Expr::col(change_counter::Column::Value).add(count))
        .filter(change_counter::Column::Id.eq(1))
        .exec(tx)
        .await?;
    let row = change_counter::Entity::find_by_id(1).one(tx).await?;
    let value = row.ok_or_else(|| DbErr::RecordNotFound("the change counter".into()))?.value;
    Ok(u64::try_from(value - count).unwrap_or(0))
}

/// Loads what is known of the calls: their ids and their events.
async fn load(tx: &impl ConnectionTrait, touched: &mut BTreeMap<LegId, Touched>) -> Result<(), StoreError> {
    let wanted: Vec<&str> = touched.keys().map(LegId::id).collect();
    let rows = call::Entity::find()
        .filter(call::Column::ProviderId.is_in(wanted))
        .all(tx)
        .await
        .map_err(|e| store_error(&e))?;
    let mut legs = BTreeMap::new();
    for row in rows {
        let record = crate::rows::record_of(&row)?;
        if let Some(touched) = touched.get_mut(&record.leg) {
            touched.id = Some(record.id);
            legs.insert(row.id, record.leg);
        }
    }
    if legs.is_empty() {
        return Ok(());
    }
    let rows = call_event::Entity::find()
        .filter(call_event::Column::CallId.is_in(legs.keys().cloned()))
        .all(tx)
        .await
        .map_err(|e| store_error(&e))?;
    for row in rows {
        if let Some((leg, touched)) =
            legs.get(&row.call_id).and_then(|leg| Some((leg, touched.get_mut(leg)?)))
        {
            touched.facts.absorb(&event_of(&row, leg)?.event);
            touched.known.insert(row.identity);
        }
    }
    Ok(())
}

type Changed = (CallRecord, Vec<LoggedEvent>, Vec<Effect>);

/// Folds the new events in. Calls about which nothing new was said drop out.
fn fold(touched: BTreeMap<LegId, Touched>, first: Change, ids: &dyn Ids, now: Timestamp) -> Vec<Changed> {
    let mut changed: Vec<Changed> = Vec::new();
    for (leg, Touched { id, mut facts, known, fresh }) in touched {
        let before = facts.clone();
        for logged in &fresh {
            facts.absorb(&logged.event);
        }
        if facts == before {
            continue;
        }
        let call = Call::of(&facts);
        let id = id.unwrap_or_else(|| CallId::new(call.started_at.unwrap_or(now), random(ids)));
        let change = Change(first.0 + changed.len() as u64 + 1);
        // News of a recording is a reason to fetch it at once, even if an earlier try failed.
        let told_of_recording = fresh.iter().any(|logged| logged.event.kind.word() == "recording");
        let effects = if told_of_recording { facts.effects() } else { Vec::new() };
        let events = distinct(fresh, &facts, &known);
        changed.push((CallRecord { id, leg, call, change }, events, effects));
    }
    changed
}

/// One row for each identity, at the time the facts settled on, with the raw parameters if any of them had some.
fn distinct(fresh: Vec<LoggedEvent>, facts: &Facts, known: &BTreeSet<String>) -> Vec<LoggedEvent> {
    let settled: BTreeMap<&str, Timestamp> =
        facts.story().into_iter().map(|(id, event)| (id, event.at)).collect();
    let mut rows: BTreeMap<String, LoggedEvent> = BTreeMap::new();
    for mut logged in fresh {
        let identity = logged.event.identity();
        if let Some(at) = settled.get(identity.as_str()) {
            logged.event.at = *at;
        }
        let later = logged.raw.is_none() || known.contains(&identity);
        match rows.get_mut(&identity) {
            Some(row) if later => row.event.at = logged.event.at,
            _ => {
                rows.insert(identity, logged);
            }
        }
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
    let calls: Vec<_> = changed.iter().map(|(record, ..)| call_row(record)).collect::<Result<_, _>>()?;
    let columns = call::Column::iter_without_id();
    let upsert = OnConflict::column(call::Column::Id).update_columns(columns).to_owned();
    call::Entity::insert_many(calls)
        .on_conflict(upsert)
        .exec_without_returning(tx)
        .await
        .map_err(|e| store_error(&e))?;

    let mut events = Vec::new();
    for (record, fresh, _) in changed {
        for logged in fresh {
            events.push(event_row(record.id, logged)?);
        }
    }
    let same = [call_event::Column::CallId, call_event::Column::Identity];
    let earlier = OnConflict::columns(same).update_column(call_event::Column::At).to_owned();
    call_event::Entity::insert_many(events)
        .on_conflict(earlier)
        .exec_without_returning(tx)
        .await
        .map_err(|e| store_error(&e))?;

    queue_effects(tx, changed, now).await
}

/// Queues effects that are new, and makes those due at once that wait.
async fn queue_effects(
    tx: &impl ConnectionTrait,
    changed: &[Changed],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for (record, _, effects) in changed {
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
    let sooner = OnConflict::column(effect::Column::Key)
        .update_column(effect::Column::DueAt)
        .action_and_where(Expr::col((effect::Entity, effect::Column::State)).eq(WAITING))
        .to_owned();
    effect::Entity::insert_many(rows)
        .on_conflict(sooner)
        .exec_without_returning(tx)
        .await
        .map_err(|e| store_error(&e))?;
    Ok(())
}

impl call::Column {
    /// Everything that an update of a call may change.
    fn iter_without_id() -> impl Iterator<Item = Self> {
        use sea_orm::Iterable;
        Self::iter().filter(|column| !matches!(column, Self::Id))
    }
}
