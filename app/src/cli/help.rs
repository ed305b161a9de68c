//! The program's help, with the commands grouped by task; clap alone would list them in one group.
use std::fmt::Write;

use clap::{Command, CommandFactory, FromArgMatches};

use super::Cli;

/// The commands by task, in the order of their use.
pub(super) const GROUPS: [(&str, &[&str]); 5] = [
    ("Run", &["demo", "serve", "call", "health"]),
    ("Set up", &["check", "doctor", "connect", "user", "token"]),
    ("Day to day", &["close", "open", "block", "unblock", "reload", "notify"]),
    ("Data", &["export", "backup", "restore", "purge", "erase", "reconcile", "rederive"]),
    ("Tools", &["replay", "fallback-twiml", "completions", "man", "help"]),
];

const EXAMPLES: &[&str] = &[
    "frontdesk demo                                   try the product with a simulated carrier",
    "frontdesk call --press 2                         place a simulated call that leaves a voicemail",
    "frontdesk check && frontdesk serve               validate the configuration, then run",
    "frontdesk connect --number +15556667777          point a phone number at this server",
    "frontdesk export --since 2026-11-01 > calls.csv  export calls for a spreadsheet",
];

const EXIT_CODES: &[&str] = &[
    "0  done",
    "1  not done, or a problem was found; the message says which",
    "2  the arguments or the configuration are invalid, or there is no database; nothing was changed",
];

impl Cli {
    /// Reads the arguments of this process. Ends it if they ask for help or are invalid.
    pub fn of_process() -> Self {
        let matches = grouped(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The command, with its help grouped by task.
pub(super) fn grouped(mut command: Command) -> Command {
    command.build();
    let header = *command.get_styles().get_header();
    let literal = *command.get_styles().get_literal();
    let title = |text: &str| format!("{header}{text}:{header:#}");
    let width = command.get_subcommands().map(|known| known.get_name().len()).max().unwrap_or(0);
    let mut template = "{about}\n\n{usage-heading} {usage}\n".to_owned();
    for (group, names) in GROUPS {
        let _ = write!(template, "\n{}\n", title(group));
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(template, "  {literal}{name:width$}{literal:#}  {about}");
        }
    }
    let _ = write!(template, "\n{}\n{{options}}\n", title("Options"));
    for (heading, lines) in [("Examples", EXAMPLES), ("Exit codes", EXIT_CODES)] {
        let _ = write!(template, "\n{}\n  {}\n", title(heading), lines.join("\n  "));
    }
    command.help_template(template.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_listed_once_and_under_a_task() {
        let mut command = grouped(Cli::command());
        let mut listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut known: Vec<String> =
            command.get_subcommands().map(|known| known.get_name().to_owned()).collect();
        listed.sort_unstable();
        known.sort_unstable();
        assert_eq!(listed, known);
        let help = command.render_help().to_string();
        for expected in ["\nSet up:\n", "  export ", "Exit codes:", "--config <FILE>"] {
            assert!(help.contains(expected), "{expected} is missing: {help}");
        }
    }
}
