//! Reads settings from the file and the environment: flattened to dotted keys, each with its position for error messages.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::ConfigError;
use super::flow::{FlowText, folder_of};
use super::keys::{find, is_section, nearest};
use crate::environment::Environment;

/// The prefix of environment variables that hold settings.
const PREFIX: &str = "FRONTDESK__";

/// One setting as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its position for error messages, ending in `: `.
    pub place: String,
    raw: Raw,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Raw {
    Text(String),
    Boolean(bool),
    List(Vec<String>),
    Number(String),
    /// A type that no setting has; the text describes it.
    Other(&'static str),
}

impl Value {
    /// A text without a position.
    pub fn given(text: &str) -> Self {
        Self { place: String::new(), raw: Raw::Text(text.to_owned()) }
    }

    /// As text.
    pub fn text(&self) -> Result<String, String> {
        match &self.raw {
            Raw::Text(text) => Ok(text.clone()),
            other => Err(format!("it is {}; use a text in quotes", other.kind())),
        }
    }

    /// As a boolean.
    pub fn boolean(&self) -> Result<bool, String> {
        match &self.raw {
            Raw::Boolean(yes) => Ok(*yes),
            Raw::Text(text) if text == "true" => Ok(true),
            Raw::Text(text) if text == "false" => Ok(false),
            _ => Err("use true or false".to_owned()),
        }
    }

    /// As texts: a list, or one text with commas.
    pub fn list(&self) -> Result<Vec<String>, String> {
        match &self.raw {
            Raw::List(items) => Ok(items.clone()),
            Raw::Text(text) => Ok(text
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect()),
            other => Err(format!("it is {}; use a text in quotes or a list of them", other.kind())),
        }
    }

    /// As a count, at least 1.
    pub fn count(&self) -> Result<u32, String> {
        let bad = || "use a whole number from 1 on".to_owned();
        let (Raw::Text(text) | Raw::Number(text)) = &self.raw else { return Err(bad()) };
        text.parse().ok().filter(|count| *count > 0).ok_or_else(bad)
    }

    /// As a duration.
    pub fn duration(&self) -> Result<Duration, String> {
        super::parse_duration(&self.text()?)
    }
}

impl Raw {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Boolean(_) => "true or false",
            Self::List(_) => "a list",
            Self::Number(_) => "a number",
            Self::Other(kind) => kind,
        }
    }
}

/// The file that holds the settings: the one named, or `frontdesk.toml` if there is one.
fn configuration_file(named: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    let named = named.map(Path::to_owned).or_else(|| environment.get("FRONTDESK_CONFIG").map(PathBuf::from));
    let default = PathBuf::from("frontdesk.toml");
    named.or_else(|| default.exists().then_some(default))
}

/// Whether there are settings, in a file or in the environment.
pub fn is_configured(named: Option<&Path>, environment: &Environment) -> bool {
    let in_environment = |(name, value): (&String, &String)| name.starts_with(PREFIX) && !value.is_empty();
    configuration_file(named, environment).is_some() || environment.variables.iter().any(in_environment)
}

/// Settings by dotted key, and the errors found while reading them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The values.
    pub values: BTreeMap<String, Value>,
    /// The company's own flow, if it is in the same file.
    pub flow: Option<FlowText>,
    /// Errors in the file, the key names or the secrets' files.
    pub errors: Vec<ConfigError>,
}

impl Settings {
    /// Reads the file (the one named, or `frontdesk.toml` if there is one), then the environment, which wins.
    pub fn read(file: Option<&Path>, environment: &Environment) -> Self {
        let mut found = Self::default();
        if let Some(path) = configuration_file(file, environment) {
            found.read_file(&path);
        }
        found.read_environment(environment);
        found
    }

    /// Reads a text, but not the environment. `name` is the file name in error messages.
    pub fn of_text(name: &str, text: &str) -> Self {
        let mut found = Self::default();
        found.read_text(name, text);
        found
    }

    fn error(&mut self, place: &str, key: &str, what: String) {
        self.errors.push(ConfigError::new(place, key, what));
    }

    fn read_file(&mut self, path: &Path) {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.error("", &name, format!("cannot be read: {error}")),
        };
        self.read_text(&name, &text);
    }

    fn read_text(&mut self, name: &str, text: &str) {
        match DeTable::parse(text) {
            Ok(table) => self.read_table(name, text, "", table.get_ref()),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(text, span.start));
                self.error(&format!("{name}:{line}: "), "syntax", error.message().to_owned());
            }
        }
    }

    fn read_table(&mut self, name: &str, text: &str, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let dotted = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            let place = format!("{name}:{}: ", line_of(text, key.span().start));
            let known = find(&dotted).is_some();
            if dotted == "flow" {
                self.find_flow(name, text, place, value.get_ref());
                continue;
            }
            let raw = match value.get_ref() {
                DeValue::Table(inner) if !known && is_section(&dotted) => {
                    self.read_table(name, text, &dotted, inner);
                    continue;
                }
                DeValue::String(text) => Raw::Text(text.to_string()),
                DeValue::Boolean(yes) => Raw::Boolean(*yes),
                DeValue::Array(items) => {
                    let texts = items.iter().map(|item| item.get_ref().as_str().map(ToOwned::to_owned));
                    texts
                        .collect::<Option<_>>()
                        .map_or(Raw::Other("a list of other things than texts"), Raw::List)
                }
                DeValue::Integer(number) => Raw::Number(number.to_string()),
                DeValue::Float(_) => Raw::Other("a number"),
                DeValue::Datetime(_) => Raw::Other("a date"),
                DeValue::Table(_) => Raw::Other("a table"),
            };
            self.set(&dotted, Value { place, raw });
        }
    }

    /// Reads `flow`: the flow as a table, or the name of its file, relative to the folder of this file.
    fn find_flow(&mut self, name: &str, text: &str, place: String, value: &DeValue<'_>) {
        let folder = folder_of(Path::new(name));
        if let DeValue::Table(_) = value {
            self.flow =
                Some(FlowText { name: name.to_owned(), text: text.to_owned(), table: "flow", folder });
            return;
        }
        let raw = value.as_str().map_or(Raw::Other("neither a table nor a text"), |file| {
            Raw::Text(folder.join(file).display().to_string())
        });
        self.set("flow", Value { place, raw });
    }

    fn read_environment(&mut self, environment: &Environment) {
        for variable in environment.unreadable.iter().filter(|name| name.starts_with(PREFIX)) {
            self.error("", variable, "its value is not UTF-8; write it in UTF-8".to_owned());
        }
        // Compose files set variables without a value (`${NAME:-}`) to the empty string.
        let given = environment.variables.iter().filter(|(_, value)| !value.is_empty());
        for (variable, value) in given {
            if let Some(name) = variable.strip_prefix(PREFIX) {
                let key = name.to_ascii_lowercase().replace("__", ".");
                self.set(&key, Value { place: format!("{variable}: "), raw: Raw::Text(value.clone()) });
            }
        }
    }

    fn set(&mut self, key: &str, value: Value) {
        match find(key) {
            None => {
                let what = format!("there is no such key; did you mean {}?", nearest(key));
                // A key that would be invisible in the message.
                let odd = key.trim().is_empty() || key.contains(char::is_control);
                let named = if odd { format!("{key:?}") } else { key.to_owned() };
                self.error(&value.place, &named, what);
            }
            Some((_, false)) => {
                self.values.insert(key.to_owned(), value);
            }
            Some((_, true)) => match value.text().and_then(|path| read_secret(&path)) {
                Ok(secret) => {
                    let base = key.strip_suffix("_file").unwrap_or(key).to_owned();
                    self.values.insert(base, Value { place: value.place, raw: Raw::Text(secret) });
                }
                Err(what) => self.error(&value.place, key, what),
            },
        }
    }
}

/// Reads a secret's file, without the byte order mark, blanks and line ends that editors add.
fn read_secret(path: &str) -> Result<String, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("the file {path} cannot be read: {error}"))?;
    Ok(text.trim_start_matches('\u{feff}').trim().to_owned())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&b| b == b'\n').count() + 1
}
