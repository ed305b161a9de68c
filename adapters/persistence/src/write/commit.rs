//! Commits events in one transaction, with the calls derived from them and the effects they cause.
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use frontdesk_domain::call::CallState;
use frontdesk_domain::{Call, CallId, Effect, Facts, LegId, Timestamp};
use frontdesk_ports::work::Work;
use frontdesk_ports::{CallRecord, Change, Ids, Job, LoggedEvent, RawParameters, SearchTexts, StoreError};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, Iterable,
    QueryFilter, QuerySelect, TransactionTrait,
};

use crate::entity::job_state::JobState;
use crate::entity::{call, call_event, call_phone, job, tombstone};
use crate::error::{corrupt, failed};
use crate::jobs::job_row;
use crate::mapping::{at_millisecond, call_row, event_row, fact_of};
use crate::retention::tombstone_of;
use crate::transaction::{immediate, reserve_changes};
use crate::write::batch_insert::{Inserts, filled};
use crate::write::call_cache::{CachedCall, CallCache};

/// Commits batches, and caches the calls it wrote while no other writer has written since.
pub(crate) struct Committer {
    db: DatabaseConnection,
    ids: Arc<dyn Ids>,
    known: CallCache,
    tables: Tables,
}

/// A call that this batch has events for.
struct Touched {
    known: Option<CachedCall>,
    fresh: Vec<LoggedEvent>,
}

/// A call that changed.
struct Changed {
    record: CallRecord,
    facts: Facts,
    /// Events that are new or happened earlier than known, by identity, with the request that reported them.
    news: BTreeMap<String, Option<RawParameters>>,
    effects: Vec<Effect>,
}

impl Committer {
    pub fn new(db: DatabaseConnection, ids: Arc<dyn Ids>) -> Self {
        Self { db, ids, known: CallCache::default(), tables: Tables::new() }
    }

    /// Commits a batch. Returns the last change, if any call changed.
    pub async fn commit(
        &mut self,
        batch: Vec<LoggedEvent>,
        now: Timestamp,
    ) -> Result<Option<Change>, StoreError> {
        let outcome = self.try_commit(batch, now).await;
        if outcome.is_err() {
            // It is unknown whether it was committed, so the cache may be wrong.
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
        let tx = self.db.begin_with_options(immediate()).await.map_err(failed)?;
        let before = reserve_changes(&tx, count).await.map_err(failed)?;
        self.known.trust_at(before);
        for (leg, touched) in &mut touched {
            touched.known = self.known.take(leg);
        }
        load(&tx, &mut touched).await?;
        let changed = fold(touched, Change(before), &*self.ids, now);
        self.tables.save(&tx, &changed, now).await?;
        tx.commit().await.map_err(failed)?;
        let last = changed.last().map(|changed| changed.record.change);
        self.known.committed(before + count);
        for Changed { record, facts, news, .. } in changed {
            count_end(&record, &news);
            if record.call.state != CallState::Ended {
                self.known.remember(record.leg, CachedCall { id: record.id, facts });
            }
        }
        Ok(last)
    }
}

/// Counts a call in the metrics when its end is first reported, by its outcome at that time.
fn count_end(record: &CallRecord, news: &BTreeMap<String, Option<RawParameters>>) {
    let Some(verdict) = &record.call.verdict else { return };
    if news.keys().any(|identity| identity.starts_with("ended:")) {
        metrics::counter!("frontdesk_calls_total", "outcome" => verdict.outcome.as_str()).increment(1);
    }
}

fn by_leg(batch: Vec<LoggedEvent>) -> BTreeMap<LegId, Touched> {
    let mut touched: BTreeMap<LegId, Touched> = BTreeMap::new();
    for mut logged in batch {
        logged.event.at = at_millisecond(logged.event.at);
        logged.event.received_at = logged.event.received_at.map(at_millisecond);
        let leg = logged.event.call.clone();
        touched.entry(leg).or_insert_with(|| Touched { known: None, fresh: Vec::new() }).fresh.push(logged);
    }
    touched
}

/// Loads calls that are not cached, and drops deleted ones.
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
        .map_err(failed)?;
    let mut legs = BTreeMap::new();
    for (row, provider, provider_id) in rows {
        let leg = LegId::new(&provider, &provider_id);
        let leg = leg.map_err(|why| corrupt("calls", "provider_id", &row, why))?;
        if let Some(touched) = touched.get_mut(&leg) {
            let id = row.parse().map_err(|why| corrupt("calls", "id", &row, why))?;
            touched.known = Some(CachedCall { id, facts: Facts::default() });
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
        .map_err(failed)?;
    for row in rows {
        let Some(leg) = legs.get(&row.call_id) else { continue };
        if let Some(known) = touched.get_mut(leg).and_then(|touched| touched.known.as_mut()) {
            known.facts.learn(fact_of(&row, leg)?);
        }
    }
    Ok(())
}

/// Drops deleted calls: late events must not bring them back.
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
        .map_err(failed)?;
    for stone in stones {
        unknown.get(&stone.leg).and_then(|leg| touched.remove(leg));
    }
    Ok(())
}

/// Folds the new events in. Unchanged calls are left out.
fn fold(touched: BTreeMap<LegId, Touched>, before: Change, ids: &dyn Ids, now: Timestamp) -> Vec<Changed> {
    let mut changed: Vec<Changed> = Vec::new();
    for (leg, Touched { known, fresh }) in touched {
        let (id, mut facts) = known.map_or_else(Default::default, |known| (Some(known.id), known.facts));
        let mut may_cause_effects = false;
        let mut news: BTreeMap<String, Option<RawParameters>> = BTreeMap::new();
        for LoggedEvent { event, raw } in fresh {
            let may = event.kind.may_cause_effects();
            let (identity, is_news) = facts.learn(event);
            match news.entry(identity) {
                Entry::Vacant(entry) if is_news => {
                    entry.insert(raw);
                }
                Entry::Occupied(mut entry) => {
                    let raw_of_first = entry.get_mut().take().or(raw);
                    entry.insert(raw_of_first);
                }
                Entry::Vacant(_) => continue,
            }
            may_cause_effects |= may;
        }
        if news.is_empty() {
            continue;
        }
        let call = Call::of(&facts);
        let id = id.unwrap_or_else(|| CallId::new(call.started_at.unwrap_or(now), random(ids)));
        let change = Change(before.0 + changed.len() as u64 + 1);
        let effects = if may_cause_effects { facts.effects() } else { Vec::new() };
        // A call that exists keeps its first change. The follow-up is written by `work_store`, never by a commit.
        let (first_change, work, work_change) = (change, Work::default(), Change::default());
        let record = CallRecord { id, leg, call, first_change, change, work, work_change };
        changed.push(Changed { record, facts, news, effects });
    }
    changed
}

fn random(ids: &dyn Ids) -> u128 {
    let bytes = ids.random();
    bytes.iter().rev().take(10).fold(0, |number, &byte| number << 8 | u128::from(byte))
}

/// What a commit writes, by table.
struct Tables {
    calls: Inserts,
    events: Inserts,
    jobs: Inserts,
    phones: Inserts,
    texts: SearchTexts,
}

impl Tables {
    fn new() -> Self {
        let same = [call_event::Column::CallId, call_event::Column::Identity];
        let earlier = OnConflict::columns(same)
            .update_columns([call_event::Column::At, call_event::Column::ReceivedAt])
            .to_owned();
        Self {
            calls: Inserts::new(on_call_conflict()),
            events: Inserts::new(earlier),
            jobs: Inserts::new(on_job_conflict()),
            phones: Inserts::new(on_phone_conflict()),
            texts: SearchTexts::default(),
        }
    }

    async fn save(
        &mut self,
        tx: &impl ConnectionTrait,
        changed: &[Changed],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (mut calls, mut events, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
        let mut phones = Vec::new();
        for Changed { record, facts, news, effects } in changed {
            let id = record.id.to_string();
            calls.push(call_row(record, &mut self.texts)?);
            phones.extend(phone_rows(&id, &record.call));
            for (identity, raw) in news {
                // Never missing: `fold` has added it to the facts.
                let Some(event) = facts.event(identity) else { continue };
                events.push(event_row(&id, identity, event, raw.as_ref())?);
            }
            for effect in effects {
                jobs.push(job_row(&id, &Job::Effect(effect.clone()), now, now)?);
            }
        }
        self.calls.run(tx, calls).await?;
        self.events.run(tx, events).await?;
        self.phones.run(tx, phones).await?;
        self.jobs.run(tx, jobs).await
    }
}

/// The phones that a call rang.
pub(crate) fn phone_rows(id: &str, call: &Call) -> impl Iterator<Item = call_phone::ActiveModel> {
    call.phones.iter().map(move |(number, taken)| call_phone::ActiveModel {
        number: Set(number.to_string()),
        call_id: Set(id.to_owned()),
        taken: Set(i32::from(*taken)),
    })
}

/// Updates a phone that is already stored: it may have taken the call meanwhile.
pub(crate) fn on_phone_conflict() -> OnConflict {
    let key = [call_phone::Column::Number, call_phone::Column::CallId];
    OnConflict::columns(key).update_column(call_phone::Column::Taken).to_owned()
}

/// Makes pending jobs due at once, and restarts failed or finished ones, because the facts require them.
fn on_job_conflict() -> OnConflict {
    let column = |column: job::Column| Expr::col((job::Entity, column));
    // The statement is cached by its text, so it must not contain values of one call.
    let literal = |state: JobState| Expr::cust(format!("'{}'", state.to_value()));
    let offered = |column: &str| Expr::col((Alias::new("excluded"), Alias::new(column)));
    // A pending job keeps the time at which it was queued.
    let since =
        Expr::case(column(job::Column::State).eq(literal(JobState::Waiting)), column(job::Column::QueuedAt))
            .finally(offered("queued_at"));
    OnConflict::column(job::Column::Key)
        .value(job::Column::QueuedAt, since)
        .update_columns([job::Column::State, job::Column::DueAt])
        .action_and_where(column(job::Column::State).ne(literal(JobState::Leased)))
        .to_owned()
}

/// The columns of a call's row that follow from events. The columns of the follow-up stay unchanged, except that a
/// call that is done no longer needs attention.
pub(crate) fn on_call_conflict() -> OnConflict {
    use call::Column as C;
    let columns = C::iter().filter(|column| {
        !matches!(
            column,
            C::Id
                | C::Serial
                | C::Attention
                | C::Handled
                | C::Work
                | C::WorkVersion
                | C::WorkChange
                | C::NoteText
                | C::Assignee
        )
    });
    OnConflict::column(C::Id)
        .update_columns(columns)
        .value(C::Attention, Expr::cust("CASE WHEN calls.handled = 1 THEN 0 ELSE excluded.attention END"))
        .to_owned()
}
