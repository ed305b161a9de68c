//! Ends calls that were in progress when a program was killed, as if the connection had failed at the last journal entry.
use frontdesk_domain::call::CarrierRecord;
use frontdesk_domain::session::{Input, LegEnd, Output, Party};
use frontdesk_domain::{Notice, Parties};

use crate::desk::Services;
use crate::journal::{EndedCall, Journal, MadeRecording, OpenCall};
use crate::recording;

/// More steps than any call takes from its end to its last report.
const MAX_STEPS: u32 = 100;

/// Ends every open call of the journal.
pub async fn end_open_calls(services: &Services, journal: &Journal) -> std::io::Result<()> {
    for call in journal.open_calls()? {
        tracing::warn!(call.id = %call.call, "call cut off when the program ended; logged as of its last journal entry");
        let ended = end(services, journal, call).await?;
        journal.ended(&ended);
    }
    Ok(())
}

async fn end(services: &Services, journal: &Journal, open: OpenCall) -> std::io::Result<EndedCall> {
    let OpenCall { call, at, started_at, parties, mut session, mut recording, mut recordings } = open;
    let mut seconds = None;
    session.handle_input(at, Input::Ended(Party::Caller, LegEnd::Failed));
    for _ in 0..MAX_STEPS {
        match session.poll_output() {
            Some(Output::Ask { party, leg, at: place, signal, caller_gone }) => {
                let question = Output::Ask { party, leg, at: place, signal, caller_gone };
                let instructions = services.ask(&call, &parties, question, Some(at)).await;
                session.handle_input(at, Input::Instructions(party, instructions));
            }
            Some(Output::Report(notice)) => {
                if let Notice::CallEnded(ending) = &notice {
                    seconds = ending.seconds;
                }
                let _ = services.report(&call, notice, Some(at)).await;
            }
            // The other outputs are for legs that no longer exist.
            Some(_) => {}
            None if session.is_over() => break,
            // The session waits for the recorded message.
            None => {
                let made = recording.take();
                let length = match &made {
                    Some((id, _)) => recording::repair(&recording::path(journal.folder(), id))?,
                    None => None,
                };
                if let (Some((id, transcribe)), Some(seconds)) = (&made, length) {
                    let mut is_stored = false;
                    for notice in services.store(journal, &call, id).await {
                        let is_of_audio = matches!(notice, Notice::Stored { .. });
                        is_stored |= services.report(&call, notice, Some(at)).await && is_of_audio;
                    }
                    if *transcribe {
                        let notice = Notice::Transcribed { recording: id.clone(), text: None };
                        let _ = services.report(&call, notice, Some(at)).await;
                    }
                    recordings.push(MadeRecording { id: id.clone(), seconds, is_stored });
                }
                let recording = made.map(|(id, _)| id).filter(|_| length.is_some());
                session.handle_input(at, Input::Recorded { recording, seconds: length.unwrap_or(0) });
            }
        }
    }
    let parties = Parties { from_name: parties.from_name, ..Parties::new(parties.from, &parties.to) };
    let record = CarrierRecord {
        status: "completed".to_owned(),
        failed: false,
        seconds,
        started_at: Some(started_at),
        ended_at: Some(at),
        parties,
        legs: Vec::new(),
    };
    Ok(EndedCall { call, record, recordings })
}

#[cfg(test)]
mod tests;
