//! The JSON documents in databases: a new version must still read what older versions wrote.
use frontdesk_domain::{Call, CallEvent, EventKind};

use crate::desk::sample_calls;

#[test]
fn events_and_calls_are_stored_in_this_form_and_read_back() {
    let (_, desk) = &sample_calls()[3];
    let facts = desk.facts();
    let kinds: Vec<_> = facts.story().into_iter().map(|(_, event)| event.kind.clone()).collect();
    let call = desk.row();
    insta::assert_json_snapshot!("call", call);
    insta::assert_json_snapshot!("events", kinds);
    for (name, desk) in sample_calls() {
        let row = desk.row();
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<Call>(&json).unwrap(), row, "{name}");
        for event in &desk.events {
            let json = serde_json::to_string(event).unwrap();
            assert_eq!(serde_json::from_str::<CallEvent>(&json).unwrap(), *event, "{name}");
        }
    }
}

#[test]
fn an_unknown_hung_up_by_leaves_the_rest_readable() {
    let text = r#"{"call":"sip:c1","at":"2026-11-28T09:00:00Z","kind":"ended","detail":{"status":"completed","failed":false,"seconds":9,"parties":null,"hung_up_by":"robot"}}"#;
    let event: CallEvent = serde_json::from_str(text).unwrap();
    assert!(
        matches!(event.kind, EventKind::Ended(ending) if ending.seconds == Some(9) && ending.hung_up_by.is_none())
    );
    let mut document = serde_json::to_value(sample_calls()[3].1.row()).unwrap();
    document["hung_up_by"] = "robot".into();
    assert_eq!(serde_json::from_value::<Call>(document.clone()).unwrap().hung_up_by, None);
    document.as_object_mut().unwrap().remove("hung_up_by");
    assert_eq!(serde_json::from_value::<Call>(document).unwrap().hung_up_by, None, "an older document");
}
