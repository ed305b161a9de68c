//! `POST /api/v1/calls/{id}/work`: changes a call's follow-up. A request can name the version of the follow-up that it is
//! based on.
use std::borrow::Cow;
use std::sync::Arc;

use frontdesk_ports::work::{BasedOn, MAX_NOTE, MAX_TAG, WorkChange, WorkRefused};
use frontdesk_ports::{CallRecord, WorkError};
use poem::http::header;
use poem::web::{Data, Json, Path};
use poem::{Body, IntoResponse, Request, handler};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value, json};
use strum::{IntoStaticStr, VariantArray};

use super::wire::{CallContext, WireCall};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::problem::{Answer, Problem, ProblemKind};

/// A change of a call's follow-up.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkRequest {
    /// What to do.
    pub action: WorkAction,
    /// The call's `work.version` that the change is based on. Without it, the change is made regardless of the
    /// current state.
    #[serde(default, deserialize_with = "whole_number", skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The user to whom the call is assigned.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The note.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The tag.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// Requires a value for a field that is present. A `null` is refused, because it may come from a bug in the program.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

/// A whole number, also written as `3.0`, which JSON Schema counts as an integer.
fn whole_number<'de, D: Deserializer<'de>>(field: D) -> Result<Option<u64>, D::Error> {
    let number = Number::deserialize(field)?;
    let written = number.as_u64().or_else(|| {
        let digits = number.as_f64().filter(|value| value.fract() == 0.0)?.to_string();
        digits.parse().ok()
    });
    let bad = || D::Error::custom(format!("{number} is not a version; use a whole number from 0 on"));
    written.map(Some).ok_or_else(bad)
}

/// What to do about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(crate) enum WorkAction {
    Done,
    Reopen,
    Assign,
    Unassign,
    Note,
    Tag,
    Untag,
}

impl WorkAction {
    /// Its name in requests.
    fn name(self) -> &'static str {
        self.into()
    }

    /// The field that it needs besides the version.
    fn field(self) -> Option<&'static str> {
        match self {
            Self::Done | Self::Reopen | Self::Unassign => None,
            Self::Assign => Some("user"),
            Self::Note => Some("text"),
            Self::Tag | Self::Untag => Some("tag"),
        }
    }
}

/// One object per action, with the field that it needs.
impl JsonSchema for WorkRequest {
    fn schema_name() -> Cow<'static, str> {
        "WorkRequest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let field = |action: &WorkAction, name: &str| match name {
            // Removing a tag that the call does not have is not an error, so any text is allowed.
            _ if *action == WorkAction::Untag => json!({"type": "string", "description": "The tag"}),
            "user" => json!({"type": "string", "description": "The user to whom the call is assigned"}),
            "text" => {
                json!({"type": "string", "description": "The note", "minLength": 1, "maxLength": MAX_NOTE})
            }
            _ => json!({"type": "string", "description": "The tag", "minLength": 1, "maxLength": MAX_TAG}),
        };
        let object = |action: &WorkAction| {
            let mut properties = json!({
                "action": {"type": "string", "const": action.name()},
                "version": {
                    "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64,
                    "description": "The call's `work.version` that the change was decided on; 409 if it has another one by now. Without it, the change is made regardless of the present state.",
                },
            });
            let mut required = vec!["action"];
            if let Some(name) = action.field() {
                properties[name] = field(action, name);
                // NUL is refused everywhere.
                properties[name]["pattern"] = json!("^[^\\u0000]*$");
                required.push(name);
            }
            let title = action.name()[..1].to_uppercase() + &action.name()[1..];
            json!({
                "title": title, "type": "object", "properties": properties, "required": required,
                "additionalProperties": false,
            })
        };
        let objects: Vec<Value> = WorkAction::VARIANTS.iter().map(object).collect();
        json_schema!({"description": "A change of a call's follow-up.", "oneOf": objects})
    }
}

#[handler]
pub(crate) async fn work(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    Path(id): Path<String>,
    req: &Request,
    body: Body,
) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    if !is_json(req.header(header::CONTENT_TYPE)) {
        let detail = "send the body as JSON, with Content-Type: application/json";
        return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    let bytes = body.into_bytes().await.map_err(|error| Problem::bad_body("", error.to_string()))?;
    let request = WorkRequest::read(&bytes)?;
    let based_on = request.version.map_or(BasedOn::Latest, BasedOn::Version);
    let change = request.change()?;
    let wire = |record: &CallRecord| {
        let (prefix, contacts) = (&state.services.prefix, &*state.services.contacts.book());
        WireCall::new(record, &CallContext { prefix, contacts })
    };
    match state.services.working.change(&visitor.actor(), id, based_on, change).await {
        Ok(record) => Ok(Json(wire(&record)).into_response()),
        Err(WorkError::Refused(WorkRefused::Stale)) => {
            let present = state.services.calls.call(id).await?.ok_or_else(Problem::not_found)?;
            Err(Problem::stale(wire(&present.record)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a media type is JSON, with or without parameters.
fn is_json(media_type: Option<&str>) -> bool {
    let essence = media_type.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

impl WorkRequest {
    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let mut document = serde_json::Deserializer::from_slice(bytes);
        let request: Self = serde_path_to_error::deserialize(&mut document).map_err(|error| {
            let path = error.path().to_string();
            Problem::bad_body(if path == "." { "" } else { &path }, error.inner().to_string())
        })?;
        document.end().map_err(|error| Problem::bad_body("", error.to_string()))?;
        Ok(request)
    }

    /// The requested change. Fails if the field that the action needs is missing, or another field is present.
    fn change(self) -> Result<WorkChange, Problem> {
        let Self { action, user, text, tag, .. } = self;
        let (name, mut value) = (action.name(), String::new());
        for (field, given) in [("user", user), ("text", text), ("tag", tag)] {
            let why = match given {
                None if action.field() == Some(field) => format!("missing; the action {name} needs it"),
                Some(_) if action.field() != Some(field) => format!("the action {name} does not take it"),
                Some(given) if given.contains('\0') => "remove the NUL character".to_owned(),
                Some(given) => {
                    value = given;
                    continue;
                }
                None => continue,
            };
            return Err(Problem::bad_body(field, format!("{field}: {why}")));
        }
        Ok(match action {
            WorkAction::Done => WorkChange::Handle,
            WorkAction::Reopen => WorkChange::Reopen,
            WorkAction::Assign => WorkChange::Assign(value),
            WorkAction::Unassign => WorkChange::Release,
            WorkAction::Note => WorkChange::Note(value),
            WorkAction::Tag => WorkChange::Tag(value),
            WorkAction::Untag => WorkChange::Untag(value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(body: &str) -> (Option<String>, String) {
        let refused = WorkRequest::read(body.as_bytes()).and_then(WorkRequest::change).unwrap_err();
        (refused.parameter, refused.detail)
    }

    #[test]
    fn a_body_that_cannot_be_read_names_its_field() {
        let (field, detail) = problem(r#"{"action": "finish"}"#);
        assert_eq!(field.as_deref(), Some("action"));
        assert!(detail.contains("expected one of `done`"), "{detail}");
        assert_eq!(problem(r#"{"action": "done", "version": -1}"#).0.as_deref(), Some("version"));
        assert_eq!(problem(r#"{"action": "note"}"#).0.as_deref(), Some("text"));
        assert_eq!(problem(r#"{"action": "assign", "user": "a\u0000b"}"#).0.as_deref(), Some("user"));
        assert_eq!(problem(r#"{"action": "done", "tag": "sale"}"#).0.as_deref(), Some("tag"));
        assert!(problem(r#"{"action": "done", "turn": 1}"#).1.contains("unknown field `turn`"));
        assert!(problem(r"{}").1.contains("missing field `action`"));
        assert_eq!(problem(r#"{"action": "done", "version": 1.5}"#).0.as_deref(), Some("version"));
        assert_eq!(WorkRequest::read(br#"{"action": "done", "version": 3.0}"#).unwrap().version, Some(3));
        assert_eq!(problem(r#"{"action": "done", "version": null}"#).0.as_deref(), Some("version"));
        assert!(problem("[]").0.is_none());
        assert!(problem(r#"{"action": "done"} x"#).1.contains("trailing"));
    }

    #[test]
    fn json_is_recognised_with_parameters_and_in_any_letter_case() {
        assert!(is_json(Some("application/json")) && is_json(Some("Application/JSON; charset=utf-8")));
        assert!(!is_json(None) && !is_json(Some("text/plain")) && !is_json(Some("application/jsonl")));
    }
}
