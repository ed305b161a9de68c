//! Calls drawn over time.
use frontdesk_domain::call::{Doing, Timeline};

use crate::desk::sample_calls;

#[test]
fn every_story_is_drawn_within_its_call_and_without_overlap() {
    for (name, desk) in sample_calls() {
        let call = desk.row();
        let end = call.ended_at.expect("every call has ended");
        let timeline = Timeline::of(&desk.facts(), end).expect("the call is known");
        assert_eq!((timeline.from, timeline.to), (call.started_at.unwrap(), end), "{name}");
        assert!(timeline.lanes[0].is_caller && timeline.lanes[1..].iter().all(|lane| !lane.is_caller));
        for lane in &timeline.lanes {
            let within = |at| (timeline.from..=timeline.to).contains(&at);
            assert!(lane.spans.iter().all(|span| within(span.from) && within(span.to)), "{name}: {lane:?}");
            assert!(lane.spans.iter().all(|span| span.from < span.to), "{name}: {lane:?}");
            assert!(lane.spans.windows(2).all(|pair| pair[0].to <= pair[1].from), "{name}: {lane:?}");
        }
    }
}

#[test]
fn a_call_to_a_phone_that_does_not_take_it_shows_ringing_screening_and_the_message() {
    let (_, desk) = &sample_calls()[3];
    let timeline = Timeline::of(&desk.facts(), "2026-11-23T00:00:00Z".parse().unwrap()).unwrap();
    let doing = |lane: usize| timeline.lanes[lane].spans.iter().map(|span| span.doing).collect::<Vec<_>>();
    assert_eq!(doing(0), [Doing::Menu, Doing::Waiting, Doing::Message]);
    assert_eq!(doing(1), [Doing::Ringing, Doing::Screening]);
    assert_eq!(timeline.lanes[1].callee.as_ref().unwrap().as_str(), "+33611223344");
}
