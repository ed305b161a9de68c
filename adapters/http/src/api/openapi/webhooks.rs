//! The webhooks: requests to the configured recipients, and the responses that they return.
use frontdesk_domain::call::NotificationKind;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::example::example_call;
use crate::api::wire::WireCall;

/// A notification about a call.
#[derive(Debug, Serialize, JsonSchema)]
struct Webhook {
    /// What happened; further kinds may be added.
    r#type: &'static str,
    /// When.
    #[schemars(extend("format" = "date-time"))]
    timestamp: &'static str,
    /// The call as it is now.
    data: WireCall,
}

fn meaning(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Started => "A caller has dialled one of the company's numbers.",
        NotificationKind::Answered => "Caller and callee were connected.",
        NotificationKind::Ended => "A call has ended, and its facts have settled.",
        NotificationKind::VoicemailStored => "A voicemail's audio is stored and can be played.",
        NotificationKind::Updated => "The facts of an ended call have changed.",
        NotificationKind::WorkChanged => {
            "A call was marked done, reopened, assigned, noted, tagged or played; `data.work` is the present state."
        }
    }
}

/// The webhooks by kind.
pub(super) fn all(types: &mut SchemaGenerator) -> Map<String, Value> {
    NotificationKind::VARIANTS.iter().map(|kind| (kind.as_str().to_owned(), webhook(*kind, types))).collect()
}

fn webhook(kind: NotificationKind, types: &mut SchemaGenerator) -> Value {
    let header = |name: &str, description: &str| json!({"name": name, "in": "header", "required": true, "description": description, "schema": {"type": "string"}});
    let schema = types.subschema_for::<Webhook>();
    let example = Webhook { r#type: kind.as_str(), timestamp: "2026-11-25T18:35:53Z", data: example_call() };
    let words = kind.as_str().split('.').map(|word| word[..1].to_uppercase() + &word[1..]);
    json!({"post": {
        "operationId": format!("on{}", words.collect::<String>()),
        "tags": ["webhooks"],
        "summary": meaning(kind),
        "description": "Signed as Standard Webhooks 1.0.0 describe. Any other response is a failure, and the notification is sent again later with the same id.",
        "security": [],
        "parameters": [
            header("webhook-id", "The same for every attempt of a notification"),
            header("webhook-timestamp", "When it was sent, in seconds since 1970"),
            header("webhook-signature", "`v1,` and the HMAC-SHA256 of `ID.TIMESTAMP.BODY` in base64"),
        ],
        "requestBody": {"required": true, "content": {"application/json": {"schema": schema, "example": example}}},
        "responses": {
            "2XX": {"description": "It has been taken"},
            "410": {"description": "The recipient does not want notifications any more"},
        },
    }})
}
