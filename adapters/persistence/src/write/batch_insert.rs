//! Inserts of many rows. A database parses and plans a statement once for each number of rows, which costs more than
//! running it. So inserts have 64, 16, 4 or 1 rows, lists are padded to these lengths, and each statement's text is built
//! only once.
use std::collections::BTreeMap;

use frontdesk_ports::StoreError;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, Iterable, Statement, Value};

use crate::error::failed;

/// Inserts into one table with one conflict clause.
pub(crate) struct Inserts {
    conflict: OnConflict,
    texts: BTreeMap<usize, String>,
}

impl Inserts {
    pub fn new(conflict: OnConflict) -> Self {
        Self { conflict, texts: BTreeMap::new() }
    }

    /// Inserts rows with all columns set.
    pub async fn run<E, A>(&mut self, tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), StoreError>
    where
        E: EntityTrait,
        A: ActiveModelTrait<Entity = E>,
    {
        let backend = tx.get_database_backend();
        for chunk in chunks(rows) {
            let text = self.text::<E>(chunk.len(), backend);
            let values: Vec<Value> = chunk.into_iter().flat_map(values).collect();
            let insert = Statement::from_sql_and_values(backend, text, values);
            tx.execute_raw(insert).await.map_err(failed)?;
        }
        Ok(())
    }

    fn text<E: EntityTrait>(&mut self, rows: usize, backend: DbBackend) -> &str {
        self.texts.entry(rows).or_insert_with(|| {
            let mut insert = Query::insert();
            insert.into_table(E::default()).columns(E::Column::iter()).on_conflict(self.conflict.clone());
            for _ in 0..rows {
                insert.values_panic(E::Column::iter().map(|_| Value::BigInt(None).into()));
            }
            backend.build(&insert).sql
        })
    }
}

/// A row's values in the order of its columns.
fn values<A: ActiveModelTrait>(mut row: A) -> impl Iterator<Item = Value> {
    <A::Entity as EntityTrait>::Column::iter()
        .map(move |column| row.take(column).into_value().expect("every column of a row is set"))
}

/// The possible numbers of rows per statement.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// The rows in chunks of few sizes, in order.
pub(crate) fn chunks<T>(mut rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let rest = rows.split_off(size);
        Some(std::mem::replace(&mut rows, rest))
    })
}

/// The values of a list that may contain duplicates, padded with the last one to 1, 4, 16, 64, 128, 192, … values.
pub(crate) fn filled<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    let largest = SIZES[0];
    let size = SIZES.into_iter().rev().find(|size| *size >= values.len());
    let size = size.unwrap_or_else(|| values.len().next_multiple_of(largest));
    if let Some(last) = values.last().cloned() {
        values.resize(size, last);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_hold_every_row_in_order() {
        for count in 0..600 {
            let rows: Vec<usize> = (0..count).collect();
            let sizes: Vec<usize> = chunks(rows.clone()).map(|chunk| chunk.len()).collect();
            assert!(sizes.iter().all(|size| SIZES.contains(size)), "{sizes:?}");
            assert_eq!(chunks(rows.clone()).flatten().collect::<Vec<_>>(), rows);
        }
    }

    #[test]
    fn lists_are_padded_with_their_last_value() {
        assert_eq!(filled([1]), [1]);
        assert_eq!(filled([1, 2]), [1, 2, 2, 2]);
        assert_eq!((filled(0..17).len(), filled(0..64).len(), filled(0..65).len()), (64, 64, 128));
        assert!(filled(Vec::<u8>::new()).is_empty());
    }
}
