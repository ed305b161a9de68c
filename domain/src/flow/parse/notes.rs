//! Collects the errors in a flow file, and the location of each setting, so that later checks can report locations too.
use std::collections::BTreeMap;
use std::ops::Range;

use super::finding::{Finding, Findings};
use crate::flow::problem::Problem;

/// The errors and locations found while a flow file is parsed.
pub(super) struct ParseErrors<'s> {
    source: &'s str,
    findings: Vec<Finding>,
    /// By node and setting (`menu main`, `no_input.then`).
    spans: BTreeMap<(String, String), Range<usize>>,
}

impl<'s> ParseErrors<'s> {
    pub fn new(source: &'s str) -> Self {
        Self { source, findings: Vec::new(), spans: BTreeMap::new() }
    }

    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    pub fn findings(mut self) -> Findings {
        self.findings.sort_by_key(|finding| finding.span.start);
        self.findings.dedup();
        Findings(self.findings)
    }

    /// Adds an error at a location.
    pub fn note(&mut self, span: Range<usize>, message: String) {
        let before = self.source.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.findings.push(Finding { span, line, column, message });
    }

    /// Remembers the location of a node's setting.
    pub fn mark(&mut self, place: &str, setting: &str, span: Range<usize>) {
        self.spans.insert((place.to_owned(), setting.to_owned()), span);
    }

    /// Adds a problem found by the check, at the location of its setting or of the nearest setting that the file has.
    pub fn problem(&mut self, problem: &Problem) {
        let span =
            near(&problem.setting).find_map(|setting| self.spans.get(&(problem.place.clone(), setting)));
        let span = span.cloned().unwrap_or(0..0);
        let message = if problem.place.is_empty() {
            problem.kind.to_string()
        } else {
            format!("{}: {}", problem.place, problem.kind)
        };
        self.note(span, message);
    }
}

/// Where to look for the location of a setting, nearest first: the setting itself, its parents, and for a phone of a
/// forward the setting shared by all of its phones (`screening` for `to.0.screening`).
fn near(setting: &str) -> impl Iterator<Item = String> {
    let around = |setting: &str| {
        let parts: Vec<&str> = setting.split('.').collect();
        (1..=parts.len()).rev().map(|count| parts[..count].join(".")).collect::<Vec<_>>()
    };
    let mut settings = around(setting);
    if let Some((_, of_all)) = setting.strip_prefix("to.").and_then(|rest| rest.split_once('.')) {
        let phone = settings.len().saturating_sub(2);
        settings.splice(phone..phone, around(of_all));
    }
    settings.push(String::new());
    settings.into_iter()
}
