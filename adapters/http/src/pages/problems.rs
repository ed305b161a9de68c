//! The page of each kind of problem, to which its URI leads.
use std::sync::Arc;

use poem::handler;
use poem::web::{Data, Path};
use serde::Serialize;
use strum::VariantArray;

use super::html;
use crate::State;
use crate::problem::{Answer, Problem, ProblemKind};

/// A kind of problem, as the API page lists it and its own page explains it.
#[derive(Debug, Serialize)]
pub(crate) struct ProblemPage {
    pub name: &'static str,
    pub path: String,
    pub status: u16,
    pub title: &'static str,
    pub explanation: &'static str,
}

impl From<ProblemKind> for ProblemPage {
    fn from(kind: ProblemKind) -> Self {
        Self {
            name: kind.name(),
            path: kind.path(),
            status: kind.status().as_u16(),
            title: kind.title(),
            explanation: kind.explanation(),
        }
    }
}

/// Every kind.
pub(crate) fn all() -> Vec<ProblemPage> {
    ProblemKind::VARIANTS.iter().copied().map(ProblemPage::from).collect()
}

#[handler]
pub(crate) fn problem(Data(state): Data<&Arc<State>>, Path(name): Path<String>) -> Answer {
    let kind: ProblemKind = name.parse().map_err(|_| Problem::not_found())?;
    html(state.templates.problem(&kind.into()))
}
