//! A call drawn over time: what the caller and each phone that was rung were doing, from when to when.
use jiff::{SignedDuration, Timestamp};
use strum::{IntoStaticStr, VariantArray};

use crate::call::Call;
use crate::call::attempt::Attempt;
use crate::call::event::EventKind;
use crate::call::facts::Facts;
use crate::named;
use crate::phone::address::PhoneAddress;

/// What a party was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(not(feature = "_exhaustive"), non_exhaustive)]
pub enum Doing {
    /// In a menu.
    Menu,
    /// Waits for a callee to accept.
    Waiting,
    /// A phone rings.
    Ringing,
    /// A callee is asked whether they take the call.
    Screening,
    /// Caller and callee speak.
    Talking,
    /// Leaves a message.
    Message,
}

named!(Doing);

/// A period in which a party did one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What the party did.
    pub doing: Doing,
    /// The start.
    pub from: Timestamp,
    /// The end; never before `from`.
    pub to: Timestamp,
}

/// One party's part of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The phone that rang; `None` for the caller's own lane and for a phone of unknown number.
    pub callee: Option<PhoneAddress>,
    /// Whether it is the caller's.
    pub is_caller: bool,
    /// The spans, in order.
    pub spans: Vec<Span>,
}

/// A call drawn over time. The caller's lane is the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// When the call began.
    pub from: Timestamp,
    /// When it ended, or the time until which it is drawn.
    pub to: Timestamp,
    /// The lanes.
    pub lanes: Vec<Lane>,
}

impl Timeline {
    /// Draws a call from its facts; a call that is not over is drawn until `now`. `None` while nothing is known.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, Context, Dialogue, Facts, Notice, Signal, advance, builtin_flow};
    /// use frontdesk_domain::call::{Ending, Timeline};
    ///
    /// let flow = builtin_flow(&BuiltinFlow { forward_to: vec!["+33611223344".parse()?], ..BuiltinFlow::default() })?;
    /// let (call, now) = ("demo:leg-1".parse::<frontdesk_domain::LegId>()?, "2026-11-22T09:00:00Z".parse()?);
    /// let cx = Context::new(call.clone(), now).with_parties("+33123456789", "+15556667777");
    /// let mut events = advance(&flow, &Dialogue::Start, &Signal::Arrived, &cx).events;
    /// events.push(Notice::CallEnded(Ending::new("completed")).into_event(call, now));
    ///
    /// let timeline = Timeline::of(&Facts::of(&events), now).expect("the call is known");
    /// assert!(timeline.lanes[0].is_caller);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(facts: &Facts, now: Timestamp) -> Option<Self> {
        let facts = &*facts.in_one_clock();
        let call = Call::of(facts);
        let from = call.started_at?;
        let to = call.ended_at.unwrap_or(now).max(from);
        let attempts = Attempt::all(facts);
        let mut lanes = vec![Lane { callee: None, is_caller: true, spans: caller(facts, &attempts, to) }];
        lanes.extend(attempts.iter().filter(|attempt| attempt.was_rung()).map(|attempt| Lane {
            callee: attempt.number.cloned(),
            is_caller: false,
            spans: callee(attempt, to),
        }));
        Some(Self { from, to, lanes })
    }
}

/// Adds a span that begins no earlier than the previous one ends, unless nothing of it is left.
fn add(spans: &mut Vec<Span>, doing: Doing, from: Timestamp, to: Timestamp) {
    let from = spans.last().map_or(from, |last| last.to.max(from));
    if to > from {
        spans.push(Span { doing, from, to });
    }
}

/// What the caller was doing: each step lasts until the next, the last until the call is over.
fn caller(facts: &Facts, attempts: &[Attempt<'_>], over: Timestamp) -> Vec<Span> {
    let mut steps: Vec<(Timestamp, Option<Doing>)> = Vec::new();
    for (_, event) in facts.story() {
        match &event.kind {
            EventKind::Menu { .. } => steps.push((event.at, Some(Doing::Menu))),
            EventKind::Forward { .. } => steps.push((event.at, Some(Doing::Waiting))),
            EventKind::Mailbox { .. } => steps.push((event.at, Some(Doing::Message))),
            EventKind::Dial { .. } => steps.push((event.at, None)),
            _ => {}
        }
    }
    let put_through = attempts.iter().filter_map(Attempt::bridged_at);
    steps.extend(put_through.map(|at| (at, Some(Doing::Talking))));
    steps.sort_by_key(|(at, _)| *at);
    let mut spans = Vec::new();
    for (place, (from, doing)) in steps.iter().enumerate() {
        let to = steps.get(place + 1).map_or(over, |(at, _)| *at).min(over);
        if let Some(doing) = doing {
            add(&mut spans, *doing, *from, to);
        }
    }
    spans
}

/// What happened at a phone that was rung.
fn callee(attempt: &Attempt<'_>, over: Timestamp) -> Vec<Span> {
    let times = attempt.times();
    let over = times.over.unwrap_or(over).min(over);
    let mut spans = Vec::new();
    let asked = times.asked.map(|at| at.min(over));
    if let Some(begun) = times.begun {
        add(&mut spans, Doing::Ringing, begun, times.off_hook.or(asked).unwrap_or(over).min(over));
    }
    let put_through = attempt.bridged_at();
    if let Some(asked) = asked {
        add(&mut spans, Doing::Screening, asked, put_through.or(times.judged).unwrap_or(over).min(over));
    }
    if let Some(begun) = put_through {
        let spoken = attempt.talk_seconds().map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
        let end = spoken.and_then(|spoken| begun.checked_add(spoken).ok());
        add(&mut spans, Doing::Talking, begun, end.unwrap_or(over).min(over.max(begun)));
    }
    spans
}
