//! One row for each phone that a call rang.
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_phones")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: String,
    /// Whether it took the call: 0 or 1.
    pub taken: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
