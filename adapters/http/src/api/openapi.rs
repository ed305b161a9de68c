//! The API's document (OpenAPI 3.1), generated from the types that the handlers return and from the query parameters. A
//! test compares it with the committed `openapi.json`, so that every change of the API is visible in review.

mod example;
mod operations;
mod webhooks;
use std::sync::LazyLock;

use frontdesk_ports::access::Scope;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::middleware::path_prefix::PathPrefix;
use crate::problem::{Problem, ProblemBody};

/// The document as text.
pub(crate) static OPENAPI: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string_pretty(&document()).unwrap_or_default() + "\n");

/// An operation, without the responses that all operations share.
struct Operation {
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    /// The scopes that a token needs.
    scopes: Vec<Scope>,
    body: Option<Value>,
    success: Vec<(&'static str, Value)>,
    problems: Vec<(&'static str, Problem)>,
}

/// The whole document.
fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut types =
        settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator();
    let mut paths = Map::new();
    for (path, method, operation) in operations::all(&mut types) {
        let operation = operation.into_value(&mut types);
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        entry[method] = operation;
    }
    let webhooks = webhooks::all(&mut types);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "frontdesk API",
            "version": "1",
            "description": "Calls to the main number: what happened, why, and the voicemails. An empty parameter counts as not given.",
            "contact": {"name": "frontdesk"},
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": "calls", "description": "Read calls and listen to voicemails"},
            {"name": "work", "description": "Work on calls"},
            {"name": "webhooks", "description": "What is sent to recipients of the configuration"},
        ],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "securitySchemes": {"token": {
                "type": "http", "scheme": "bearer",
                "description": "An API token: `frontdesk token create`, or the settings page. Operations name the scopes that they need.",
            }},
            "headers": headers(),
            "schemas": types.take_definitions(true),
        },
    })
}

/// Headers of responses.
fn headers() -> Value {
    let header = |description: &str, example: &str| json!({"description": description, "schema": {"type": "string"}, "example": example});
    json!({
        "X-Request-Id": header("The request's id in the server's log; one that the client sends is used", "5f0c2b1e9a7d4c36"),
        "RateLimit-Policy": header("How many requests (`q`) a token may send in how many seconds (`w`)", "\"token\";q=600;w=60"),
        "RateLimit": header("How many requests are left (`r`), and after how many seconds all of them are (`t`)", "\"token\";r=599;t=1"),
        "Retry-After": header("The seconds after which the request can be repeated", "1"),
        "ETag": header("Identifies the audio", "\"9f86d081884c7d65\""),
        "Content-Range": header("Which bytes of how many", "bytes 0-1023/144044"),
    })
}

fn header_references(names: &[&str]) -> Value {
    let references =
        names.iter().map(|name| (*name, json!({"$ref": format!("#/components/headers/{name}")})));
    references.collect()
}

impl Operation {
    fn into_value(self, types: &mut SchemaGenerator) -> Value {
        let schema = types.subschema_for::<ProblemBody>();
        let shared = [
            ("No valid credentials", Problem::anonymous()),
            ("The credentials do not cover this", Problem::not_allowed()),
            ("Too many requests", Problem::too_many_requests(std::time::Duration::from_secs(1))),
            ("The database is unavailable", Problem::unavailable()),
        ];
        let limits = ["X-Request-Id", "RateLimit-Policy", "RateLimit"];
        let problems = self.problems.into_iter().chain(shared).map(|(description, problem)| {
            let status = problem.status().as_u16().to_string();
            let content = json!({"schema": schema, "example": problem.into_body(&PathPrefix::default())});
            let headers: &[&str] = match status.as_str() {
                "401" => &["X-Request-Id"],
                "416" => &["X-Request-Id", "RateLimit-Policy", "RateLimit", "Content-Range"],
                "429" => &["X-Request-Id", "RateLimit-Policy", "RateLimit", "Retry-After"],
                _ => &limits,
            };
            let response = json!({
                "description": description, "headers": header_references(headers),
                "content": {"application/problem+json": content},
            });
            (status, response)
        });
        let success = self.success.into_iter().map(|(status, mut response)| {
            if response["headers"].is_null() {
                response["headers"] = header_references(&limits);
            }
            (status.to_owned(), response)
        });
        let responses: Map<String, Value> = success.chain(problems).collect();
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        let tag = if self.scopes.contains(&Scope::Work) { "work" } else { "calls" };
        let mut operation = json!({
            "operationId": self.id, "tags": [tag], "summary": self.summary,
            "description": format!("{} Needs the scope `{}`.", self.summary, scopes.join("` and `")),
            "parameters": self.parameters, "responses": responses,
        });
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_document_is_the_one_that_the_types_make() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        #[expect(clippy::disallowed_methods, reason = "a switch of this test, not a setting")]
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(path, &*OPENAPI).expect("openapi.json can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == *OPENAPI,
            "the API has changed; update openapi.json with UPDATE_OPENAPI=1 cargo test -p adapters-http openapi"
        );
    }

    #[test]
    fn every_route_of_the_api_is_described() {
        let document = document();
        let described = document["paths"].as_object().expect("paths");
        for (path, _, methods, _) in crate::router::route_list() {
            if path.starts_with("/api/v1/") {
                let operation = &described[&path.replace(":id", "{id}").replace(":recording", "{recording}")];
                let method = if methods == "POST" { "post" } else { "get" };
                assert!(operation[method].is_object(), "{path}");
            }
        }
        assert_eq!(document["components"]["schemas"]["Call"]["required"].as_array().map(Vec::len), Some(27));
    }
}
