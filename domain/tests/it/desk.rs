//! A call simulated in memory: the requests of a carrier, and the resulting row.
use frontdesk_domain::call::{DialOutcome, Ending, LegStatus, RecordingStatus};
use frontdesk_domain::dialogue::DialResult;
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, CallFlow, Context, Dialogue, Facts, Instruction, LegId, Notice, Parties,
    Signal, Timestamp, builtin_flow,
};

pub const CALLER: &str = "+33123456789";
pub const MAIN: &str = "+15556667777";
pub const FIRST: &str = "+33611223344";
pub const SECOND: &str = "+33611223355";

/// A call in progress, with a clock moved by hand.
#[derive(Clone)]
pub struct TestCall {
    pub flow: CallFlow,
    pub now: Timestamp,
    pub at: Dialogue,
    pub events: Vec<CallEvent>,
    callee: u32,
    step: u16,
    position: u8,
    screening: Option<Dialogue>,
    from: String,
}

impl TestCall {
    pub fn new(numbers: &[&str], screening: bool) -> Self {
        let forward_to = numbers.iter().map(|n| n.parse().expect("a number")).collect();
        let flow =
            builtin_flow(&BuiltinFlow { forward_to, screening, ..BuiltinFlow::default() }).expect("valid");
        let now = "2026-11-22T09:00:00Z".parse().expect("a time");
        let (events, screening, from) = (Vec::new(), None, CALLER.into());
        Self { flow, now, at: Dialogue::Start, events, callee: 0, step: 0, position: 0, screening, from }
    }

    /// A caller from `from` reaches the menu.
    pub fn called_by(mut self, from: &str) -> Self {
        self.from = from.into();
        self.signal(&Signal::Arrived, false)
    }

    pub fn screened() -> Self {
        Self::new(&[FIRST], true).called_by(CALLER)
    }

    pub fn unscreened() -> Self {
        Self::new(&[FIRST], false).called_by(CALLER)
    }

    pub fn call() -> LegId {
        LegId::new("test", "CA1").expect("a leg")
    }

    fn leg(&self) -> LegId {
        LegId::new("test", &format!("CA-callee-{}", self.callee)).expect("a leg")
    }

    fn context(&self) -> Context {
        Context::new(Self::call(), self.now).with_parties(&self.from, MAIN)
    }

    pub fn after(mut self, seconds: i64) -> Self {
        self.now += std::time::Duration::from_secs(seconds.unsigned_abs());
        self
    }

    /// The carrier asks for the next step.
    pub fn signal(mut self, signal: &Signal, caller_gone: bool) -> Self {
        let mut cx = self.context();
        cx.caller_gone = caller_gone;
        let turn = frontdesk_domain::advance(&self.flow, &self.at, signal, &cx);
        assert!(!turn.instructions.is_empty(), "never an empty answer");
        self.events.extend(turn.events);
        for instruction in turn.instructions {
            match instruction {
                Instruction::Gather { then, .. } | Instruction::Record { then, .. } => self.at = then,
                Instruction::Dial { then, targets, .. } => {
                    self.at = then;
                    self.callee += 1;
                    (self.step, self.position) = (targets[0].step, targets[0].position);
                    self.screening.clone_from(&targets[0].screening);
                }
                Instruction::Say(_)
                | Instruction::Reject { .. }
                | Instruction::Bridge
                | Instruction::HangUp => {}
            }
        }
        self
    }

    pub fn presses(self, keys: &str) -> Self {
        self.after(3).signal(&Signal::Keyed(keys.parse().expect("keys")), false)
    }

    pub fn stays_silent(self) -> Self {
        self.after(9).signal(&Signal::NoInput, false)
    }

    pub fn notice(mut self, notice: Notice) -> Self {
        self.events.push(notice.into_event(Self::call(), self.now));
        self
    }

    pub fn leg_is(self, status: LegStatus, seconds: Option<u32>, sip_code: Option<u16>) -> Self {
        let (step, position, leg) = (self.step, self.position, self.leg());
        self.notice(Notice::Leg { step, position, leg, status, seconds, sip_code })
    }

    /// The phone rings for some seconds.
    pub fn rings(self, seconds: i64) -> Self {
        self.leg_is(LegStatus::Initiated, None, None).leg_is(LegStatus::Ringing, None, None).after(seconds)
    }

    /// A phone is picked up; with screening, the callee is asked to accept.
    pub fn picks_up(mut self) -> Self {
        self = self.leg_is(LegStatus::Answered, None, None);
        if self.screening.is_some() { self.callee_signal(&Signal::CalleeAnswered) } else { self }
    }

    pub fn callee_presses(self, keys: &str) -> Self {
        self.after(2).callee_signal(&Signal::Keyed(keys.parse().expect("keys")))
    }

    pub fn callee_stays_silent(self) -> Self {
        self.after(9).callee_signal(&Signal::NoInput)
    }

    fn callee_signal(mut self, signal: &Signal) -> Self {
        let at = self.screening.clone().expect("the callee is screened");
        let mut cx = self.context();
        cx.leg = self.leg();
        let turn = frontdesk_domain::advance(&self.flow, &at, signal, &cx);
        self.events.extend(turn.events);
        if let Some(Instruction::Gather { then, .. }) = turn.instructions.into_iter().next() {
            self.screening = Some(then);
        }
        self
    }

    /// Ringing has ended; `caller_gone` says whether the caller hung up.
    pub fn dial_over(
        self,
        outcome: DialOutcome,
        bridged: Option<bool>,
        seconds: Option<u32>,
        caller_gone: bool,
    ) -> Self {
        let leg = Some(self.leg());
        self.signal(&Signal::DialEnded(DialResult { outcome, leg, bridged, seconds }), caller_gone)
    }

    pub fn rings_out(self) -> Self {
        self.rings(20).leg_is(LegStatus::NoAnswer, Some(0), Some(487)).dial_over(
            DialOutcome::NoAnswer,
            Some(false),
            None,
            false,
        )
    }

    pub fn busy(self) -> Self {
        self.rings(1).leg_is(LegStatus::Busy, Some(0), Some(486)).dial_over(
            DialOutcome::Busy,
            Some(false),
            None,
            false,
        )
    }

    /// Caller and callee talk, and the callee's leg ends after `off_hook` seconds.
    pub fn talk(self, seconds: i64, off_hook: u32, caller_hangs_up: bool) -> Self {
        self.after(seconds).leg_is(LegStatus::Completed, Some(off_hook), Some(200)).dial_over(
            DialOutcome::Answered,
            Some(true),
            Some(off_hook),
            caller_hangs_up,
        )
    }

    fn recording() -> frontdesk_domain::RecordingId {
        "RE1".parse().expect("a recording")
    }

    /// The caller speaks and hangs up.
    pub fn leaves_message(self, seconds: u32) -> Self {
        self.after(i64::from(seconds))
            .signal(&Signal::Recorded { recording: Some(Self::recording()), seconds: Some(seconds) }, true)
    }

    pub fn recording_is(self, status: RecordingStatus, seconds: Option<u32>) -> Self {
        self.notice(Notice::Recording { recording: Self::recording(), status, seconds })
    }

    /// The carrier reports the end of the call.
    pub fn ends(self, status: &str, seconds: u32) -> Self {
        let parties = Parties {
            from: frontdesk_domain::CallerId::read(&self.from),
            to: MAIN.into(),
            from_name: None,
            from_place: None,
        };
        self.notice(Notice::CallEnded(Ending {
            status: status.into(),
            failed: status == "failed",
            seconds: Some(seconds),
            parties: Some(parties),
            hung_up_by: None,
        }))
    }

    pub fn facts(&self) -> Facts {
        Facts::of(&self.events)
    }

    pub fn row(&self) -> Call {
        Call::of(&self.facts())
    }

    /// Outcome and reason as one text, for short assertions.
    pub fn verdict(&self) -> String {
        self.row().verdict.map_or_else(|| "none".into(), |v| format!("{}/{}", v.outcome, v.reason))
    }
}

/// Calls of every kind through the built-in flow, by name; the property tests permute their events.
pub fn sample_calls() -> Vec<(&'static str, TestCall)> {
    let rung = || TestCall::screened().presses("1");
    // Called twice: with the caller's number, and then with ours.
    let fails = |desk: TestCall| {
        desk.leg_is(LegStatus::Failed, None, Some(404)).dial_over(DialOutcome::Failed, None, None, false)
    };
    vec![
        (
            "screened and accepted",
            rung().rings(6).picks_up().callee_presses("1").talk(30, 32, false).ends("completed", 45),
        ),
        (
            "unscreened",
            TestCall::unscreened().presses("1").rings(6).picks_up().talk(30, 30, true).ends("completed", 40),
        ),
        ("declined", {
            let desk =
                rung().rings(4).picks_up().callee_presses("2").leg_is(LegStatus::Completed, Some(3), None);
            let desk = desk.dial_over(DialOutcome::Answered, Some(false), Some(3), false);
            desk.leaves_message(12).recording_is(RecordingStatus::Completed, Some(11)).ends("completed", 40)
        }),
        ("a mobile's voicemail picks up", {
            let desk =
                rung().rings(15).picks_up().callee_stays_silent().callee_stays_silent().callee_stays_silent();
            let desk = desk.leg_is(LegStatus::Completed, Some(27), None);
            let desk = desk.dial_over(DialOutcome::Answered, Some(false), Some(27), false);
            desk.leaves_message(8).recording_is(RecordingStatus::Completed, Some(8)).ends("completed", 70)
        }),
        ("list: busy, then taken", {
            let desk = TestCall::new(&[FIRST, SECOND], true).called_by(CALLER).presses("1").busy();
            desk.rings(3).picks_up().callee_presses("1").talk(20, 22, false).ends("completed", 40)
        }),
        ("chosen voicemail", {
            let desk = TestCall::screened().presses("2").leaves_message(9);
            desk.recording_is(RecordingStatus::Completed, Some(9)).ends("completed", 20)
        }),
        ("rings out, empty message", {
            let desk = rung().rings_out().leaves_message(0);
            desk.recording_is(RecordingStatus::Absent, Some(0)).ends("completed", 50)
        }),
        ("gives up while it rings", {
            let desk = rung().rings(5).leg_is(LegStatus::Canceled, Some(0), Some(487));
            desk.dial_over(DialOutcome::Canceled, Some(false), None, true).ends("completed", 10)
        }),
        ("wrong key, then silence", {
            TestCall::screened()
                .presses("9")
                .stays_silent()
                .stays_silent()
                .leaves_message(0)
                .ends("completed", 40)
        }),
        ("busy, and a message", rung().busy().leaves_message(4).ends("completed", 20)),
        ("busy", rung().busy().ends("completed", 8)),
        ("cannot be reached, and a message", fails(fails(rung())).leaves_message(4).ends("completed", 20)),
        ("cannot be reached", fails(fails(rung())).ends("completed", 8)),
        ("declined, and hangs up", {
            let desk = rung().rings(4).picks_up().callee_presses("2");
            desk.dial_over(DialOutcome::Answered, Some(false), Some(3), false).ends("completed", 20)
        }),
        ("a mobile's voicemail picks up, and the caller hangs up", {
            let desk =
                rung().rings(15).picks_up().callee_stays_silent().callee_stays_silent().callee_stays_silent();
            desk.dial_over(DialOutcome::Answered, Some(false), Some(27), false).ends("completed", 50)
        }),
        ("hangs up at the tone", TestCall::screened().presses("2").ends("completed", 12)),
        ("wrong keys only, and a message", {
            TestCall::screened()
                .presses("9")
                .presses("8")
                .presses("7")
                .leaves_message(3)
                .ends("completed", 30)
        }),
        ("hangs up in the menu", TestCall::screened().after(2).ends("completed", 2)),
        ("withheld, before anything", TestCall::new(&[FIRST], true).ends("no-answer", 0)),
        ("the carrier fails the call", TestCall::screened().ends("failed", 0)),
    ]
}
