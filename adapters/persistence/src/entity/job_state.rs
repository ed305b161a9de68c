//! The state of a job.
use sea_orm::entity::prelude::*;

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum JobState {
    /// Not taken; due at `due_at`.
    Waiting,
    /// Taken by a worker until `due_at`.
    Leased,
    /// Done.
    Done,
    /// Failed permanently.
    Failed,
}

impl JobState {
    /// The states of jobs that are still to be done.
    pub const OPEN: [Self; 2] = [Self::Waiting, Self::Leased];
}
