//! Recovery after the program was killed, at each stage of a call.
use std::sync::Arc;
use std::time::Duration;

use adapters_memory::ManualClock;
use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::call::VoicemailStatus;
use frontdesk_domain::session::{Callee, Session};
use frontdesk_domain::{
    BuiltinFlow, Call, CallEvent, CallFlow, CallerId, Context, Dialogue, Facts, Instruction, LegId,
    RecordingId, Timestamp, advance, builtin_flow,
};
use frontdesk_ports::{AnswerCalls, Carrier, CarrierCallback, Clock, RawParameters, StepRequest, StoreError};
use hound::{SampleFormat, WavSpec, WavWriter};
use parking_lot::Mutex;

use super::*;
use crate::carrier::JournalCarrier;
use crate::desk::testing::services;
use crate::parties::CallParties;

/// Answers with a flow and stores every event.
struct Desk {
    flow: CallFlow,
    clock: Arc<ManualClock>,
    events: Mutex<Vec<CallEvent>>,
}

#[async_trait]
impl AnswerCalls for Desk {
    async fn answer(&self, asked: StepRequest) -> Vec<Instruction> {
        let mut cx = Context::new(asked.call, asked.reported_at.unwrap_or_else(|| self.clock.now()));
        (cx.leg, cx.from, cx.to, cx.caller_gone) = (asked.leg, asked.from, asked.to, asked.caller_gone);
        let turn = advance(&self.flow, &asked.dialogue, &asked.signal, &cx);
        self.events.lock().extend(turn.events);
        turn.instructions
    }

    fn remember_response(&self, _: &LegId, _: &Dialogue, _: &str) {}

    async fn ingest(&self, callback: CarrierCallback) -> Result<(), StoreError> {
        let at = callback.reported_at.unwrap_or_else(|| self.clock.now());
        self.events.lock().push(callback.notice.into_event(callback.call, at));
        Ok(())
    }
}

struct Killed {
    desk: Arc<Desk>,
    services: Services,
    folder: tempfile::TempDir,
    call: LegId,
    session: Session,
}

impl Killed {
    /// A call that has come in.
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-28T09:00:00Z".parse().unwrap()));
        let forward_to = vec!["+33611223344".parse().unwrap()];
        let flow =
            builtin_flow(&BuiltinFlow { forward_to, screening: false, ..BuiltinFlow::default() }).unwrap();
        let desk = Arc::new(Desk { flow, clock: clock.clone(), events: Mutex::default() });
        let services = services(desk.clone(), clock);
        let call = services.new_call();
        Self {
            desk,
            services,
            folder: tempfile::tempdir().unwrap(),
            session: Session::new(call.clone()),
            call,
        }
    }

    fn now(&self) -> Timestamp {
        self.desk.clock.now()
    }

    /// Executes the session's outputs, as a line would; every prompt ends at once.
    async fn go_on(&mut self) {
        while let Some(output) = self.session.poll_output() {
            let now = self.now();
            match output {
                Output::Ask { party, .. } => {
                    let instructions = self.services.ask(&self.call, &parties(), output, None).await;
                    self.session.handle_input(now, Input::Instructions(party, instructions));
                }
                Output::Report(notice) => drop(self.services.report(&self.call, notice, None).await),
                Output::Play { party, number, .. } => {
                    self.session.handle_input(now, Input::Played(party, number));
                }
                _ => {}
            }
        }
    }

    async fn input(&mut self, input: Input) {
        let now = self.now();
        self.session.handle_input(now, input);
        self.go_on().await;
    }

    async fn press(&mut self, key: char) {
        self.go_on().await;
        self.input(Input::Key(Party::Caller, key.try_into().unwrap())).await;
    }

    /// The program is killed now; another one starts 90 s later.
    async fn restart(&self, recording: Option<&str>) -> Call {
        let open = OpenCall {
            call: self.call.clone(),
            at: self.now(),
            started_at: "2026-11-28T09:00:00Z".parse().unwrap(),
            parties: parties(),
            session: self.session.clone(),
            recording: recording.map(|id| (id.parse().unwrap(), false)),
            recordings: Vec::new(),
        };
        let journal = Journal::open(self.folder.path()).unwrap();
        journal.note(&open);
        while journal.open_calls().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        drop(journal);
        self.desk.clock.advance(Duration::from_secs(90));
        let journal = Journal::open(self.folder.path()).unwrap();
        end_open_calls(&self.services, &journal).await.unwrap();
        while !journal.open_calls().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        let carrier = JournalCarrier(self.folder.path().to_owned());
        let records = carrier.calls(Timestamp::UNIX_EPOCH, self.now()).await.unwrap();
        assert_eq!(records.len(), 1);
        let facts = Facts::of(self.desk.events.lock().iter());
        assert_eq!(records[0].repairs(&facts), [], "the log has all that the record says");
        Call::of(&facts)
    }

    fn is_spoken_for(&self, recording: &str, seconds: u32) {
        let path = recording::path(self.folder.path(), &recording.parse().unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let spec =
            WavSpec { channels: 1, sample_rate: 8000, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(path, spec).unwrap();
        (0..seconds * 8000).for_each(|_| writer.write_sample(1000i16).unwrap());
        writer.finalize().unwrap();
    }
}

fn parties() -> CallParties {
    CallParties {
        from: CallerId::read("+33123456789"),
        from_name: None,
        to: "+15556667777".into(),
        diverted_from: None,
        attestation: String::new(),
        raw: RawParameters::default(),
    }
}

fn verdict(call: &Call) -> String {
    let verdict = call.verdict.as_ref().expect("the call is over");
    format!("{} ({})", verdict.outcome, verdict.reason)
}

#[tokio::test]
async fn a_caller_in_the_menu_has_hung_up() {
    let mut killed = Killed::new();
    killed.go_on().await;
    killed.desk.clock.advance(Duration::from_secs(3));
    let call = killed.restart(None).await;
    assert_eq!((verdict(&call).as_str(), call.duration_seconds), ("abandoned (in_menu)", Some(3)));
}

#[tokio::test]
async fn a_phone_that_rang_was_given_up() {
    let mut killed = Killed::new();
    killed.press('1').await;
    killed.input(Input::Ringing(Callee(0))).await;
    killed.desk.clock.advance(Duration::from_secs(7));
    let call = killed.restart(None).await;
    assert_eq!(verdict(&call), "missed (caller_gave_up)");
}

#[tokio::test]
async fn a_conversation_lasted_until_the_program_was_killed() {
    let mut killed = Killed::new();
    killed.press('1').await;
    killed.input(Input::PickedUp(Callee(0))).await;
    killed.desk.clock.advance(Duration::from_secs(40));
    let call = killed.restart(None).await;
    assert_eq!((verdict(&call).as_str(), call.talk_seconds), ("answered (bridged)", Some(40)));
}

#[tokio::test]
async fn an_interrupted_message_is_stored() {
    let mut killed = Killed::new();
    killed.press('2').await;
    killed.is_spoken_for("RE1", 4);
    let call = killed.restart(Some("RE1")).await;
    assert_eq!(verdict(&call), "voicemail (chosen)");
    let message = &call.voicemails[0];
    assert_eq!((message.status, message.duration_seconds), (VoicemailStatus::Stored, Some(4)));
}

#[tokio::test]
async fn a_message_that_was_not_begun_is_none() {
    let mut killed = Killed::new();
    killed.press('2').await;
    let call = killed.restart(Some("RE1")).await;
    assert_eq!(verdict(&call), "abandoned (empty_message)");
}

#[tokio::test]
async fn the_journal_is_exclusive_and_damaged_files_are_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    assert!(Journal::open(folder.path()).is_err(), "another program would end its calls");
    std::fs::write(folder.path().join("calls/bad.json"), "{").unwrap();
    assert!(journal.open_calls().unwrap().is_empty());
    assert!(folder.path().join("calls/bad.unreadable").exists());
    let carrier = JournalCarrier(journal.folder().to_owned());
    let call = LegId::new("sip", "a").unwrap();
    let recording: RecordingId = "RE1".parse().unwrap();
    assert!(!carrier.delete_call(&call).await.unwrap());
    assert!(!carrier.delete_recording(&call, &recording).await.unwrap());
    assert!(carrier.fetch_recording(&call, &recording).await.is_err());
    let bytes = Bytes::from_static(b"RIFF");
    std::fs::write(recording::path(folder.path(), &recording), &bytes).unwrap();
    assert_eq!(carrier.fetch_recording(&call, &recording).await.unwrap().length, Some(4));
    assert!(carrier.delete_recording(&call, &recording).await.unwrap());
}

#[tokio::test]
async fn a_call_is_on_the_disk_before_it_goes_on() {
    let killed = Killed::new();
    let journal = Journal::open(killed.folder.path()).unwrap();
    for _ in 0..20 {
        let call = killed.services.new_call();
        let (at, session) = (killed.now(), Session::new(call.clone()));
        let parties = parties();
        journal
            .begin(&OpenCall {
                call: call.clone(),
                at,
                started_at: at,
                parties,
                session,
                recording: None,
                recordings: Vec::new(),
            })
            .await;
        assert!(journal.open_calls().unwrap().iter().any(|open| open.call == call));
    }
}

#[tokio::test]
async fn a_record_is_deleted_with_its_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let call = LegId::new("sip", "a").unwrap();
    journal.ended(&ended_call(&call, "RE1"));
    let file = recording::path(folder.path(), &"RE1".parse().unwrap());
    std::fs::write(&file, b"RIFF").unwrap();
    let carrier = JournalCarrier(folder.path().to_owned());
    while carrier
        .calls(Timestamp::UNIX_EPOCH, "1970-01-02T00:00:00Z".parse().unwrap())
        .await
        .unwrap()
        .is_empty()
    {
        tokio::task::yield_now().await;
    }
    assert!(carrier.delete_call(&call).await.unwrap());
    assert!(!file.exists() && !carrier.delete_call(&call).await.unwrap());
}

#[tokio::test]
async fn the_end_of_a_call_is_written_once_the_disk_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (ended, record) = (folder.path().join("ended"), folder.path().join("ended/a.json"));
    let journal = Journal::open(folder.path()).unwrap();
    std::fs::remove_dir(&ended).unwrap();
    journal.ended(&ended_call(&LegId::new("sip", "a").unwrap(), "RE1"));
    // The next change is written after the failure of the first.
    journal.ended(&ended_call(&LegId::new("sip", "b").unwrap(), "RE2"));
    std::fs::create_dir(&ended).unwrap();
    drop(journal);
    while !record.exists() {
        tokio::task::yield_now().await;
    }
}

fn ended_call(call: &LegId, recording: &str) -> EndedCall {
    let (at, parties) = (Some(Timestamp::UNIX_EPOCH), parties());
    EndedCall {
        call: call.clone(),
        record: CarrierRecord {
            status: "completed".to_owned(),
            failed: false,
            seconds: Some(3),
            started_at: at,
            ended_at: at,
            parties: Parties::new(parties.from, &parties.to),
            legs: Vec::new(),
        },
        recordings: vec![MadeRecording { id: recording.parse().unwrap(), seconds: 3, is_stored: false }],
    }
}
