//! The page that shows the API's document: each operation with its parameters, responses and examples, and each schema.
use serde::Serialize;
use serde_json::Value;

use super::problems::{self, ProblemPage};
use crate::i18n::messages;

/// The API's description.
#[derive(Debug, Serialize)]
pub(crate) struct ApiPage {
    title: String,
    operations: Vec<Operation>,
    schemas: Vec<Schema>,
    problems: Vec<ProblemPage>,
}

#[derive(Debug, Serialize)]
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    parameters: Vec<Parameter>,
    answers: Vec<ApiAnswer>,
    /// An example request, as a curl command.
    request: String,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    place: String,
    values: String,
    meaning: String,
    example: String,
    required: bool,
}

#[derive(Debug, Serialize)]
struct ApiAnswer {
    status: String,
    meaning: String,
    media_type: String,
    schema: String,
    example: Option<String>,
}

/// An object in responses.
#[derive(Debug, Serialize)]
struct Schema {
    name: String,
    fields: Vec<Field>,
}

#[derive(Debug, Serialize)]
struct Field {
    name: String,
    values: String,
    meaning: String,
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The last part of a reference to a schema.
fn schema_name(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str()?;
    Some(reference.rsplit('/').next().unwrap_or_default().to_owned())
}

/// Which values a schema allows, in short.
fn values(schema: &Value) -> String {
    if let Some(name) = schema_name(schema) {
        return name;
    }
    if let Some(choices) = schema["enum"].as_array() {
        let choices =
            choices.iter().map(|choice| if choice.is_null() { "null".into() } else { text(choice) });
        return choices.filter(|choice| !choice.is_empty()).collect::<Vec<_>>().join(" | ");
    }
    if let Some(parts) = schema["anyOf"].as_array() {
        let parts = parts.iter().filter(|part| part["maxLength"] != 0).map(values);
        return parts.collect::<Vec<_>>().join(" | ");
    }
    let kinds: Vec<String> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        kind => vec![text(kind)],
    };
    let kinds = kinds.join(" | ");
    match (&schema["format"], &schema["items"]) {
        (Value::String(format), _) => format!("{kinds}, {format}"),
        (_, Value::Object(_)) => format!("{kinds} of {}", values(&schema["items"])),
        _ => kinds,
    }
}

impl Parameter {
    fn new(parameter: &Value) -> Self {
        Self {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            values: values(&parameter["schema"]),
            meaning: text(&parameter["description"]),
            example: text(&parameter["example"]),
            required: parameter["required"] == true,
        }
    }
}

impl ApiAnswer {
    fn new(status: &str, answer: &Value) -> Self {
        let content = answer["content"].as_object().and_then(|kinds| kinds.iter().next());
        let example = content.map(|(_, content)| &content["example"]).filter(|example| !example.is_null());
        Self {
            status: status.to_owned(),
            meaning: text(&answer["description"]),
            media_type: content.map(|(kind, _)| kind.clone()).unwrap_or_default(),
            schema: content.and_then(|(_, content)| schema_name(&content["schema"])).unwrap_or_default(),
            example: example.and_then(|example| serde_json::to_string_pretty(example).ok()),
        }
    }
}

impl ApiPage {
    /// Reads the OpenAPI document.
    pub fn of(openapi: &str) -> Self {
        let document: Value = serde_json::from_str(openapi).unwrap_or_default();
        let shared = |value: &Value| -> Value {
            let reference = value["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
            reference.and_then(|reference| document.pointer(reference)).unwrap_or(value).clone()
        };
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let answers = operation["responses"].as_object().into_iter().flatten();
                let method = method.to_uppercase();
                let by_method = if method == "GET" { String::new() } else { format!("-X {method} ") };
                operations.push(Operation {
                    id: text(&operation["operationId"]),
                    request: format!(
                        "curl {by_method}-H \"Authorization: Bearer TOKEN\" https://desk.example.com{path}"
                    ),
                    method,
                    path: path.clone(),
                    summary: text(&operation["summary"]),
                    parameters: parameters.map(|parameter| Parameter::new(&shared(parameter))).collect(),
                    answers: answers
                        .map(|(status, answer)| ApiAnswer::new(status, &shared(answer)))
                        .collect(),
                });
            }
        }
        let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
        let schema = |(name, schema): (&String, &Value)| Schema {
            name: name.clone(),
            fields: schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, field)| Field {
                    name: name.clone(),
                    values: values(field),
                    meaning: text(&field["description"]),
                })
                .collect(),
        };
        let title = format!("{} {}", text(&document["info"]["title"]), messages::version());
        Self { title, operations, schemas: schemas.map(schema).collect(), problems: problems::all() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::openapi::OPENAPI;

    #[test]
    fn every_parameter_answer_and_field_is_on_the_page() {
        let page = ApiPage::of(&OPENAPI);
        for operation in &page.operations {
            assert!(!operation.summary.is_empty() && !operation.answers.is_empty(), "{operation:?}");
            for parameter in &operation.parameters {
                assert!(!parameter.meaning.is_empty() && !parameter.values.is_empty(), "{parameter:?}");
            }
            assert!(operation.answers.iter().all(|answer| !answer.meaning.is_empty()), "{operation:?}");
        }
        let list = page.operations.iter().find(|operation| operation.id == "listCalls").expect("a list");
        assert_eq!(list.parameters.len(), crate::query::PARAMETERS.len());
        let example = list.answers[0].example.as_deref().expect("an example");
        assert!(example.contains("\"next_cursor\""), "{example}");
        let call = page.schemas.iter().find(|schema| schema.name == "Call").expect("calls");
        let contact = call.fields.iter().find(|field| field.name == "contact").expect("contacts");
        assert!(contact.values.contains("Contact") && contact.values.contains("null"), "{contact:?}");
        assert!(call.fields.iter().all(|field| !field.values.is_empty()), "{call:?}");
    }
}
