//! Checks that callers hear every prompt in each language they can choose, and that the carrier can speak all prompts.
use super::super::carrier_limits::CarrierLimits;
use super::super::draft::FlowDraft;
use super::super::language::Language;
use super::super::problem::{Problem, ProblemKind};
use super::super::prompt::Spoken;
use super::super::target::Target;

pub(super) fn check(flow: &FlowDraft, limits: &CarrierLimits, problems: &mut Vec<Problem>) {
    let languages = flow.languages();
    for (place, setting, prompt) in flow.caller_prompts() {
        for (language, spoken) in prompt.all() {
            problems
                .extend(kind(flow, limits, language, spoken).map(|kind| Problem::new(&place, setting, kind)));
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
                problems.extend(
                    kind(flow, limits, language, spoken).map(|kind| Problem::new(&place, setting, kind)),
                );
            }
        }
    }
}

fn kind(
    flow: &FlowDraft,
    limits: &CarrierLimits,
    language: &Language,
    spoken: &Spoken,
) -> Option<ProblemKind> {
    let text = match spoken {
        Spoken::Text(text) => text,
        Spoken::Audio(_) => return None,
        Spoken::InTurn(parts) if parts.is_empty() => return Some(ProblemKind::EmptyPrompt),
        Spoken::InTurn(parts) => {
            return parts.iter().find_map(|(language, spoken)| kind(flow, limits, language, spoken));
        }
    };
    let length = text.chars().count();
    if text.trim().is_empty() {
        Some(ProblemKind::EmptyPrompt)
    } else if length > limits.text {
        Some(ProblemKind::LongPrompt { length, most: limits.text })
    } else if length > limits.text_with_voice && flow.voices.contains_key(language) {
        Some(ProblemKind::LongPromptForVoice { length, most: limits.text_with_voice })
    } else {
        None
    }
}
