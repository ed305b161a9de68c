//! The operations of the API, with their parameters, bodies and responses.
use frontdesk_ports::access::Scope;
use frontdesk_ports::work::WorkRefused;
use frontdesk_ports::{RetryError, VoicemailError, WorkError};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use super::example::{example, example_call, in_example_context};
use super::{Operation, header_references};
use crate::api::outages::Outages;
use crate::api::stats::Stats;
use crate::api::wire::{CallPage, WireCall, WireCallWithEvents};
use crate::api::work::{WorkAction, WorkRequest};
use crate::problem::{Problem, ProblemKind};
use crate::query::{BadParameter, PARAMETERS, Parameter};

/// Path, method and description of every operation.
pub(super) fn all(types: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Operation)> {
    vec![
        ("/api/v1/calls", "get", list_calls(types)),
        ("/api/v1/calls/{id}", "get", get_call(types)),
        ("/api/v1/calls/{id}/voicemail", "get", get_voicemail()),
        ("/api/v1/calls/{id}/voicemails/{recording}", "get", get_one_voicemail()),
        ("/api/v1/calls/{id}/voicemail/retry", "post", retry_voicemail()),
        ("/api/v1/calls/{id}/work", "post", work_on_call(types)),
        ("/api/v1/outages", "get", list_outages(types)),
        ("/api/v1/stats", "get", get_stats(types)),
        ("/api/v1/events", "get", stream_calls(types)),
    ]
}

fn list_calls(types: &mut SchemaGenerator) -> Operation {
    let example = CallPage { calls: vec![example_call()], next_cursor: None };
    Operation {
        id: "listCalls",
        summary: "Calls, newest first, a page at a time.",
        parameters: PARAMETERS.iter().map(query_parameter).collect(),
        scopes: vec![Scope::Calls],
        body: None,
        success: vec![("200", body("A page", types, Some(&example)))],
        problems: vec![("A parameter is invalid", bad_parameter())],
    }
}

fn get_call(types: &mut SchemaGenerator) -> Operation {
    Operation {
        id: "getCall",
        summary: "One call with its events.",
        parameters: vec![id_parameter()],
        scopes: vec![Scope::Calls],
        body: None,
        success: vec![(
            "200",
            body(
                "The call",
                types,
                Some(&in_example_context(|context| WireCallWithEvents::new(&example(), context))),
            ),
        )],
        problems: vec![("No such call", Problem::not_found())],
    }
}

fn get_voicemail() -> Operation {
    let range = json!({
        "name": "Range", "in": "header", "required": false, "schema": {"type": "string"},
        "description": "One range of bytes, such as bytes=0-1023", "example": "bytes=0-1023",
    });
    let audio = json!({"schema": {"type": "string", "format": "binary"}});
    let audio = |description: &str, headers: &[&str]| {
        let headers = header_references(headers);
        json!({"description": description, "headers": headers, "content": {"audio/wav": audio, "audio/mpeg": audio}})
    };
    let whole = audio("The audio", &["X-Request-Id", "RateLimit-Policy", "RateLimit", "ETag"]);
    let headers = ["X-Request-Id", "RateLimit-Policy", "RateLimit", "ETag", "Content-Range"];
    let part = audio("The range", &headers);
    Operation {
        id: "getVoicemail",
        summary: "A voicemail's audio, whole or a range of it.",
        parameters: vec![id_parameter(), range],
        scopes: vec![Scope::Audio],
        body: None,
        success: vec![("200", whole), ("206", part)],
        problems: vec![
            ("No voicemail", VoicemailError::None.into()),
            ("Not yet fetched from the carrier", VoicemailError::Pending.into()),
            ("Lost or deleted", VoicemailError::Deleted.into()),
            ("The range is outside the voicemail", VoicemailError::Range(0).into()),
        ],
    }
}

fn get_one_voicemail() -> Operation {
    let recording = json!({
        "name": "recording", "in": "path", "required": true, "description": "The recording's id",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    });
    let Operation { mut parameters, success, problems, .. } = get_voicemail();
    parameters.insert(1, recording);
    let summary = "The audio of one of a call's voicemails, whole or a range of it.";
    Operation { id: "getOneVoicemail", summary, parameters, success, problems, ..get_voicemail() }
}

fn retry_voicemail() -> Operation {
    Operation {
        id: "retryVoicemail",
        summary: "Fetch a lost voicemail from the carrier again.",
        parameters: vec![id_parameter()],
        scopes: vec![Scope::Work],
        body: None,
        success: vec![("202", json!({"description": "It is being fetched"}))],
        problems: vec![
            ("No voicemail", RetryError::None.into()),
            ("The voicemail is not lost", RetryError::NotFailed.into()),
        ],
    }
}

fn list_outages(types: &mut SchemaGenerator) -> Operation {
    Operation {
        id: "listOutages",
        summary: "When calls may have been missed, and what was recovered, newest first.",
        parameters: Vec::new(),
        scopes: vec![Scope::Calls],
        body: None,
        success: vec![("200", body::<Outages>("Outages", types, None))],
        problems: Vec::new(),
    }
}

fn get_stats(types: &mut SchemaGenerator) -> Operation {
    let span = PARAMETERS.iter().filter(|parameter| ["since", "until"].contains(&parameter.name));
    Operation {
        id: "getStats",
        summary: "Call statistics over a period.",
        parameters: span.map(query_parameter).collect(),
        scopes: vec![Scope::Calls],
        body: None,
        success: vec![("200", body::<Stats>("Figures", types, None))],
        problems: vec![("A parameter is invalid", bad_parameter())],
    }
}

fn stream_calls(types: &mut SchemaGenerator) -> Operation {
    types.subschema_for::<WireCall>();
    let last = json!({
        "name": "Last-Event-ID", "in": "header", "required": false, "schema": {"type": "string"},
        "description": "The last id that was received",
    });
    let text = json!({"text/event-stream": {"schema": {"type": "string"}}});
    Operation {
        id: "streamCalls",
        summary: "Server-sent events: `event: call`, a growing id, one Call as data. Last-Event-ID replays.",
        parameters: vec![last],
        scopes: vec![Scope::Calls],
        body: None,
        success: vec![("200", json!({"description": "A stream that does not end", "content": text}))],
        problems: Vec::new(),
    }
}

fn work_on_call(types: &mut SchemaGenerator) -> Operation {
    let request = WorkRequest {
        action: WorkAction::Assign,
        version: Some(0),
        user: Some("ann".into()),
        text: None,
        tag: None,
    };
    let schema = types.subschema_for::<WorkRequest>();
    let content = json!({"application/json": {"schema": schema, "example": request}});
    Operation {
        id: "workOnCall",
        summary: "Mark a call done, reopen, assign, note or tag it.",
        parameters: vec![id_parameter()],
        scopes: vec![Scope::Work],
        body: Some(json!({"required": true, "content": content})),
        success: vec![("200", body("The call as it is now", types, Some(&example_call())))],
        problems: vec![
            ("The body cannot be read", Problem::bad_body("text", "text: missing; the action note needs it")),
            ("No such call", Problem::not_found()),
            ("Someone has changed the call since that version", Problem::stale(example_call())),
            ("The body is too large", Problem::new(ProblemKind::TooLarge, "send less at once")),
            ("The body is not JSON", Problem::new(ProblemKind::UnsupportedMediaType, "send JSON")),
            ("The change cannot be made", WorkError::Refused(WorkRefused::NoSuchUser).into()),
        ],
    }
}

/// A response with a JSON body of this type.
fn body<T: JsonSchema + Serialize>(
    description: &str,
    types: &mut SchemaGenerator,
    example: Option<&T>,
) -> Value {
    let mut content = json!({"schema": types.subschema_for::<T>()});
    if let Some(example) = example {
        content["example"] = json!(example);
    }
    json!({"description": description, "content": {"application/json": content}})
}

fn query_parameter(parameter: &Parameter) -> Value {
    let Parameter { name, meaning, schema, example, .. } = parameter;
    let mut value = json!({
        "name": name, "in": "query", "required": false, "description": meaning, "schema": schema(),
    });
    if let Some(example) = example {
        value["example"] = example.parse::<u32>().map_or_else(|_| json!(example), |number| json!(number));
    }
    value
}

fn id_parameter() -> Value {
    json!({
        "name": "id", "in": "path", "required": true, "description": "The call's id",
        "schema": {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
    })
}

fn bad_parameter() -> Problem {
    BadParameter { name: "limit".into(), why: "use a number from 1 to 200".into() }.into()
}
