//! Erases a number from texts that users have written: saved views, notes, contacts, the audit log.
use frontdesk_ports::StoreError;
use frontdesk_ports::work::Work;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, TransactionTrait};

use crate::SqlLog;
use crate::entity::{audit, call, contact, saved_view};
use crate::error::{corrupt, failed};
use crate::mapping::json;
use crate::transaction::{CONTACT_CHANGES, immediate, reserve_changes, reserve_changes_of};

/// Replaces a text that contained the number.
const ERASED: &str = "[erased]";
/// Numbers with fewer digits are not searched for in texts: they would match by chance.
const MIN_DIGITS: usize = 6;
/// The number of final digits that are compared; every spelling of a number ends with them.
const COMMON_DIGITS: usize = 9;

/// The last digits of a number, which all its spellings share: with country code, trunk zero, spaces or points.
struct Digits(String);

impl Digits {
    fn of(number: &str) -> Option<Self> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let common = digits.len().saturating_sub(COMMON_DIGITS);
        (digits.len() >= MIN_DIGITS).then(|| Self(digits[common..].to_owned()))
    }

    fn are_in(&self, text: &str) -> bool {
        let decoded = text.replace("%2B", "+").replace("%20", " ");
        let spelled: String = decoded.chars().filter(|c| !" -.()/+\u{a0}".contains(*c)).collect();
        spelled.contains(&self.0)
    }

    fn erased_from(&self, text: &str) -> String {
        if self.are_in(text) { ERASED.to_owned() } else { text.to_owned() }
    }
}

impl SqlLog {
    /// Erases the texts that hold a number; returns how many there were.
    pub(crate) async fn erase_texts_with(&self, number: &str) -> Result<u64, StoreError> {
        let Some(digits) = Digits::of(number) else { return self.erase_contact(number).await };
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        // First, because it locks out concurrent changes of the same rows. It also tells readers that rows have changed.
        reserve_changes(&tx, 1).await.map_err(failed)?;
        let erased = saved_views(&tx, &digits).await?
            + notes(&tx, &digits).await?
            + audit_log(&tx, &digits).await?
            + contacts(&tx, &digits).await?;
        tx.commit().await.map_err(failed)?;
        Ok(erased)
    }
}

impl SqlLog {
    /// Deletes only the contact of an address with few digits, which could occur in other texts by chance.
    async fn erase_contact(&self, caller: &str) -> Result<u64, StoreError> {
        let tx = self.db.writer.begin_with_options(immediate()).await.map_err(failed)?;
        reserve_changes_of(CONTACT_CHANGES, &tx, 1).await.map_err(failed)?;
        let erased = contact::Entity::delete_by_id(caller).exec(&tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(erased.rows_affected)
    }
}

async fn saved_views(tx: &DatabaseTransaction, digits: &Digits) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for row in saved_view::Entity::find().all(tx).await.map_err(failed)? {
        if digits.are_in(&row.query) || digits.are_in(&row.name) {
            let view = saved_view::Entity::delete_by_id((row.user_name, row.name));
            deleted += view.exec(tx).await.map_err(failed)?.rows_affected;
        }
    }
    Ok(deleted)
}

async fn notes(tx: &DatabaseTransaction, digits: &Digits) -> Result<u64, StoreError> {
    let mut erased = 0;
    let noted = call::Entity::find().filter(call::Column::NoteText.ne(""));
    for row in noted.all(tx).await.map_err(failed)? {
        let Some(stored) = row.work.as_deref().filter(|_| digits.are_in(&row.note_text)) else { continue };
        let mut work: Work =
            serde_json::from_str(stored).map_err(|why| corrupt("calls", "work", &row.id, why))?;
        for note in &mut work.notes {
            note.text = digits.erased_from(&note.text);
        }
        // A concurrent change that is based on the earlier notes is then refused.
        work.version += 1;
        let version = i64::try_from(work.version).unwrap_or(i64::MAX);
        let change = i64::try_from(reserve_changes(tx, 1).await.map_err(failed)? + 1).unwrap_or(i64::MAX);
        let update = call::Entity::update_many()
            .col_expr(call::Column::Work, Expr::value(json(&work)?))
            .col_expr(call::Column::NoteText, Expr::value(work.text()))
            .col_expr(call::Column::WorkVersion, Expr::value(version))
            .col_expr(call::Column::WorkChange, Expr::value(change))
            .col_expr(call::Column::Change, Expr::value(change))
            .filter(call::Column::Id.eq(row.id));
        erased += update.exec(tx).await.map_err(failed)?.rows_affected;
    }
    Ok(erased)
}

/// Deletes the contact with this number, and erases the number from the texts of other contacts.
async fn contacts(tx: &DatabaseTransaction, digits: &Digits) -> Result<u64, StoreError> {
    let mut erased = 0;
    for row in contact::Entity::find().all(tx).await.map_err(failed)? {
        let is_theirs = digits.are_in(&row.caller);
        let is_mentioned = [&row.name, &row.company, &row.note].iter().any(|text| digits.are_in(text));
        if is_theirs {
            erased += contact::Entity::delete_by_id(row.caller).exec(tx).await.map_err(failed)?.rows_affected;
        } else if is_mentioned {
            let update = contact::Entity::update_many()
                .col_expr(contact::Column::Name, Expr::value(digits.erased_from(&row.name)))
                .col_expr(contact::Column::Company, Expr::value(digits.erased_from(&row.company)))
                .col_expr(contact::Column::Note, Expr::value(digits.erased_from(&row.note)))
                .filter(contact::Column::Caller.eq(row.caller));
            erased += update.exec(tx).await.map_err(failed)?.rows_affected;
        }
    }
    reserve_changes_of(CONTACT_CHANGES, tx, 1).await.map_err(failed)?;
    Ok(erased)
}

async fn audit_log(tx: &DatabaseTransaction, digits: &Digits) -> Result<u64, StoreError> {
    let mut erased = 0;
    for row in audit::Entity::find().all(tx).await.map_err(failed)? {
        if digits.are_in(&row.actor) || digits.are_in(&row.subject) {
            let update = audit::Entity::update_many()
                .col_expr(audit::Column::Actor, Expr::value(digits.erased_from(&row.actor)))
                .col_expr(audit::Column::Subject, Expr::value(digits.erased_from(&row.subject)))
                .filter(audit::Column::Id.eq(row.id));
            erased += update.exec(tx).await.map_err(failed)?.rows_affected;
        }
    }
    Ok(erased)
}
