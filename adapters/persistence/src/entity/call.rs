//! One row per call: columns to find it by, and the call itself as a document.
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub provider: String,
    pub provider_id: String,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub state: String,
    pub outcome: Option<String>,
    pub outcome_reason: Option<String>,
    pub from_number: Option<String>,
    pub to_number: Option<String>,
    pub forwarded_to: Option<String>,
    pub duration_seconds: Option<i64>,
    pub talk_seconds: Option<i64>,
    pub search_text: String,
    pub document: String,
    pub change: i64,
    /// The change in which the call was first stored; the row id of its text in the search index (SQLite).
    pub serial: Option<i64>,
    pub attention: i32,
    pub handled: i32,
    pub mailbox: Option<String>,
    pub menu: Option<String>,
    pub wait_ms: Option<i64>,
    pub work: Option<String>,
    pub work_version: i64,
    /// The change that `work` was last written in.
    pub work_change: i64,
    pub note_text: String,
    pub assignee: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
