//! The supported languages and their messages. The messages are in `locales/*.ftl`; tests check that languages and
//! templates agree.
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::Date;
use unic_langid::langid;

/// A language that the pages are available in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    French,
}

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));
static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::French));

fn bundle(language: Language) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![match language {
        Language::English => langid!("en"),
        Language::French => langid!("fr"),
    }]);
    // All arguments are left-to-right here. Isolation marks around them would end up in searches and copied text.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::English => |value, _| formatted(value, ','),
        Language::French => |value, _| formatted(value, '\u{202f}'),
    }));
    // Messages that do not parse are left out; a test checks that all of them parse.
    let resource = FluentResource::try_new(language.source().to_owned()).unwrap_or_else(|(rest, _)| rest);
    bundle.add_resource_overriding(resource);
    bundle
}

/// Whole numbers in groups of three.
fn formatted(value: &FluentValue, between: char) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, .. }) = value else { return None };
    let plain = format!("{value}");
    if plain.len() < 4 || !plain.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut grouped = String::new();
    for (place, digit) in plain.chars().enumerate() {
        if place > 0 && (plain.len() - place).is_multiple_of(3) {
            grouped.push(between);
        }
        grouped.push(digit);
    }
    Some(grouped)
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// Its code, as in `lang="…"`.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// Its name, in the language itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "Français",
        }
    }

    /// The language of a code such as `fr` or `fr-CA`.
    pub fn of_code(code: &str) -> Option<Self> {
        let base = code.split(['-', '_']).next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(base))
    }

    /// The first supported language that a browser accepts (RFC 9110, section 12.5.4), or English.
    pub fn accepted(header: &str) -> Self {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .filter_map(|range| {
                let (code, weight) = range.split_once(';').unwrap_or((range, "q=1"));
                let weight = weight.trim().strip_prefix("q=")?.parse().ok()?;
                Some((weight, Self::of_code(code)?)).filter(|(weight, _)| *weight > 0.0)
            })
            .collect();
        wanted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        wanted.first().map_or(Self::English, |(_, language)| *language)
    }

    fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../locales/en.ftl"),
            Self::French => include_str!("../../locales/fr.ftl"),
        }
    }

    fn bundle(self) -> &'static Bundle {
        match self {
            Self::English => &ENGLISH,
            Self::French => &FRENCH,
        }
    }

    /// A message without variables.
    pub fn say(self, id: &str) -> String {
        self.say_args(id, None)
    }

    /// A message with its variables.
    pub fn say_with<'a>(
        self,
        id: &str,
        values: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> String {
        self.say_args(id, Some(&values.into_iter().collect()))
    }

    /// A message with its variables, if there is one with that id.
    pub fn say_if_known<'a>(
        self,
        id: &str,
        values: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> Option<String> {
        self.bundle().get_message(id)?;
        Some(self.say_with(id, values))
    }

    /// A message, or the id itself if there is no such message; tests check that there is.
    pub fn say_args(self, id: &str, args: Option<&FluentArgs>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned()
    }

    /// A whole number.
    pub fn number(self, number: u64) -> String {
        let between = if self == Self::French { '\u{202f}' } else { ',' };
        formatted(&FluentValue::from(number), between).unwrap_or_else(|| number.to_string())
    }

    /// A day in full.
    pub fn day(self, date: Date) -> String {
        self.date("date-long", "", date)
    }

    /// A day in short, without its year.
    pub fn short_day(self, date: Date) -> String {
        self.date("date-short", "-short", date)
    }

    /// A day, formatted by the message `id`, with weekday and month names of the given length.
    fn date(self, id: &str, length: &str, date: Date) -> String {
        let (weekday, month) = (date.weekday().to_monday_one_offset(), date.month());
        let parts = [
            ("weekday", self.say(&format!("weekday{length}-{weekday}")).into()),
            ("day", i64::from(date.day()).into()),
            ("month", self.say(&format!("month{length}-{month}")).into()),
            ("year", date.year().to_string().into()),
        ];
        self.say_with(id, parts)
    }

    /// The texts of the pages' scripts, as a JSON object keyed by message id without `js-`.
    pub fn script_texts(self) -> String {
        let texts = message_ids(self.source())
            .filter_map(|id| Some((id.strip_prefix("js-")?.to_owned(), self.say(id).into())));
        serde_json::Value::Object(texts.collect()).to_string()
    }
}

/// The ids of the messages in a file.
fn message_ids(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']))
        .filter_map(|line| Some(line.split_once(" =")?.0))
}

#[cfg(test)]
mod tests;
