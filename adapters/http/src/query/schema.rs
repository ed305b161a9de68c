//! The JSON schemas of parameters. An empty value counts as absent, so every schema allows it.
use serde_json::{Value, json};
use strum::VariantArray;

pub(super) fn limit() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
}

pub(super) fn cursor() -> Value {
    json!({"type": "string", "pattern": "^([0-7][0-9A-HJKMNP-TV-Z]{25})?$"})
}

pub(super) fn one_of<T: VariantArray + Into<&'static str> + Copy>() -> Value {
    let names = T::VARIANTS.iter().map(|value| (*value).into());
    json!({"type": "string", "enum": names.chain([""]).collect::<Vec<&str>>()})
}

pub(super) fn truth() -> Value {
    json!({"type": "string", "enum": ["true", "false", ""]})
}

pub(super) fn text() -> Value {
    json!({"type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"})
}

pub(super) fn search_text() -> Value {
    json!({"type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$", "maxLength": 200})
}

pub(super) fn day() -> Value {
    json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "maxLength": 0}]})
}

pub(super) fn instant_or_day() -> Value {
    let instant = json!({"type": "string", "format": "date-time"});
    json!({"anyOf": [instant, {"type": "string", "format": "date"}, {"type": "string", "maxLength": 0}]})
}
