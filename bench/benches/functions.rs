//! Benchmarks of the functions that every request uses: a step of the flow, folding events, the signature, TwiML.
//!
//! `cargo bench -p bench`
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be set up should stop")]
use std::hint::black_box;

use adapters_twilio::{Algorithm, SignedBody, Urls, verify, write_twiml};
use criterion::{Criterion, criterion_group, criterion_main};
use frontdesk_domain::call::Ending;
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, CallFlow, Context, Dialogue, Facts, LegId, Notice, Signal, Timestamp,
    advance, builtin_flow,
};
use frontdesk_ports::PublicUrl;

fn flow() -> CallFlow {
    let forward_to = vec!["+33611223344".parse().unwrap()];
    builtin_flow(&BuiltinFlow { forward_to, ..BuiltinFlow::default() }).unwrap()
}

fn context() -> Context {
    let now: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
    Context::new(LegId::new("twilio", "CA0123456789abcdef0123456789abcdef").unwrap(), now)
        .with_parties("+33123456789", "+15556667777")
}

/// A call that was forwarded and ended.
fn story() -> Vec<CallEvent> {
    let (flow, cx) = (flow(), context());
    let mut events = Vec::new();
    for (at, signal) in [
        (Dialogue::Start, Signal::Arrived),
        (Dialogue::read("menu.main.0.0.1"), Signal::Keyed("1".parse().unwrap())),
        (Dialogue::read("screening.team.0.2.0"), Signal::CalleeAnswered),
        (Dialogue::read("screening.team.0.2.1"), Signal::Keyed("1".parse().unwrap())),
    ] {
        events.extend(advance(&flow, &at, &signal, &cx).events);
    }
    let ending = Ending { seconds: Some(42), ..Ending::new("completed") };
    events.push(Notice::CallEnded(ending).into_event(cx.call.clone(), cx.now));
    events
}

fn functions(criterion: &mut Criterion) {
    let (flow, cx, events) = (flow(), context(), story());
    criterion.bench_function("advance: the menu", |b| {
        b.iter(|| advance(&flow, &Dialogue::Start, &Signal::Arrived, black_box(&cx)));
    });
    let (at, pressed) = (Dialogue::read("menu.main.0.0.1"), Signal::Keyed("1".parse().unwrap()));
    criterion.bench_function("advance: key 1", |b| b.iter(|| advance(&flow, &at, &pressed, black_box(&cx))));
    criterion.bench_function("absorb: a whole call", |b| b.iter(|| Facts::of(black_box(&events))));
    let facts = Facts::of(&events);
    criterion.bench_function("Call::of: a whole call", |b| b.iter(|| Call::of(black_box(&facts))));

    let instructions = advance(&flow, &at, &pressed, &cx).instructions;
    let public = PublicUrl::parse("https://desk.example").unwrap();
    let urls = Urls::new(&public, &cx.call);
    criterion.bench_function("TwiML: a forward", |b| b.iter(|| write_twiml(black_box(&instructions), &urls)));

    let pairs: Vec<(String, String)> = [
        ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", "CA0123456789abcdef0123456789abcdef"),
        ("CallStatus", "in-progress"),
        ("Called", "+15556667777"),
        ("Caller", "+33123456789"),
        ("Digits", "1"),
        ("Direction", "inbound"),
        ("From", "+33123456789"),
        ("FromCity", "PARIS"),
        ("FromCountry", "FR"),
        ("To", "+15556667777"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let url = "https://desk.example/twilio/step/menu.main.0.0.1/~";
    criterion.bench_function("signature", |b| {
        b.iter(|| {
            verify(
                url,
                SignedBody::Form(black_box(&pairs)),
                "mYJ3AJdFbPqNbvNw2pu7Hg==",
                "a token",
                Algorithm::HmacSha1,
            )
        });
    });
}

criterion_group!(benches, functions);
criterion_main!(benches);
