//! The API's document (OpenAPI 3.1), made from the types that the handlers return and from the query's parameters. The
//! committed `openapi.json` is compared with it in a test, so that every change of the API shows in a review.
use std::sync::LazyLock;

use frontdesk_domain::{
    Call, CallEvent, CallId, CallerId, Ending, EventKind, Facts, LegId, MailboxCause, Parties,
    RecordingStatus, StoredAudio, Timestamp,
};
use frontdesk_ports::{
    CallRecord, CallWithEvents, Change, Contact, ContactBook, RetryError, VoicemailError, work::Work,
};
use poem::error::ResponseError;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::outages::Outages;
use super::stats::Stats;
use super::wire::{CallContext, CallPage, WireCall, WireCallWithEvents};
use crate::middleware::path_prefix::PathPrefix;
use crate::problem::{Problem, ProblemBody};
use crate::query::{BadParameter, PARAMETERS, Parameter};

/// The document as text.
pub(crate) static OPENAPI: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string_pretty(&document()).unwrap_or_default() + "\n");

/// An operation, before the responses that all of them share.
struct Operation {
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    success: Vec<(&'static str, Value)>,
    problems: Vec<(&'static str, Problem)>,
}

/// The whole document.
fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut types =
        settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator();
    let paths = json!({
        "/api/v1/calls": {"get": list_calls(&mut types).into_value(&mut types)},
        "/api/v1/calls/{id}": {"get": get_call(&mut types).into_value(&mut types)},
        "/api/v1/calls/{id}/voicemail": {"get": get_voicemail().into_value(&mut types)},
        "/api/v1/calls/{id}/voicemails/{recording}": {"get": get_one_voicemail().into_value(&mut types)},
        "/api/v1/calls/{id}/voicemail/retry": {"post": retry_voicemail().into_value(&mut types)},
        "/api/v1/outages": {"get": list_outages(&mut types).into_value(&mut types)},
        "/api/v1/stats": {"get": get_stats(&mut types).into_value(&mut types)},
        "/api/v1/events": {"get": stream_calls(&mut types).into_value(&mut types)},
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "frontdesk API",
            "version": "1",
            "description": "Calls to the main number: what happened, why, and the voicemails. An empty parameter counts as not given.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": types.take_definitions(true),
        },
    })
}

/// With a contact for the example's caller.
fn in_example_context<T>(shown: impl FnOnce(&CallContext) -> T) -> T {
    let contact = Contact {
        caller: "+33123456789".into(),
        name: "Ann Miller".into(),
        company: "Miller Ltd".into(),
        note: String::new(),
    };
    let (prefix, contacts) = (PathPrefix::default(), ContactBook::new(vec![contact]));
    shown(&CallContext { prefix: &prefix, contacts: &contacts })
}

fn example_call() -> WireCall {
    in_example_context(|context| WireCall::new(&example().record, context))
}

fn list_calls(types: &mut SchemaGenerator) -> Operation {
    let example = CallPage { calls: vec![example_call()], next_cursor: None };
    Operation {
        id: "listCalls",
        summary: "Calls, newest first, a page at a time.",
        parameters: PARAMETERS.iter().map(query_parameter).collect(),
        success: vec![("200", body("A page", types, Some(&example)))],
        problems: vec![("A parameter cannot be read", bad_parameter())],
    }
}

fn get_call(types: &mut SchemaGenerator) -> Operation {
    Operation {
        id: "getCall",
        summary: "One call with its events.",
        parameters: vec![id_parameter()],
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
    let audio = |description: &str| json!({"description": description, "content": {"audio/wav": audio, "audio/mpeg": audio}});
    Operation {
        id: "getVoicemail",
        summary: "A voicemail's audio, whole or a range of it.",
        parameters: vec![id_parameter(), range],
        success: vec![("200", audio("The audio")), ("206", audio("The range"))],
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
    Operation { id: "getOneVoicemail", summary, parameters, success, problems }
}

fn retry_voicemail() -> Operation {
    Operation {
        id: "retryVoicemail",
        summary: "Fetch a lost voicemail from the carrier again; for admins.",
        parameters: vec![id_parameter()],
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
        success: vec![("200", body::<Outages>("Outages", types, None))],
        problems: Vec::new(),
    }
}

fn get_stats(types: &mut SchemaGenerator) -> Operation {
    let span = PARAMETERS.iter().filter(|parameter| ["since", "until"].contains(&parameter.name));
    Operation {
        id: "getStats",
        summary: "Figures over a span of the log.",
        parameters: span.map(query_parameter).collect(),
        success: vec![("200", body::<Stats>("Figures", types, None))],
        problems: vec![("A parameter cannot be read", bad_parameter())],
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
        success: vec![("200", json!({"description": "A stream that does not end", "content": text}))],
        problems: Vec::new(),
    }
}

impl Operation {
    fn into_value(self, types: &mut SchemaGenerator) -> Value {
        let schema = types.subschema_for::<ProblemBody>();
        let shared = [
            ("No valid credentials", Problem::anonymous()),
            ("The credentials do not cover this", Problem::not_allowed()),
            ("The log is not available", Problem::unavailable()),
        ];
        let problems = self.problems.into_iter().chain(shared).map(|(description, problem)| {
            let content = json!({"schema": schema, "example": problem.body()});
            let response =
                json!({"description": description, "content": {"application/problem+json": content}});
            (problem.status().as_u16().to_string(), response)
        });
        let success = self.success.into_iter().map(|(status, response)| (status.to_owned(), response));
        let responses: Map<String, Value> = success.chain(problems).collect();
        json!({
            "operationId": self.id, "summary": self.summary, "parameters": self.parameters,
            "responses": responses,
        })
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

/// A call that left a voicemail, as the log has it.
fn example() -> CallWithEvents {
    let started: Timestamp = Timestamp::from_second(1_795_631_736).expect("a time in range");
    let leg: LegId = "twilio:CAa08eba6e2ca721ce72314fe654928f59".parse().expect("a valid leg id");
    let name = |text: &str| text.parse().expect("a valid name");
    let recording = "REd5e497a4859d5f8ab203ac6dcd2a546d".parse::<frontdesk_domain::RecordingId>();
    let recording = recording.expect("a valid recording id");
    let (status, audio) = (RecordingStatus::Completed, "audio/wav".to_owned());
    let kinds = [
        (
            0,
            EventKind::Started(Parties {
                from: CallerId::read("+33123456789"),
                to: "+15556667777".into(),
                from_name: Some("Ann Example".into()),
                from_place: Some("Paris, FR".into()),
            }),
        ),
        (0, EventKind::Menu { menu: name("main"), step: 1 }),
        (6, EventKind::Mailbox { mailbox: name("main"), step: 2, cause: MailboxCause::Chosen }),
        (17, EventKind::Recording { recording: recording.clone(), status, seconds: Some(9) }),
        (
            17,
            EventKind::Ended(Ending {
                status: "completed".into(),
                failed: false,
                seconds: Some(17),
                parties: None,
            }),
        ),
        (
            19,
            EventKind::Voicemail {
                recording,
                audio: StoredAudio { bytes: 144_044, sha256: "0".repeat(64), media_type: audio },
            },
        ),
    ];
    let event = |(seconds, kind)| {
        let at = started + std::time::Duration::from_secs(seconds);
        CallEvent { call: leg.clone(), at, kind, received_at: None }
    };
    let events: Vec<CallEvent> = kinds.into_iter().map(event).collect();
    let call = Call::of(&Facts::of(&events));
    let record = CallRecord {
        id: CallId::new(started, 0x55AD_26E1),
        leg: leg.clone(),
        call,
        first_change: Change(40),
        change: Change(42),
        work: Work::default(),
    };
    CallWithEvents { record, events: events.into_iter().map(Into::into).collect() }
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
            "the API has changed: UPDATE_OPENAPI=1 cargo test -p adapters-http openapi writes openapi.json again"
        );
    }

    #[test]
    fn every_route_of_the_api_is_described() {
        let document = document();
        let described = document["paths"].as_object().expect("paths");
        for (path, _, methods) in crate::router::route_list() {
            if path.starts_with("/api/v1/") {
                let operation = &described[&path.replace(":id", "{id}").replace(":recording", "{recording}")];
                let method = if methods == "POST" { "post" } else { "get" };
                assert!(operation[method].is_object(), "{path}");
            }
        }
        assert_eq!(document["components"]["schemas"]["Call"]["required"].as_array().map(Vec::len), Some(26));
    }
}
