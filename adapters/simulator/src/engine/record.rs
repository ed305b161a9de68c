//! `<Record>`: the caller speaks.
use std::time::Duration;

use super::{Line, Next};
use crate::line_event::LineEvent;
use crate::time::rfc2822;
use crate::wav::wav_seconds;
use crate::wire::Fields;

impl Line<'_> {
    pub(super) async fn record(
        &mut self,
        action: String,
        max_length: u64,
        finish_on_key: &str,
        (callback, events): (Option<String>, &[String]),
        words_to: Option<String>,
    ) -> Next {
        self.carrier.report(LineEvent::Tone);
        let began = self.carrier.time.now();
        let (message, time) = self.people.caller_speaks(Duration::from_secs(max_length)).await;
        self.pass(time).await;
        let hangs_up = message.as_ref().is_none_or(|message| message.hangs_up);
        let audio = message.map(|message| message.audio).unwrap_or_default();
        let longest = u32::try_from(max_length).unwrap_or(u32::MAX);
        let seconds = wav_seconds(&audio).unwrap_or(0).min(longest);
        self.carrier.report(LineEvent::Recorded { seconds });
        let sid = if seconds > 0 { self.store_recording(audio, began).await } else { self.carrier.sid("RE") };
        let account = &self.carrier.wire.credentials.account_sid;
        let recording: Fields = vec![
            ("RecordingSid", sid.clone()),
            ("RecordingUrl", format!("https://api.example/2010-04-01/Accounts/{account}/Recordings/{sid}")),
            ("RecordingDuration", seconds.to_string()),
        ];

        let digits = if hangs_up { "hangup".to_owned() } else { finish_on_key.chars().take(1).collect() };
        let mut fields_of_recording = recording.clone();
        fields_of_recording.push(("Digits", digits));
        let next = if hangs_up {
            // The action is requested although no one hears the answer.
            let mut fields = self.fields("completed");
            fields.extend(self.carrier.callback_time());
            fields.extend(fields_of_recording);
            self.callback(&action, &fields).await;
            self.caller_left()
        } else {
            Next::Document(action, fields_of_recording)
        };

        let status = if seconds > 0 { "completed" } else { "absent" };
        if let Some(url) = callback.filter(|_| events.iter().any(|event| event == status)) {
            let mut fields: Fields = vec![
                ("AccountSid", account.clone()),
                ("CallSid", self.sid.clone()),
                ("RecordingStatus", status.into()),
                ("RecordingChannels", "1".into()),
                ("RecordingSource", "RecordVerb".into()),
                ("RecordingStartTime", rfc2822(began)),
                ("ErrorCode", if seconds > 0 { "0" } else { "16101" }.into()),
            ];
            fields.extend(recording.clone());
            fields.extend(self.carrier.callback_time());
            self.callback(&url, &fields).await;
        }
        // Twilio transcribes neither empty recordings nor recordings longer than two minutes.
        if let Some(url) = words_to.filter(|_| (1..120).contains(&seconds)) {
            let mut fields: Fields = vec![
                ("AccountSid", account.clone()),
                ("CallSid", self.sid.clone()),
                ("TranscriptionSid", self.carrier.sid("TR")),
                ("TranscriptionStatus", "completed".into()),
                (
                    "TranscriptionText",
                    format!("These are the {seconds} seconds that a simulated caller spoke."),
                ),
            ];
            fields.extend(recording);
            self.callback(&url, &fields).await;
        }
        next
    }
}
