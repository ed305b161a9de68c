//! Reads prompts out with a program on this machine, for carriers that send audio themselves. The program gets the text on
//! standard input and writes a WAV file. Results are cached.

mod cache;
mod command;

pub use command::{Command, InvalidCommand};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_domain::flow::Language;
use frontdesk_ports::{AudioDecoder, Samples, Voice, VoiceError};
use tokio::io::AsyncWriteExt;

use cache::Cache;

/// How long the program may take. A caller is on the line meanwhile.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Runs a program for each text.
pub struct CommandVoice {
    command: Command,
    decoder: Arc<dyn AudioDecoder>,
    cache: Cache,
    timeout: Duration,
}

impl CommandVoice {
    /// A voice that runs this command, whose files `decoder` can read.
    pub fn new(command: Command, decoder: Arc<dyn AudioDecoder>) -> Self {
        Self { command, decoder, cache: Cache::default(), timeout: TIMEOUT }
    }

    /// Sets the timeout per text.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    async fn run(&self, text: &str, language: &Language) -> Result<Vec<u8>, String> {
        let folder =
            tempfile::tempdir().map_err(|error| format!("cannot create a temporary folder: {error}"))?;
        let file = folder.path().join("prompt.wav");
        let (program, arguments) = self.command.filled(&file, language);
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            // Our own environment contains secrets.
            .env_clear()
            .envs(environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))?;
        // Not as an argument: the process list would show the caller's number.
        if let Some(mut input) = child.stdin.take() {
            // Fails if the program has ended, which its status reports.
            let _ = input.write_all(text.as_bytes()).await;
        }
        let status = child.wait().await.map_err(|error| format!("it cannot be waited for: {error}"))?;
        if !status.success() {
            return Err(format!("{program} failed ({status})"));
        }
        tokio::fs::read(&file).await.map_err(|error| format!("{program} wrote no audio file: {error}"))
    }
}

/// The environment variables that a program needs to find its files, its libraries and its language.
const PASSED_ON: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH"];

#[expect(clippy::disallowed_methods, reason = "a few variables of this process are passed on")]
fn environment() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    PASSED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

#[async_trait]
impl Voice for CommandVoice {
    async fn speak(&self, text: &str, language: &Language) -> Result<Samples, VoiceError> {
        if let Some(known) = self.cache.get(text, language) {
            return Ok(known);
        }
        let slow = |_| format!("{} was not done within {} s", self.command.program(), self.timeout.as_secs());
        let written = tokio::time::timeout(self.timeout, self.run(text, language)).await.map_err(slow);
        let wav = written.and_then(|done| done).map_err(VoiceError)?;
        let samples = self.decoder.decode(&wav).map_err(|_| {
            VoiceError(format!("{} wrote no WAV file that can be read", self.command.program()))
        })?;
        self.cache.keep(text, language, &samples);
        Ok(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_ports::UnplayableAudio;

    /// Decodes every byte as a sample.
    struct Bytes;

    impl AudioDecoder for Bytes {
        fn decode(&self, audio: &[u8]) -> Result<Samples, UnplayableAudio> {
            if audio.is_empty() {
                Err(UnplayableAudio::Content)
            } else {
                Ok(audio.iter().map(|b| i16::from(*b)).collect())
            }
        }
    }

    fn voice(script: &str) -> CommandVoice {
        let words = ["sh", "-c", script, "sh", "{file}", "{language}", "{locale}"];
        let command = Command::new(words.map(String::from).to_vec()).unwrap();
        CommandVoice::new(command, Arc::new(Bytes)).with_timeout(Duration::from_secs(2))
    }

    fn as_text(samples: &Samples) -> String {
        samples.iter().map(|sample| char::from(u8::try_from(*sample).unwrap())).collect()
    }

    #[tokio::test]
    async fn a_text_is_read_out_once_in_each_language() {
        let voice = voice("[ -e \"$HOME/nowhere\" ]; { cat; echo \" $2 $3 $$\"; } > \"$1\"");
        let french = "fr-FR".parse().unwrap();
        let first = voice.speak("Bonjour -v", &french).await.unwrap();
        assert!(as_text(&first).starts_with("Bonjour -v fr fr-FR "), "{}", as_text(&first));
        assert_eq!(voice.speak("Bonjour -v", &french).await.unwrap(), first, "the same process");
        assert_ne!(voice.speak("Bonjour -v", &"fr-CA".parse().unwrap()).await.unwrap(), first);
    }

    #[tokio::test]
    async fn a_program_that_fails_hangs_or_writes_nothing_is_named() {
        let english = "en".parse().unwrap();
        for (script, error) in [
            ("exit 3", "sh failed (exit status: 3)"),
            ("sleep 60", "sh was not done within 2 s"),
            (": > \"$1\"", "sh wrote no WAV file that can be read"),
        ] {
            assert_eq!(voice(script).speak("Hello", &english).await, Err(VoiceError(error.into())));
        }
        let missing = voice("true").speak("Hello", &english).await.unwrap_err();
        assert!(missing.0.starts_with("sh wrote no audio file"), "{missing}");
    }
}
