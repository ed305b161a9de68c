//! The company's own flow: a table of the configuration or a file that it names, read with its calendars and audio files.
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use frontdesk_domain::flow::{AudioFile, FlowSettings};
use frontdesk_domain::{BuiltinFlow, read_flow};
use frontdesk_services::flow_versions::FlowWithAudio;
use jiff::tz::TimeZone;

use crate::carrier;

use super::{ConfigError, Shown, calendar};

/// The text of a flow, and where it comes from.
#[derive(Debug, Clone)]
pub struct FlowText {
    /// The file, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The table that is the flow; empty when the whole file is.
    pub table: &'static str,
    /// The folder that the flow's file names are relative to.
    pub folder: PathBuf,
}

impl FlowText {
    /// Reads the text of a file.
    fn of_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("the file {} cannot be read: {error}", path.display()))?;
        Ok(Self { name: path.display().to_string(), text, table: "", folder: folder_of(path) })
    }

    /// Reads a file that is a flow, or a configuration with a `[flow]` table.
    pub fn of_either(path: &Path) -> Result<Self, String> {
        let mut found = Self::of_file(path)?;
        let in_a_table = |line: &str| line.starts_with("[flow]") || line.starts_with("[flow.");
        if found.text.lines().any(|line| in_a_table(line.trim())) {
            found.table = "flow";
        }
        Ok(found)
    }

    /// Parses and verifies the flow.
    pub fn read(&self, zone: &TimeZone, builtin: &BuiltinFlow) -> Result<FlowWithAudio, Vec<ConfigError>> {
        let audio: RefCell<Vec<(AudioFile, Bytes)>> = RefCell::default();
        let settings = FlowSettings {
            table: self.table,
            zone: zone.clone(),
            time_limit: builtin.time_limit,
            limits: builtin.limits,
            calendar: &|name, timed| {
                let text = std::fs::read_to_string(self.folder.join(name));
                let text = text.map_err(|error| format!("the calendar {name} cannot be read: {error}"))?;
                calendar::days(&text, timed)
                    .map_err(|why| format!("the calendar {name} cannot be used: {why}"))
            },
            audio: &|name| {
                let file = AudioFile(name.to_owned());
                if audio.borrow().iter().any(|(known, _)| *known == file) {
                    return Ok(());
                }
                let bytes = std::fs::read(self.folder.join(name));
                let bytes =
                    bytes.map_err(|error| format!("the audio file {name} cannot be read: {error}"))?;
                carrier::check_audio(&file, &bytes)
                    .map_err(|why| format!("the audio file {name} cannot be played: {why}"))?;
                audio.borrow_mut().push((file, Bytes::from(bytes)));
                Ok(())
            },
        };
        let flow = read_flow(&self.text, &settings).map_err(|findings| self.errors(findings.0))?;
        Ok(FlowWithAudio { flow, audio: audio.into_inner() })
    }

    fn errors(&self, findings: Vec<frontdesk_domain::flow::Finding>) -> Vec<ConfigError> {
        let text: Arc<str> = self.text.as_str().into();
        let error = |finding: frontdesk_domain::flow::Finding| ConfigError {
            place: format!("{}:{}: ", self.name, finding.line),
            key: "flow".to_owned(),
            what: finding.message,
            shown: Some(Shown { file: self.name.clone(), text: text.clone(), span: finding.span }),
        };
        findings.into_iter().map(error).collect()
    }
}

/// The folder a file is in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}
