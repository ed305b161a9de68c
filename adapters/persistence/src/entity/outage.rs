//! One row per outage.
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub began_at: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub cause: String,
    pub ended_at: i64,
    pub calls: i64,
    pub added: i64,
    pub repaired: i64,
    pub messages: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
