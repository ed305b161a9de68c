//! The documents that databases keep: a change here must still read what was written before.
use crate::desk::stories;

#[test]
fn events_and_calls_are_stored_in_this_form_and_read_back() {
    let (_, desk) = &stories()[3];
    let facts = desk.facts();
    let kinds: Vec<_> = facts.story().into_iter().map(|(_, event)| event.kind.clone()).collect();
    let call = desk.row();
    insta::assert_json_snapshot!("call", call);
    insta::assert_json_snapshot!("events", kinds);
    for (name, desk) in stories() {
        let row = desk.row();
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<frontdesk_domain::Call>(&json).unwrap(), row, "{name}");
        for event in &desk.events {
            let json = serde_json::to_string(event).unwrap();
            assert_eq!(serde_json::from_str::<frontdesk_domain::CallEvent>(&json).unwrap(), *event, "{name}");
        }
    }
}
