//! The page that shows the API's document.
use serde::Serialize;

use crate::i18n::messages;

/// The API's description.
#[derive(Debug, Serialize)]
pub(crate) struct ApiPage {
    title: String,
    operations: Vec<Operation>,
}

#[derive(Debug, Serialize)]
struct Operation {
    method: String,
    path: String,
    summary: String,
    parameters: Vec<Parameter>,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    meaning: String,
}

impl ApiPage {
    /// Read off the description.
    pub fn of(openapi: &str) -> Self {
        let document: serde_json::Value = serde_json::from_str(openapi).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let parameters = operation["parameters"].as_array().into_iter().flatten().map(|parameter| {
                    let shared = text(&parameter["$ref"]);
                    let shared = document.pointer(shared.trim_start_matches('#'));
                    let parameter = shared.unwrap_or(parameter);
                    Parameter { name: text(&parameter["name"]), meaning: text(&parameter["description"]) }
                });
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    summary: text(&operation["summary"]),
                    parameters: parameters.collect(),
                });
            }
        }
        let title = format!("{} {}", text(&document["info"]["title"]), messages::version());
        Self { title, operations }
    }
}
