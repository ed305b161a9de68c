//! Users, second factors, sessions, API tokens and saved views in a database.
use async_trait::async_trait;
use frontdesk_domain::Timestamp;
use frontdesk_ports::access::{ApiToken, Role, SavedView, SecondFactor, Session, User, UserChange};
use frontdesk_ports::{AccessStore, StoreError};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, TransactionTrait,
};

use crate::connect::Database;
use crate::entity::{api_token, saved_view, second_factor, session, user};
use crate::error::{corrupt, failed, store_error};
use crate::mapping::{millis, timestamp};
use crate::transaction::immediate;

/// Users, second factors, sessions, API tokens and saved views in a database.
pub struct SqlAccess(Database);

impl SqlAccess {
    /// The store in a migrated database.
    pub fn new(db: Database) -> Self {
        Self(db)
    }

    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        self.0.writer.begin_with_options(immediate()).await.map_err(failed)
    }
}

/// Whether a user is the only admin. The rows of all admins stay locked until the transaction ends.
async fn is_last_admin(tx: &DatabaseTransaction, name: &str) -> Result<bool, StoreError> {
    let admins = user::Entity::find().filter(user::Column::Role.eq(Role::Admin.as_str()));
    let admins = admins.order_by_asc(user::Column::Name).lock_exclusive().all(tx).await.map_err(failed)?;
    Ok(matches!(admins.as_slice(), [only] if only.name == name))
}

fn changed(rows: u64) -> UserChange {
    if rows == 1 { UserChange::Done } else { UserChange::Nobody }
}

/// Maps the error of an insert; a name that is already in use becomes [`StoreError::Exists`].
fn named(name: &str) -> impl Fn(DbErr) -> StoreError {
    move |error| match store_error(&error) {
        StoreError::Exists(_) => StoreError::Exists(name.to_owned()),
        other => other,
    }
}

/// A TOTP time step as a database integer.
fn number(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

#[async_trait]
impl AccessStore for SqlAccess {
    async fn add_user(&self, User { name, role, password_hash }: User) -> Result<(), StoreError> {
        let error = named(&name);
        let row = user::ActiveModel {
            name: Set(name.clone()),
            role: Set(role.as_str().to_owned()),
            password_hash: Set(password_hash),
        };
        user::Entity::insert(row).exec_without_returning(&self.0.writer).await.map_err(error)?;
        Ok(())
    }

    async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        // The user's row stays locked until the commit. A concurrent `add_session` waits for it, and then refuses the old hash.
        let result = user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(password_hash))
            .filter(user::Column::Name.eq(name))
            .exec(&tx)
            .await
            .map_err(failed)?;
        let sessions = session::Entity::delete_many().filter(session::Column::UserName.eq(name));
        sessions.exec(&tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(result.rows_affected == 1)
    }

    async fn set_role(&self, name: &str, role: Role) -> Result<UserChange, StoreError> {
        let tx = self.begin().await?;
        if role != Role::Admin && is_last_admin(&tx, name).await? {
            return Ok(UserChange::LastAdmin);
        }
        let result = user::Entity::update_many()
            .col_expr(user::Column::Role, Expr::value(role.as_str()))
            .filter(user::Column::Name.eq(name))
            .exec(&tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(changed(result.rows_affected))
    }

    async fn remove_user(&self, name: &str) -> Result<UserChange, StoreError> {
        let tx = self.begin().await?;
        if is_last_admin(&tx, name).await? {
            return Ok(UserChange::LastAdmin);
        }
        // The foreign keys cascade to the user's sessions and views.
        let result = user::Entity::delete_by_id(name).exec(&tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(changed(result.rows_affected))
    }

    async fn user(&self, name: &str) -> Result<Option<User>, StoreError> {
        let row = user::Entity::find_by_id(name).one(&self.0.reader).await.map_err(failed)?;
        row.map(user_of).transpose()
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows = user::Entity::find().order_by_asc(user::Column::Name).all(&self.0.reader).await;
        rows.map_err(failed)?.into_iter().map(user_of).collect()
    }

    async fn second_factor(&self, user: &str) -> Result<Option<SecondFactor>, StoreError> {
        let row = second_factor::Entity::find_by_id(user).one(&self.0.reader).await.map_err(failed)?;
        let factor = |row: second_factor::Model| {
            let last_step = u64::try_from(row.last_step)
                .map_err(|why| corrupt("second_factors", "last_step", &row.user_name, why))?;
            let confirmed = row.confirmed != 0;
            Ok(SecondFactor { user: row.user_name, secret: row.secret, confirmed, last_step })
        };
        row.map(factor).transpose()
    }

    async fn put_second_factor(&self, factor: SecondFactor) -> Result<(), StoreError> {
        use second_factor::Column::{Confirmed, LastStep, Secret, UserName};
        let row = second_factor::ActiveModel {
            user_name: Set(factor.user),
            secret: Set(factor.secret),
            confirmed: Set(factor.confirmed.into()),
            last_step: Set(number(factor.last_step)),
        };
        let replaced = OnConflict::column(UserName).update_columns([Secret, Confirmed, LastStep]).to_owned();
        let insert = second_factor::Entity::insert(row).on_conflict(replaced);
        insert.exec_without_returning(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn use_step(&self, factor: &SecondFactor, step: u64) -> Result<bool, StoreError> {
        let result = second_factor::Entity::update_many()
            .col_expr(second_factor::Column::LastStep, Expr::value(number(step)))
            .col_expr(second_factor::Column::Confirmed, Expr::value(1))
            .filter(second_factor::Column::UserName.eq(factor.user.as_str()))
            .filter(second_factor::Column::Secret.eq(factor.secret.as_str()))
            .filter(second_factor::Column::LastStep.lt(number(step)))
            .exec(&self.0.writer)
            .await
            .map_err(failed)?;
        Ok(result.rows_affected == 1)
    }

    async fn remove_second_factor(&self, user: &str) -> Result<bool, StoreError> {
        let result = second_factor::Entity::delete_by_id(user).exec(&self.0.writer).await.map_err(failed)?;
        Ok(result.rows_affected == 1)
    }

    async fn add_session(&self, session: Session, verified: Option<&str>) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let user = user::Entity::find_by_id(&session.user).lock_exclusive().one(&tx).await.map_err(failed)?;
        let is_current = |user: user::Model| verified.is_none_or(|hash| user.password_hash == hash);
        if !user.is_some_and(is_current) {
            return Ok(false);
        }
        let row = session::ActiveModel {
            token_hash: Set(session.token_hash),
            user_name: Set(session.user),
            csrf: Set(session.csrf),
            created_at: Set(millis(session.created_at)),
            seen_at: Set(millis(session.seen_at)),
            browser: Set(session.browser),
            address: Set(session.address),
        };
        session::Entity::insert(row).exec_without_returning(&tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let row = session::Entity::find_by_id(token_hash).one(&self.0.reader).await.map_err(failed)?;
        row.map(session_of).transpose()
    }

    async fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        let rows = session::Entity::find().all(&self.0.reader).await.map_err(failed)?;
        rows.into_iter().map(session_of).collect()
    }

    async fn touch_session(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::SeenAt, Expr::value(millis(at)))
            .filter(session::Column::TokenHash.eq(token_hash))
            .exec(&self.0.writer)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn describe_session(
        &self,
        token_hash: &str,
        browser: &str,
        address: &str,
    ) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::Browser, Expr::value(browser))
            .col_expr(session::Column::Address, Expr::value(address))
            .filter(session::Column::TokenHash.eq(token_hash))
            .exec(&self.0.writer)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn remove_session(&self, token_hash: &str) -> Result<(), StoreError> {
        session::Entity::delete_by_id(token_hash).exec(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn remove_sessions_of(&self, user: &str, except: Option<&str>) -> Result<u64, StoreError> {
        let mut of_user = session::Entity::delete_many().filter(session::Column::UserName.eq(user));
        if let Some(except) = except {
            of_user = of_user.filter(session::Column::Csrf.ne(except));
        }
        Ok(of_user.exec(&self.0.writer).await.map_err(failed)?.rows_affected)
    }

    async fn remove_sessions_before(&self, created: Timestamp, seen: Timestamp) -> Result<(), StoreError> {
        let old = Condition::any()
            .add(session::Column::CreatedAt.lt(millis(created)))
            .add(session::Column::SeenAt.lt(millis(seen)));
        session::Entity::delete_many().filter(old).exec(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn add_token(&self, token: ApiToken) -> Result<(), StoreError> {
        let error = named(&token.name);
        let row = api_token::ActiveModel {
            name: Set(token.name.clone()),
            token_hash: Set(token.token_hash),
            created_at: Set(millis(token.created_at)),
            scopes: Set(token.scopes.to_string()),
            last_used_at: Set(token.last_used_at.map(millis)),
        };
        api_token::Entity::insert(row).exec_without_returning(&self.0.writer).await.map_err(error)?;
        Ok(())
    }

    async fn token(&self, token_hash: &str) -> Result<Option<ApiToken>, StoreError> {
        let found = api_token::Entity::find().filter(api_token::Column::TokenHash.eq(token_hash));
        let row = found.one(&self.0.reader).await.map_err(failed)?;
        row.map(token_of).transpose()
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let rows = api_token::Entity::find().order_by_asc(api_token::Column::Name).all(&self.0.reader).await;
        rows.map_err(failed)?.into_iter().map(token_of).collect()
    }

    async fn touch_token(&self, token_hash: &str, at: Timestamp) -> Result<(), StoreError> {
        api_token::Entity::update_many()
            .col_expr(api_token::Column::LastUsedAt, Expr::value(millis(at)))
            .filter(api_token::Column::TokenHash.eq(token_hash))
            .exec(&self.0.writer)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn remove_token(&self, name: &str) -> Result<bool, StoreError> {
        let result = api_token::Entity::delete_by_id(name).exec(&self.0.writer).await.map_err(failed)?;
        Ok(result.rows_affected == 1)
    }

    async fn views(&self, user: &str) -> Result<Vec<SavedView>, StoreError> {
        let of_user = saved_view::Entity::find().filter(saved_view::Column::UserName.eq(user));
        let rows =
            of_user.order_by_asc(saved_view::Column::Name).all(&self.0.reader).await.map_err(failed)?;
        Ok(rows.into_iter().map(|row| SavedView { name: row.name, query: row.query }).collect())
    }

    async fn put_view(&self, user: &str, SavedView { name, query }: SavedView) -> Result<(), StoreError> {
        let row =
            saved_view::ActiveModel { user_name: Set(user.to_owned()), name: Set(name), query: Set(query) };
        let same = OnConflict::columns([saved_view::Column::UserName, saved_view::Column::Name])
            .update_column(saved_view::Column::Query)
            .to_owned();
        let insert = saved_view::Entity::insert(row).on_conflict(same);
        insert.exec_without_returning(&self.0.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn remove_view(&self, user: &str, name: &str) -> Result<bool, StoreError> {
        let view = saved_view::Entity::delete_by_id((user.to_owned(), name.to_owned()));
        Ok(view.exec(&self.0.writer).await.map_err(failed)?.rows_affected == 1)
    }
}

fn user_of(row: user::Model) -> Result<User, StoreError> {
    let role = row.role.parse().map_err(|why| corrupt("users", "role", &row.name, why))?;
    Ok(User { name: row.name, role, password_hash: row.password_hash })
}

fn session_of(row: session::Model) -> Result<Session, StoreError> {
    let at = |millis| timestamp(millis, "sessions", &row.user_name);
    let (created_at, seen_at) = (at(row.created_at)?, at(row.seen_at)?);
    let session::Model { token_hash, user_name: user, csrf, browser, address, .. } = row;
    Ok(Session { token_hash, user, csrf, created_at, seen_at, browser, address })
}

fn token_of(row: api_token::Model) -> Result<ApiToken, StoreError> {
    let at = |millis| timestamp(millis, "api_tokens", &row.name);
    let (created_at, last_used_at) = (at(row.created_at)?, row.last_used_at.map(at).transpose()?);
    let scopes = row.scopes.parse().map_err(|why| corrupt("api_tokens", "scopes", &row.name, why))?;
    Ok(ApiToken { name: row.name, token_hash: row.token_hash, scopes, created_at, last_used_at })
}
