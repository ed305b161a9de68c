//! Carries revocations, removals and erasures over from a replaced database, so that a restored backup does not undo them.
use std::path::Path;
use std::sync::Arc;

use frontdesk_domain::{Facts, Timestamp};
use frontdesk_ports::{AudioName, CallLog, CallRecord, Clock, Ids, RetentionStore, StoreError};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

use crate::SqlLog;
use crate::connect::Database;
use crate::entity::tombstone;
use crate::error::failed;
use crate::retention::tombstone_of;

/// Calls checked per batch.
const BATCH: u16 = 200;

/// What was removed from a restored database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CarriedOver {
    /// Whether the replaced database could be read and continues this one. If not, data that was revoked or erased since the
    /// backup may be back.
    pub from_replaced: bool,
    /// Sessions that were ended.
    pub sessions: u64,
    /// API tokens that had been revoked.
    pub tokens: u64,
    /// Users who had been removed.
    pub users: u64,
    /// Calls that had been erased.
    pub calls: u64,
    /// The audio of these calls.
    pub erased_audio: Vec<AudioName>,
}

/// Clock and id source of a log that only deletes and so needs neither.
struct Unused;

impl Clock for Unused {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

impl Ids for Unused {
    fn random(&self) -> [u8; 32] {
        [0; 32]
    }
}

impl Database {
    /// Ends every session of this restored database, and removes the tokens, users, contacts and calls that were removed in the
    /// SQLite file that it replaces, if that file exists and can be read.
    pub async fn carry_over(&self, replaced: Option<&Path>) -> Result<CarriedOver, StoreError> {
        let mut carried =
            CarriedOver { sessions: self.run("DELETE FROM sessions").await?, ..CarriedOver::default() };
        let Some(replaced) = replaced else { return Ok(carried) };
        let attach = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "ATTACH DATABASE ? AS replaced",
            [replaced.display().to_string().into()],
        );
        self.writer.execute_raw(attach).await.map_err(failed)?;
        let taken = self.take_over(&mut carried).await;
        self.run("DETACH DATABASE replaced").await?;
        match taken {
            Ok(()) => carried.from_replaced = true,
            Err(error) => tracing::warn!(
                "removals and revocations could not be taken over from the replaced database: {error}"
            ),
        }
        self.delete_erased_calls(&mut carried).await?;
        Ok(carried)
    }

    async fn take_over(&self, carried: &mut CarriedOver) -> Result<(), StoreError> {
        self.run("INSERT OR IGNORE INTO tombstones SELECT leg FROM replaced.tombstones").await?;
        if !self.is_replaced_by_successor().await? {
            let why = "it does not continue the backup, so the users and tokens of the backup are kept";
            return Err(StoreError::Refused(why.into()));
        }
        carried.tokens = self
            .run(
                "DELETE FROM api_tokens WHERE token_hash NOT IN (SELECT token_hash FROM replaced.api_tokens)",
            )
            .await?;
        carried.users =
            self.run("DELETE FROM users WHERE name NOT IN (SELECT name FROM replaced.users)").await?;
        // Passwords and roles are those last set in the replaced database.
        self.run(
            "UPDATE users SET password_hash = r.password_hash, role = r.role FROM replaced.users r WHERE r.name = users.name",
        )
        .await?;
        // So are authenticators: one that was set up since the backup remains required.
        self.run("DELETE FROM second_factors").await?;
        self.run(
            "INSERT INTO second_factors (user_name, secret, confirmed, last_step) SELECT r.user_name, r.secret, r.confirmed, r.last_step FROM replaced.second_factors r JOIN users u ON u.name = r.user_name",
        )
        .await?;
        // So are contacts: one that was removed or erased since the backup stays removed.
        if self.has_contacts("main").await? && self.has_contacts("replaced").await? {
            self.run("DELETE FROM contacts").await?;
            self.run(
            "INSERT INTO contacts (caller, name, company, note) SELECT caller, name, company, note FROM replaced.contacts",
        )
        .await?;
        }
        Ok(())
    }

    /// Whether a database has a contacts table. That of an earlier version has none until it is migrated.
    async fn has_contacts(&self, schema: &str) -> Result<bool, StoreError> {
        let known =
            format!("SELECT EXISTS (SELECT 1 FROM {schema}.sqlite_master WHERE name = 'contacts') AS known");
        let row = self.writer.query_one_raw(Statement::from_string(DbBackend::Sqlite, known)).await;
        row.map_err(failed)?.map_or(Ok(false), |row| row.try_get("", "known")).map_err(failed)
    }

    /// Whether the replaced database continues this one and is not a new database. If it does, it contains an audit entry, a
    /// password hash or a token of this one.
    async fn is_replaced_by_successor(&self) -> Result<bool, StoreError> {
        let known = "SELECT EXISTS (SELECT 1 FROM audit a JOIN replaced.audit r ON r.id = a.id AND r.at = a.at AND r.actor = a.actor) \
             OR EXISTS (SELECT 1 FROM users u JOIN replaced.users r ON r.password_hash = u.password_hash AND r.name = u.name) \
             OR EXISTS (SELECT 1 FROM api_tokens t JOIN replaced.api_tokens r ON r.token_hash = t.token_hash) \
             AS known";
        let known = Statement::from_string(DbBackend::Sqlite, known);
        let row = self.writer.query_one_raw(known).await.map_err(failed)?;
        row.map_or(Ok(false), |row| row.try_get("", "known")).map_err(failed)
    }

    async fn delete_erased_calls(&self, carried: &mut CarriedOver) -> Result<(), StoreError> {
        let stones = tombstone::Entity::find().all(&self.reader).await.map_err(failed)?;
        let stones: std::collections::BTreeSet<String> = stones.into_iter().map(|stone| stone.leg).collect();
        if stones.is_empty() {
            return Ok(());
        }
        let log = SqlLog::new(self.clone(), Arc::new(Unused), Arc::new(Unused));
        let mut after = None;
        loop {
            let calls = log.calls_before(Timestamp::MAX, after, BATCH).await?;
            let Some(last) = calls.last() else { return Ok(()) };
            after = Some(last.id);
            let erased: Vec<CallRecord> =
                calls.into_iter().filter(|record| stones.contains(&tombstone_of(&record.leg))).collect();
            for record in &erased {
                let events = log.events(record.id).await?;
                let recordings = Facts::of(events.iter().map(|logged| &logged.event)).every_recording();
                carried.erased_audio.extend(recordings.iter().map(|name| AudioName::new(&record.leg, name)));
            }
            carried.calls += erased.len() as u64;
            log.delete_calls(&erased).await?;
        }
    }

    async fn run(&self, statement: &str) -> Result<u64, StoreError> {
        let result = self.writer.execute_unprepared(statement).await.map_err(failed)?;
        Ok(result.rows_affected())
    }
}
