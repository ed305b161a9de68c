use super::*;

fn at() -> Timestamp {
    "2026-11-25T09:00:00Z".parse().expect("a time")
}

#[test]
fn any_change_to_another_version_is_refused() {
    let noted = Work::default().after(&WorkChange::Note("a".into()), "crm", at(), BasedOn::Version(0));
    let noted = noted.unwrap().unwrap();
    assert_eq!((noted.version, noted.decisions), (1, 0));
    let again = noted.after(&WorkChange::Note("b".into()), "crm", at(), BasedOn::Version(0));
    assert_eq!(again, Err(WorkRefused::Stale));
    assert_eq!(noted.after(&WorkChange::Reopen, "crm", at(), BasedOn::Version(0)), Err(WorkRefused::Stale));
    let done = noted.after(&WorkChange::Handle, "crm", at(), BasedOn::Latest).unwrap().unwrap();
    assert_eq!((done.version, done.decisions), (2, 1));
}

#[test]
fn a_decision_on_an_old_state_is_refused_and_a_note_is_not() {
    let work = Work::default();
    let handled = work.after(&WorkChange::Handle, "ann", at(), BasedOn::Decisions(0)).unwrap().unwrap();
    assert_eq!((handled.version, handled.decisions), (1, 1));
    assert_eq!(
        handled.after(&WorkChange::Claim, "bob", at(), BasedOn::Decisions(0)),
        Err(WorkRefused::Stale)
    );
    let noted = handled
        .after(&WorkChange::Note(" called back ".into()), "bob", at(), BasedOn::Decisions(0))
        .unwrap()
        .unwrap();
    assert_eq!((noted.version, noted.decisions, noted.notes[0].text.as_str()), (2, 1, "called back"));
    let reopened = noted.after(&WorkChange::Reopen, "bob", at(), BasedOn::Decisions(1)).unwrap().unwrap();
    assert_eq!((reopened.handled, reopened.notes.len()), (None, 1));
}

#[test]
fn a_call_is_assigned_to_anyone_and_a_second_assignment_of_the_same_state_is_refused() {
    let assigned = Work::default()
        .after(&WorkChange::Assign("bob".into()), "ann", at(), BasedOn::Decisions(0))
        .unwrap()
        .unwrap();
    assert_eq!(
        (assigned.claimed.as_ref().map(|claimed| claimed.by.as_str()), assigned.decisions),
        (Some("bob"), 1)
    );
    assert_eq!(
        assigned.after(&WorkChange::Assign("bob".into()), "zoe", at(), BasedOn::Decisions(0)),
        Ok(None)
    );
    assert_eq!(
        assigned.after(&WorkChange::Claim, "bob", at(), BasedOn::Decisions(0)),
        Ok(None),
        "it is assigned already"
    );
    assert_eq!(
        assigned.after(&WorkChange::Assign("zoe".into()), "ann", at(), BasedOn::Decisions(0)),
        Err(WorkRefused::Stale)
    );
    let done = assigned.after(&WorkChange::Handle, "bob", at(), BasedOn::Decisions(1)).unwrap().unwrap();
    assert_eq!(done.claimed, None, "marking it done removes the assignment");
}

#[test]
fn repeated_changes_have_no_effect() {
    let played =
        Work::default().after(&WorkChange::Played, "ann", at(), BasedOn::Decisions(0)).unwrap().unwrap();
    assert_eq!(played.after(&WorkChange::Played, "ann", at(), BasedOn::Decisions(0)), Ok(None));
    assert_eq!(
        played.after(&WorkChange::Played, "bob", at(), BasedOn::Decisions(0)).unwrap().unwrap().played.len(),
        2
    );
    assert_eq!(played.after(&WorkChange::Untag("x".into()), "ann", at(), BasedOn::Decisions(0)), Ok(None));
    assert_eq!(played.after(&WorkChange::Release, "ann", at(), BasedOn::Decisions(0)), Ok(None));
    let handled = played.after(&WorkChange::Handle, "ann", at(), BasedOn::Decisions(0)).unwrap().unwrap();
    assert_eq!(
        handled.after(&WorkChange::Handle, "ann", at(), BasedOn::Decisions(0)),
        Ok(None),
        "a double click"
    );
    assert_eq!(
        handled.after(&WorkChange::Handle, "bob", at(), BasedOn::Decisions(0)),
        Err(WorkRefused::Stale)
    );
}

#[test]
fn texts_are_limited_and_tags_are_case_insensitive() {
    let work = Work::default();
    for text in ["", "  ", "\u{1}", &"x".repeat(MAX_TAG + 1)] {
        assert!(matches!(
            work.after(&WorkChange::Tag(text.into()), "a", at(), BasedOn::Decisions(0)),
            Err(WorkRefused::Empty(_) | WorkRefused::TooLong(..))
        ));
    }
    let tagged =
        work.after(&WorkChange::Tag("Urgent".into()), "a", at(), BasedOn::Decisions(0)).unwrap().unwrap();
    assert_eq!(tagged.after(&WorkChange::Tag("URGENT".into()), "a", at(), BasedOn::Decisions(0)), Ok(None));
    assert_eq!(tagged.text(), "urgent");
}

/// Instances of several versions share a database.
#[test]
fn the_stored_form_stays_the_same() {
    let at = "2026-11-22T09:00:00Z".parse().unwrap();
    let work = Work::default().after(&WorkChange::Handle, "ann", at, BasedOn::Latest).unwrap().unwrap();
    let stored = r#"{"version":1,"turn":1,"handled":{"by":{"person":"ann"},"at":"2026-11-22T09:00:00Z"},"claimed":null,"tags":[],"notes":[],"played":[]}"#;
    assert_eq!(serde_json::to_string(&work).unwrap(), stored);
    assert_eq!(serde_json::from_str::<Work>(stored).unwrap(), work);
}
