//! `frontdesk check`: verifies the flow, shows each problem with its position in the file, and plays through a call.

mod draw;
mod findings;
mod playthrough;
mod week;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use frontdesk_domain::CallFlow;
use jiff::civil::DateTime;

use super::Failure;
use crate::config::{Config, ConfigError, ConfigErrors, FlowText, Needs, Settings};
use crate::wiring::line;

/// The format of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// An indented tree.
    Tree,
    /// A Mermaid flowchart.
    Mermaid,
    /// A Graphviz digraph.
    Dot,
    /// JSON: nodes, exits, findings.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The format of the flow.
    #[arg(long, value_enum, default_value = "tree")]
    format: Format,
    /// Show what a caller hears who calls at this local time, such as 2026-10-25T02:30.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime>,
    /// The caller's number, or `withheld`; a caller from the country of the first phone by default.
    #[arg(long, value_name = "NUMBER", requires = "at")]
    from: Option<String>,
    /// The number they dial.
    #[arg(long, value_name = "NUMBER", requires = "at")]
    to: Option<String>,
    /// The keys they press, one entry for each prompt: `1` or `9,1`.
    #[arg(long, value_delimiter = ',', value_name = "KEYS", requires = "at")]
    press: Vec<String>,
    /// Check only this flow, not the configuration: a file of its own, or a configuration with a [flow] in it.
    #[arg(long, value_name = "FILE")]
    flow: Option<PathBuf>,
    /// Exit with 1 if there are warnings.
    #[arg(long)]
    strict: bool,
    /// Show the opening hours of the next fourteen days.
    #[arg(long)]
    week: bool,
}

impl Check {
    /// The required settings: none to check a flow alone.
    pub(super) fn needs(&self) -> Needs {
        if self.flow.is_some() { Needs::Nothing } else { Needs::Production }
    }

    pub(super) async fn run(
        self,
        config: Result<Config, ConfigErrors>,
        today: jiff::ZonedDateTime,
    ) -> Result<ExitCode, Failure> {
        let config = match config.and_then(|config| self.with_flow(config)) {
            Ok(config) => config,
            Err(errors) if self.format == Format::Json => {
                println!("{}", findings::json(&errors));
                return Ok(ExitCode::from(1));
            }
            Err(errors) => {
                print!("{}", findings::shown(&errors));
                return Ok(ExitCode::from(1));
            }
        };
        if let (Some(sip), Some(own)) = (&config.sip, &config.flow)
            && let Err(why) = line::try_voice(sip, &own.flow).await
        {
            let errors = ConfigErrors(vec![ConfigError::new("", "sip.voice", why)]);
            let as_json = self.format == Format::Json;
            println!("{}", if as_json { findings::json(&errors) } else { findings::shown(&errors) });
            return Ok(ExitCode::from(1));
        }
        let warnings = config.warnings(today.timestamp());
        let done = || if self.strict && !warnings.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS };
        let Some(own) = &config.flow else {
            println!("{}no problems; there is no flow", findings::warned(&warnings));
            return Ok(done());
        };
        if self.week {
            print!("{}", week::table(&own.flow, today.with_time_zone(config.zone).date()));
        } else if let Some(at) = self.at {
            // The time zone of the opening hours, if there are any.
            let zone =
                own.flow.draft().hours.values().next().map_or(&config.zone, |hours| &hours.schedule.zone);
            let at = zone.to_timestamp(at);
            let at = at.map_err(|error| Failure::Usage(format!("--at: {error}")))?;
            println!("at      {}", at.to_zoned_datetime(zone.clone()).strftime("%A, %Y-%m-%d %H:%M %Z"));
            let caller = playthrough::Caller {
                at,
                from: self
                    .from
                    .clone()
                    .or_else(|| ordinary_caller(&own.flow))
                    .filter(|from| from != "withheld"),
                to: self.to.as_deref(),
                presses: &self.press,
            };
            print!("{}", playthrough::transcript(&own.flow, &caller));
        } else {
            print!("{}", self.drawn(&own.flow, &warnings));
        }
        Ok(done())
    }

    /// The configuration, with the flow of `--flow` if that is given.
    fn with_flow(&self, config: Config) -> Result<Config, ConfigErrors> {
        let Some(path) = &self.flow else { return Ok(config) };
        let one = |what| ConfigErrors(vec![ConfigError::new("", "flow", what)]);
        let text = FlowText::of_either(path).map_err(one)?;
        // In a configuration with a flow in it, unknown keys are errors too.
        let unknown =
            if text.table.is_empty() { Vec::new() } else { Settings::of_text(&text.name, &text.text).errors };
        if !unknown.is_empty() {
            return Err(ConfigErrors(unknown));
        }
        let own = text.read(&config.zone, &config.builtin);
        Ok(Config { flow: Some(own.map_err(ConfigErrors)?), ..config })
    }

    fn drawn(&self, flow: &CallFlow, warnings: &[ConfigError]) -> String {
        match self.format {
            Format::Tree => {
                let warned = findings::warned(warnings);
                format!("{}{}{warned}no problems\n", draw::tree(flow), draw::paths(flow))
            }
            Format::Mermaid => draw::mermaid(flow),
            Format::Dot => draw::dot(flow),
            Format::Json => format!("{}\n", findings::with_warnings(draw::json(flow), warnings)),
        }
    }
}

/// The number of an ordinary caller: in the country of the first phone, and not a number that the flow names.
fn ordinary_caller(flow: &CallFlow) -> Option<String> {
    let phone = flow.numbers().next()?.as_str();
    let (last, rest) = (phone.chars().last()?, phone.get(..phone.len() - 1)?);
    let digits = ('0'..='9').filter(|digit| *digit != last);
    digits
        .map(|digit| format!("{rest}{digit}"))
        .find(|other| flow.numbers().all(|number| number.as_str() != other))
}
