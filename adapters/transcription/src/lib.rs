//! Transcribes voicemails with a program on this machine, so that no message leaves it.
//!
//! The configured program gets the audio as a file and prints the transcript, which is never logged.

mod command;

pub use command::{Command, InvalidCommand};
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use frontdesk_domain::flow::Language;
use frontdesk_ports::{Transcriber, TranscriberError};
use tokio::io::AsyncReadExt;

/// How long the program may take.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The maximum length of a transcript in bytes. Further output is discarded.
const MAX_LENGTH: u64 = 16_384;

/// Runs a program for each message.
#[derive(Debug, Clone)]
pub struct CommandTranscriber {
    command: Command,
    timeout: Duration,
}

impl CommandTranscriber {
    /// A transcriber that runs this command.
    pub fn new(command: Command) -> Self {
        Self { command, timeout: TIMEOUT }
    }

    /// Sets the timeout per transcription.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    async fn run(&self, audio: &[u8], extension: &str, language: &Language) -> Result<Vec<u8>, String> {
        let folder =
            tempfile::tempdir().map_err(|error| format!("cannot create a temporary folder: {error}"))?;
        let file = folder.path().join(format!("message.{extension}"));
        tokio::fs::write(&file, audio).await.map_err(|error| format!("no temporary file: {error}"))?;
        let (program, arguments) = self.command.filled(&file, language);
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            // Our own environment contains secrets.
            .env_clear()
            .envs(environment())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.command.program()))?;
        let mut printed = Vec::new();
        let output = child.stdout.take().ok_or("its output cannot be read")?;
        let read = output.take(MAX_LENGTH).read_to_end(&mut printed).await;
        read.map_err(|error| format!("its output cannot be read: {error}"))?;
        let status = child.wait().await.map_err(|error| format!("it cannot be waited for: {error}"))?;
        // A program that prints more than the limit gets a broken pipe, and may fail because of it.
        if status.success() || printed.len() as u64 == MAX_LENGTH {
            Ok(printed)
        } else {
            Err(format!("{} failed ({status})", self.command.program()))
        }
    }
}

/// The environment variables that a program needs to find its files, its libraries and its language.
const PASSED_ON: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH"];

#[expect(clippy::disallowed_methods, reason = "a few variables of this process are passed on")]
fn environment() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    PASSED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

#[async_trait]
impl Transcriber for CommandTranscriber {
    async fn transcribe(
        &self,
        audio: Bytes,
        media_type: &str,
        language: &Language,
    ) -> Result<Option<String>, TranscriberError> {
        let extension = match media_type {
            "audio/wav" => "wav",
            "audio/mpeg" => "mp3",
            other => return Err(TranscriberError::Unusable(format!("nobody is asked to read {other}"))),
        };
        let printed = tokio::time::timeout(self.timeout, self.run(&audio, extension, language)).await;
        let slow = |_| format!("{} was not done within {} s", self.command.program(), self.timeout.as_secs());
        let printed = printed.map_err(slow).and_then(|done| done).map_err(TranscriberError::Unavailable)?;
        let text = String::from_utf8_lossy(&printed);
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok((!words.is_empty()).then(|| words.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn transcript_of(script: &str) -> Result<Option<String>, TranscriberError> {
        let words = ["sh", "-c", script, "sh", "{file}", "{language}", "{locale}"];
        let command = Command::new(words.map(String::from).to_vec()).unwrap();
        let transcriber = CommandTranscriber::new(command).with_timeout(Duration::from_secs(2));
        transcriber.transcribe(Bytes::from_static(b"spoken"), "audio/wav", &"fr-FR".parse().unwrap()).await
    }

    #[tokio::test]
    async fn the_output_is_the_transcript() {
        assert_eq!(
            transcript_of("cat \"$1\"; echo; echo \"  in $2, $3\"").await,
            Ok(Some("spoken in fr, fr-FR".into()))
        );
        assert_eq!(transcript_of("echo ' '").await, Ok(None), "no words were recognised");
    }

    #[tokio::test]
    async fn a_failed_program_is_retried_and_its_output_is_not_logged() {
        let failed = transcript_of("echo secret; echo secret >&2; exit 3").await.unwrap_err();
        assert_eq!(failed, TranscriberError::Unavailable("sh failed (exit status: 3)".into()));
        let hung = transcript_of("sleep 60").await.unwrap_err();
        assert_eq!(hung, TranscriberError::Unavailable("sh was not done within 2 s".into()));
        let nobody = Command::new(vec!["/nowhere/whisper".into(), "{file}".into()]).unwrap();
        let nobody = CommandTranscriber::new(nobody);
        let missing = nobody.transcribe(Bytes::new(), "audio/wav", &"en".parse().unwrap()).await.unwrap_err();
        assert!(missing.to_string().starts_with("/nowhere/whisper cannot be started"), "{missing}");
    }

    #[tokio::test]
    async fn long_output_is_cut_and_other_media_types_are_refused() {
        let much = transcript_of("yes word").await.unwrap().unwrap();
        assert!(much.len() as u64 <= MAX_LENGTH, "{}", much.len());
        let command = Command::new(vec!["cat".into(), "{file}".into()]).unwrap();
        let odd = CommandTranscriber::new(command)
            .transcribe(Bytes::new(), "video/x", &"en".parse().unwrap())
            .await;
        assert!(matches!(odd, Err(TranscriberError::Unusable(_))));
    }
}
