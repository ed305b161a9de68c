//! The steps of a caller at a mailbox: the greeting, the message, and what happens to it.
use super::Dialogue;
use super::history::DialogueHistory;
use super::instruction::Instruction;
use super::signal::Signal;
use super::step_builder::StepBuilder;
use crate::call::event::EventKind;
use crate::call::status::MailboxCause;
use crate::call::status::{CopyFate, RecordingStatus};
use crate::flow::MAX_STEPS;
use crate::flow::mailbox::{Confirm, Mailbox, Transcribe};
use crate::flow::name::NodeName;
use crate::ids::RecordingId;
use crate::keys::Keys;

impl StepBuilder<'_> {
    /// The mailbox of that name, otherwise the safety mailbox, which every checked `CallFlow` has.
    fn mailbox_or_safety(&self, name: &NodeName) -> Option<(NodeName, &Mailbox)> {
        let flow = self.flow;
        let named = flow.mailbox(name).map(|mailbox| (name.clone(), mailbox));
        named.or_else(|| Some((flow.safety().clone(), flow.mailbox(flow.safety())?)))
    }

    /// Plays the greeting and takes a message.
    pub(super) fn enter_mailbox(&mut self, name: &NodeName, cause: MailboxCause, history: &DialogueHistory) {
        if self.cx.caller_gone {
            return;
        }
        let flow = self.flow;
        let Some(name) = self.mailbox_or_safety(name).map(|(name, _)| name) else { return };
        let Some(mailbox) = flow.mailbox(&name) else { return };
        let history = history.on(self.flow.version()).without_menus();
        self.note(EventKind::Mailbox { mailbox: name.clone(), step: history.step, cause });
        if cause != MailboxCause::Chosen {
            self.say(&mailbox.unavailable, &history);
        }
        if let Some(consent) = &mailbox.consent {
            self.say(consent, &history);
        }
        self.say(&mailbox.greeting, &history);
        self.record(mailbox, Dialogue::Mailbox { mailbox: name, cause, history });
    }

    fn record(&mut self, mailbox: &Mailbox, then: Dialogue) {
        self.push(Instruction::Record {
            max_length: mailbox.max_length,
            silence: mailbox.silence,
            beep: mailbox.beep,
            finish_on_key: mailbox.finish_on_key,
            transcribe: mailbox.transcribe == Transcribe::Carrier,
            then,
        });
    }

    /// Recording has ended, with or without a message.
    pub(super) fn after_record(
        &mut self,
        name: &NodeName,
        cause: MailboxCause,
        recording: Option<&RecordingId>,
        seconds: Option<u32>,
        history: &DialogueHistory,
    ) {
        let mailbox = self.flow.mailbox(name);
        let shortest = mailbox.map_or(0, |mailbox| mailbox.min_length.as_secs());
        let too_short = seconds.is_some_and(|seconds| u64::from(seconds) < shortest);
        let confirm = mailbox.and_then(|mailbox| mailbox.confirm.as_ref());
        match (recording, confirm) {
            (Some(recording), _) if too_short => {
                self.note_recording(recording, RecordingStatus::Taken, seconds);
                self.note_recording(recording, RecordingStatus::Discarded, None);
                self.note(EventKind::CarrierCopy { recording: recording.clone(), fate: CopyFate::Unwanted });
                self.bid_farewell(name, history);
            }
            (Some(recording), Some(confirm)) if !self.cx.caller_gone && history.step < MAX_STEPS => {
                self.note_recording(recording, RecordingStatus::Taken, seconds);
                self.note_transcript(recording, mailbox, history);
                self.note_recording(recording, RecordingStatus::Held, None);
                self.ask_to_keep(name, cause, confirm, recording, history);
            }
            _ => {
                if let Some(recording) = recording {
                    self.note_transcript(recording, mailbox, history);
                }
                self.keep_message(name, recording, seconds, history);
            }
        }
    }

    /// Requests a local transcription, if the mailbox has it, in the language of the caller's prompts.
    fn note_transcript(
        &mut self,
        recording: &RecordingId,
        mailbox: Option<&Mailbox>,
        history: &DialogueHistory,
    ) {
        if mailbox.is_some_and(|mailbox| mailbox.transcribe == Transcribe::Here) {
            let language = history.language.as_ref().unwrap_or(self.flow.language()).clone();
            self.note(EventKind::TranscriptWanted { recording: recording.clone(), language });
        }
    }

    fn ask_to_keep(
        &mut self,
        name: &NodeName,
        cause: MailboxCause,
        confirm: &Confirm,
        recording: &RecordingId,
        history: &DialogueHistory,
    ) {
        let history = history.on(self.flow.version());
        self.push(Instruction::Gather {
            prompts: self.flow.speech(&confirm.prompt, history.language.as_ref()),
            max_keys: 1,
            finish_on_key: None,
            timeout: confirm.timeout,
            between_keys: confirm.timeout,
            then: Dialogue::Confirm { mailbox: name.clone(), cause, recording: recording.clone(), history },
        });
    }

    /// Handles the answer to whether the message is kept. It is kept unless the caller wants to record again.
    pub(super) fn after_question(
        &mut self,
        name: &NodeName,
        cause: MailboxCause,
        recording: &RecordingId,
        signal: &Signal,
        history: &DialogueHistory,
    ) {
        let flow = self.flow;
        let pressed = match signal {
            Signal::Keyed(keys) => Keys::single(keys),
            _ => None,
        };
        let mailbox = flow.mailbox(name);
        let again = mailbox.and_then(|mailbox| mailbox.confirm.as_ref()).map(|confirm| confirm.again);
        match mailbox {
            Some(mailbox)
                if pressed.is_some()
                    && pressed == again
                    && !self.cx.caller_gone
                    && history.step < MAX_STEPS =>
            {
                self.note_recording(recording, RecordingStatus::Discarded, None);
                // The caller discarded it, so the carrier's copy is deleted as well.
                self.note(EventKind::CarrierCopy { recording: recording.clone(), fate: CopyFate::Unwanted });
                let history = history.on(self.flow.version());
                self.note(EventKind::Mailbox { mailbox: name.clone(), step: history.step, cause });
                self.say(&mailbox.greeting, &history);
                self.record(mailbox, Dialogue::Mailbox { mailbox: name.clone(), cause, history });
            }
            _ => {
                self.note_recording(recording, RecordingStatus::Kept, None);
                self.bid_farewell(name, history);
            }
        }
    }

    /// Keeps the message, plays the farewell and hangs up.
    pub(super) fn keep_message(
        &mut self,
        name: &NodeName,
        recording: Option<&RecordingId>,
        seconds: Option<u32>,
        history: &DialogueHistory,
    ) {
        if let Some(recording) = recording {
            self.note_recording(recording, RecordingStatus::Taken, seconds);
        }
        self.bid_farewell(name, history);
    }

    fn bid_farewell(&mut self, name: &NodeName, history: &DialogueHistory) {
        let farewell = self.mailbox_or_safety(name).map(|(_, mailbox)| mailbox.farewell.clone());
        if let Some(farewell) = farewell {
            self.say(&farewell, history);
        }
        self.hang_up();
    }

    fn note_recording(&mut self, recording: &RecordingId, status: RecordingStatus, seconds: Option<u32>) {
        self.note(EventKind::Recording { recording: recording.clone(), status, seconds });
    }
}
