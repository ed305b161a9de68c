//! Checks that every caller hears a prompt in the chosen language that a carrier can speak.
use super::super::draft::FlowDraft;
use super::super::language::Language;
use super::super::problem::{Problem, ProblemKind};
use super::super::prompt::Spoken;
use super::super::target::Target;

/// The longest text a carrier speaks in one go (Twilio, error 13521: 4096 characters with the basic voices …
const LONGEST_TEXT: usize = 4096;
/// … and 3000 with named ones).
const LONGEST_FOR_VOICE: usize = 3000;

pub(super) fn check(flow: &FlowDraft, problems: &mut Vec<Problem>) {
    let languages = flow.languages();
    for (place, setting, prompt) in flow.caller_prompts() {
        for (language, spoken) in prompt.all() {
            problems.extend(kind(flow, language, spoken).map(|kind| Problem::new(&place, setting, kind)));
        }
        let missing = languages.iter().filter(|language| !prompt.has(language));
        problems.extend(missing.map(|language| {
            Problem::new(&place, setting, ProblemKind::MissingLanguage((*language).clone()))
        }));
    }
    for (name, forward) in &flow.forwards {
        for (position, destination) in forward.destinations.iter().enumerate() {
            for (language, spoken) in
                destination.screening.iter().flat_map(|screening| screening.prompt.all())
            {
                let setting = format!("to.{position}.screening.prompt");
                let place = Target::Forward(name.clone());
                problems.extend(kind(flow, language, spoken).map(|kind| Problem::new(&place, setting, kind)));
            }
        }
    }
}

fn kind(flow: &FlowDraft, language: &Language, spoken: &Spoken) -> Option<ProblemKind> {
    let text = match spoken {
        Spoken::Text(text) => text,
        Spoken::Audio(_) => return None,
        Spoken::InTurn(parts) if parts.is_empty() => return Some(ProblemKind::EmptyPrompt),
        Spoken::InTurn(parts) => {
            return parts.iter().find_map(|(language, spoken)| kind(flow, language, spoken));
        }
    };
    let length = text.chars().count();
    if text.trim().is_empty() {
        Some(ProblemKind::EmptyPrompt)
    } else if length > LONGEST_TEXT {
        Some(ProblemKind::LongPrompt(length))
    } else if length > LONGEST_FOR_VOICE && flow.voices.contains_key(language) {
        Some(ProblemKind::LongPromptForVoice(length))
    } else {
        None
    }
}
