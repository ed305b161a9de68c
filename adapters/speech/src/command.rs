//! The command that reads texts out, with placeholders for the file and the language.
use std::path::Path;

use frontdesk_domain::flow::Language;

/// A program and its arguments. In the arguments `{file}` stands for the WAV file to write, `{language}` for `fr` and
/// `{locale}` for `fr-FR`. The text is written to standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    program: String,
    arguments: Vec<String>,
}

/// Why a command is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCommand {
    /// It names no program.
    #[error("it is empty; name the program and its arguments")]
    Empty,
    /// The command does not name the audio file.
    #[error("no argument contains {{file}}, which stands for the WAV file to write")]
    NoFile,
}

/// espeak-ng, which is a package of Debian.
impl Default for Command {
    fn default() -> Self {
        let arguments = ["-v", "{language}", "-s", "150", "-w", "{file}", "--stdin"];
        Self { program: "espeak-ng".to_owned(), arguments: arguments.map(str::to_owned).to_vec() }
    }
}

impl Command {
    /// The program, then its arguments.
    pub fn new(words: Vec<String>) -> Result<Self, InvalidCommand> {
        let mut words = words.into_iter();
        let program = words.next().filter(|program| !program.is_empty()).ok_or(InvalidCommand::Empty)?;
        let arguments: Vec<String> = words.collect();
        if arguments.iter().any(|argument| argument.contains("{file}")) {
            Ok(Self { program, arguments })
        } else {
            Err(InvalidCommand::NoFile)
        }
    }

    pub(crate) fn program(&self) -> &str {
        &self.program
    }

    pub(crate) fn filled(&self, file: &Path, language: &Language) -> (&str, Vec<String>) {
        let filled = |argument: &String| {
            argument
                .replace("{language}", language.primary())
                .replace("{locale}", language.as_str())
                .replace("{file}", &file.to_string_lossy())
        };
        (&self.program, self.arguments.iter().map(filled).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_needs_a_program_and_the_audio_placeholder() {
        assert_eq!(Command::new(vec![]), Err(InvalidCommand::Empty));
        assert_eq!(Command::new(vec![String::new()]), Err(InvalidCommand::Empty));
        assert_eq!(Command::new(vec!["espeak-ng".into()]), Err(InvalidCommand::NoFile));
    }
}
