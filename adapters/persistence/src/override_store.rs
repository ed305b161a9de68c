//! Closures and blocked callers in a database.
use async_trait::async_trait;
use frontdesk_domain::CallerId;
use frontdesk_domain::dialogue::Closure;
use frontdesk_ports::{Blocked, Closed, OverrideStore, StoreError};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, QueryOrder};

use crate::connect::Database;
use crate::entity::{blocked_caller, closure};
use crate::error::failed;
use crate::mapping::{millis, timestamp};

/// The id of the closures' only row.
const ONLY: i32 = 1;

/// Closures and blocked callers in a database.
pub struct SqlOverrides(Database);

impl SqlOverrides {
    /// The overrides in a migrated database.
    pub fn new(db: Database) -> Self {
        Self(db)
    }
}

#[async_trait]
impl OverrideStore for SqlOverrides {
    async fn closed(&self) -> Result<Option<Closed>, StoreError> {
        let row = closure::Entity::find_by_id(ONLY).one(&self.0.reader).await.map_err(failed)?;
        row.map(|row| {
            let time = |millis| timestamp(millis, "closures", "1");
            let closure = Closure { from: time(row.from)?, until: time(row.until)?, say: row.say };
            Ok(Closed { closure, by: row.by })
        })
        .transpose()
    }

    async fn set_closed(&self, closed: Option<&Closed>) -> Result<(), StoreError> {
        use closure::Column::{By, From, Id, Say, Until};
        let Some(Closed { closure, by }) = closed else {
            closure::Entity::delete_by_id(ONLY).exec(&self.0.writer).await.map_err(failed)?;
            return Ok(());
        };
        let row = closure::ActiveModel {
            id: Set(ONLY),
            from: Set(millis(closure.from)),
            until: Set(millis(closure.until)),
            say: Set(closure.say.clone()),
            by: Set(by.clone()),
        };
        let known = OnConflict::column(Id).update_columns([From, Until, Say, By]).to_owned();
        let insert = closure::Entity::insert(row).on_conflict(known);
        insert.exec_without_returning(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn blocked(&self) -> Result<Vec<Blocked>, StoreError> {
        use blocked_caller::Column::{At, Number};
        let rows = blocked_caller::Entity::find().order_by_desc(At).order_by_asc(Number);
        let rows = rows.all(&self.0.reader).await.map_err(failed)?;
        rows.into_iter().map(blocked_of).collect()
    }

    async fn block(&self, blocked: &Blocked) -> Result<bool, StoreError> {
        let row = blocked_caller::ActiveModel {
            number: Set(key_of(&blocked.caller)),
            by: Set(blocked.by.clone()),
            at: Set(millis(blocked.at)),
        };
        let known = OnConflict::column(blocked_caller::Column::Number).do_nothing().to_owned();
        let insert = blocked_caller::Entity::insert(row).on_conflict(known);
        let inserted = insert.exec_without_returning(&self.0.writer).await;
        match inserted {
            Ok(rows) => Ok(rows > 0),
            Err(DbErr::RecordNotInserted) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    async fn unblock(&self, caller: &CallerId) -> Result<bool, StoreError> {
        let delete = blocked_caller::Entity::delete_by_id(key_of(caller)).exec(&self.0.writer);
        Ok(delete.await.map_err(failed)?.rows_affected > 0)
    }
}

/// The key of a caller's row: equal for every spelling of the same caller.
fn key_of(caller: &CallerId) -> String {
    caller.identity("").unwrap_or_else(|| caller.to_string())
}

fn blocked_of(row: blocked_caller::Model) -> Result<Blocked, StoreError> {
    let caller = CallerId::read(&row.number);
    Ok(Blocked { caller, by: row.by, at: timestamp(row.at, "blocked_callers", "a row")? })
}
