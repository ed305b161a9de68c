//! Renders configuration errors, with the lines of the file that they are in.
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::json;

use crate::config::{ConfigError, ConfigErrors};
use crate::telemetry::has_colours;

/// Every problem with its line and a caret under it, and the number of problems.
pub(super) fn shown(errors: &ConfigErrors) -> String {
    let mut text: Vec<String> = errors.0.iter().map(one).collect();
    let count = errors.0.len();
    text.push(format!("{count} problem{}\n", if count == 1 { "" } else { "s" }));
    text.concat()
}

fn one(error: &ConfigError) -> String {
    let Some(shown) = &error.shown else { return format!("{error}\n") };
    // An empty span is widened to one byte, so that it is marked.
    let end = shown.span.end.max(shown.span.start + 1).min(shown.text.len());
    let place = shown.span.start.min(end)..end;
    let snippet = Snippet::source(&*shown.text)
        .path(shown.file.as_str())
        .annotation(AnnotationKind::Primary.span(place));
    let report = [Level::ERROR.primary_title(error.what.as_str()).element(snippet)];
    format!("{}\n\n", renderer().render(&report))
}

/// Uses colours if standard output is a terminal that shows them.
fn renderer() -> Renderer {
    if has_colours(&std::io::stdout()) { Renderer::styled() } else { Renderer::plain() }
}

/// The problems as JSON.
pub(super) fn json(errors: &ConfigErrors) -> String {
    let finding = |error: &ConfigError| {
        let place = error.shown.as_ref().map(|shown| {
            let before = shown.text.get(..shown.span.start).unwrap_or_default();
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            json!({ "file": shown.file, "line": before.matches('\n').count() + 1, "column": column })
        });
        json!({ "key": error.key, "message": error.what, "place": place })
    };
    let findings: Vec<_> = errors.0.iter().map(finding).collect();
    format!("{:#}", json!({ "findings": findings }))
}

/// The warnings, one per line.
pub(super) fn warned(warnings: &[ConfigError]) -> String {
    warnings.iter().fold(String::new(), |text, warning| text + &format!("warning: {warning}\n"))
}

/// The flow as JSON, with the warnings in addition to its findings.
pub(super) fn with_warnings(flow: String, warnings: &[ConfigError]) -> String {
    let Ok(mut document) = serde_json::from_str::<serde_json::Value>(&flow) else { return flow };
    let warning = |warning: &ConfigError| json!({ "key": warning.key, "message": warning.what });
    document["warnings"] = warnings.iter().map(warning).collect();
    format!("{document:#}")
}
