//! Logged calls replayed through flows.
use frontdesk_domain::call::Journey;
use frontdesk_domain::flow::Target;

use crate::desk::sample_calls;
use crate::flow_files::{PLUMBER, read};

#[test]
fn a_replay_through_the_same_flow_gives_the_same_journey() {
    for (name, desk) in sample_calls() {
        let Some(would) = desk.flow.replay(&desk.facts()) else { continue };
        assert_eq!(would, Journey::of(&desk.facts()), "{name}");
    }
}

#[test]
fn a_replay_through_another_flow_rings_its_phone() {
    let plumber = read(PLUMBER).unwrap();
    let other = PLUMBER.replace("+33611223344", "+33611223399");
    let other = read(&other).unwrap();
    let (_, desk) = sample_calls().into_iter().find(|(name, _)| *name == "screened and accepted").unwrap();
    let (by_one, by_other) = (plumber.replay(&desk.facts()).unwrap(), other.replay(&desk.facts()).unwrap());
    assert_eq!(by_one.rung.unwrap().as_str(), "+33611223344");
    assert_eq!(by_other.rung.unwrap().as_str(), "+33611223399");
    assert!(matches!(by_other.last, Some(Target::Forward(_))));
}

#[test]
fn at_another_hour_the_same_keys_take_another_path() {
    let practice = read(crate::flow_files::PRACTICE).unwrap();
    // A Sunday morning: closed.
    let (_, desk) = sample_calls().into_iter().find(|(name, _)| *name == "chosen voicemail").unwrap();
    let would = practice.replay(&desk.facts()).unwrap();
    assert_eq!(would.last.unwrap().to_string(), "menu after-hours", "the caller pressed one key and hung up");
}

#[test]
fn a_phone_that_would_stop_ringing_earlier_would_not_have_been_answered() {
    // The phone was picked up after six seconds.
    let (_, desk) = sample_calls().into_iter().find(|(name, _)| *name == "screened and accepted").unwrap();
    let by_ring = |ring: &str| {
        let flow = PLUMBER.replace("ring = \"18s\"", &format!("ring = \"{ring}\""));
        assert!(flow.contains(ring));
        read(&flow).unwrap().replay(&desk.facts()).unwrap().last.unwrap().kind()
    };
    assert_eq!(by_ring("6s"), "forward");
    assert_eq!(by_ring("5s"), "mailbox");
}
