//! Jobs: effects of calls, and deliveries of notifications.
use sea_orm::entity::prelude::*;

use super::job_state::JobState;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub call_id: String,
    pub lane: String,
    pub job: String,
    pub state: JobState,
    pub queued_at: i64,
    pub due_at: i64,
    pub attempt: i64,
    pub last_error: Option<String>,
    /// What a delivery reported.
    pub report: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
