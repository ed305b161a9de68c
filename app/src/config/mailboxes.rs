//! Checks that the configuration has what the flow's mailboxes need.
use adapters_transcription::Command;
use frontdesk_domain::flow::{Mailbox, NodeName, Transcribe};
use frontdesk_services::flow_versions::FlowWithAudio;

use super::{ConfigError, Reader, Recipient, Value};

impl Reader {
    /// Reads the command that transcribes messages.
    pub(super) fn transcription(&mut self) -> Option<Command> {
        self.take("transcription.command", |value: &Value| {
            Command::new(value.list()?).map_err(|bad| {
                format!("{bad}; such as [\"whisper-cli\", \"-m\", \"model.bin\", \"-nt\", \"-np\", \"-f\", \"{{file}}\"]")
            })
        })
    }

    /// Checks that mailboxes notify known recipients and that transcription is configured where a mailbox needs it.
    pub(super) fn mailboxes(&mut self, own: &FlowWithAudio, recipients: &[Recipient]) {
        let deletes =
            self.values.get("recordings.delete_at_carrier").is_some_and(|v| v.boolean() == Ok(true));
        let writes = self.values.contains_key("transcription.command");
        for (name, mailbox) in &own.flow.draft().mailboxes {
            self.named_in(name, mailbox, recipients);
            if deletes && mailbox.transcribe == Transcribe::Carrier {
                self.wrong(
                    name,
                    "the carrier cannot transcribe recordings that recordings.delete_at_carrier deletes; remove one of the two",
                );
            }
            if !writes && mailbox.transcribe == Transcribe::Here {
                self.wrong(
                    name,
                    "transcribe is \"here\", and no program does it; set transcription.command, or use \"carrier\"",
                );
            }
        }
    }

    fn named_in(&mut self, mailbox: &NodeName, rule: &Mailbox, recipients: &[Recipient]) {
        for name in rule.notify.iter().filter(|name| !recipients.iter().any(|known| known.name == **name)) {
            self.wrong(mailbox, &format!("notify names {name:?}, and there is no [notify.{name}]"));
        }
    }

    fn wrong(&mut self, mailbox: &NodeName, what: &str) {
        self.errors.push(ConfigError::new("", "flow", format!("mailbox {mailbox}: {what}")));
    }
}
