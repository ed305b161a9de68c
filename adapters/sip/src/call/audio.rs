//! Answers a call, plays prompts and records messages.
use frontdesk_domain::Notice;
use frontdesk_domain::call::RecordingStatus;
use frontdesk_domain::flow::Speech;
use frontdesk_domain::session::{Input, LegEnd, Party};

use super::{ActiveRecording, CallTask, Event, media_event_sender};
use crate::journal::MadeRecording;
use crate::media::Media;
use crate::recording::{self, Recorded, Recorder};
use crate::sdp;

impl CallTask {
    pub(super) async fn answer(&mut self) {
        let events = self.events.clone();
        let random = self.media_random();
        let peer = Some(self.invitation.peer);
        let opened =
            Media::open(&self.shared.media, peer, random, media_event_sender(Party::Caller, events)).await;
        let media = match opened {
            Ok(media) => media,
            Err(error) => {
                tracing::error!("a call could not be answered, no audio port is available: {error}");
                self.invitation.leg.fail();
                return self.input(Input::Ended(Party::Caller, LegEnd::Failed));
            }
        };
        let body = match &self.invitation.offered {
            Some(offered) => {
                media.connect(offered.remote);
                sdp::answer(media.local, media.key, offered, 1)
            }
            None => sdp::offer(media.local, self.offered_key(&media), 1),
        };
        self.invitation.leg.accept(body);
        self.media = Some(media);
    }

    pub(super) fn play(&mut self, party: Party, number: u32, speech: Speech) {
        self.stop_playing(party);
        let Some(media) = self.media(party) else { return };
        let (player, events) = (media.player(), self.events.clone());
        let prompts = self.shared.services.prompts.clone();
        let preparing = tokio::spawn(async move {
            let samples = prompts.samples(&speech).await;
            if samples.is_empty() {
                let _ = events.send(Event::Input(Input::Played(party, number)));
            } else {
                player.play(number, samples);
            }
        });
        self.preparing.insert(party, preparing);
    }

    pub(super) fn stop_playing(&mut self, party: Party) {
        if let Some(preparing) = self.preparing.remove(&party) {
            preparing.abort();
        }
        if let Some(media) = self.media(party) {
            media.stop();
        }
    }

    pub(super) fn record(&mut self, beep: bool, transcribe: bool) {
        self.stop_playing(Party::Caller);
        let Some(media) = &self.media else { return };
        let id = self.shared.services.new_recording();
        let recorder = Recorder::begin(self.shared.journal.folder(), id);
        if let Some(samples) = recorder.samples() {
            media.record(beep, samples);
        }
        self.recorder = Some(ActiveRecording { recorder, transcribe });
    }

    pub(super) async fn stop_recording(&mut self) {
        if let Some(media) = &self.media {
            media.stop_recording();
        }
        let Some(ActiveRecording { recorder, transcribe }) = self.recorder.take() else { return };
        let (id, journal) = (recorder.id.clone(), &self.shared.journal);
        let path = recording::path(journal.folder(), &id);
        let Recorded { mut seconds, error } = recorder.finish().await;
        let mut is_on_disk = seconds > 0;
        if let Some(why) = error {
            tracing::error!(call.id = %self.call, "a message could not be written completely: {why}");
            // The part that is on disk becomes the message.
            let repaired = recording::repair(&path).ok().flatten();
            is_on_disk = repaired.is_some();
            seconds = repaired.unwrap_or(seconds);
        }
        let now = self.clock.now();
        if is_on_disk {
            for notice in self.shared.services.store(journal, &self.call, &id).await {
                self.reports.add(notice, now);
            }
            if transcribe {
                self.reports.add(Notice::Transcribed { recording: id.clone(), text: None }, now);
            }
            self.recordings.push(MadeRecording { id: id.clone(), seconds, is_stored: false });
        } else if seconds > 0 {
            // The caller has spoken, so the lost message is reported: somebody can call back.
            let (recording, status) = (id.clone(), RecordingStatus::Failed);
            self.reports.add(Notice::Recording { recording, status, seconds: Some(seconds) }, now);
        } else {
            // The caller has not spoken: the file is empty.
            drop(tokio::fs::remove_file(&path).await);
        }
        let recording = (seconds > 0).then_some(id);
        self.input(Input::Recorded { recording, seconds });
    }
}
