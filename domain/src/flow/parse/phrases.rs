//! The built-in phrases for prompts that a flow leaves out, in the languages that have them.

/// The built-in phrases in one language.
pub(super) struct Phrases {
    pub no_input: &'static str,
    pub no_match: &'static str,
    pub unavailable: &'static str,
    pub greeting: &'static str,
    pub farewell: &'static str,
    pub confirm: &'static str,
    pub screening: &'static str,
    pub withheld: &'static str,
    pub no_number: &'static str,
    pub unknown: &'static str,
}

const ENGLISH: Phrases = Phrases {
    no_input: "We did not hear a key.",
    no_match: "Sorry, that key has no meaning here.",
    unavailable: "Sorry, nobody can take your call right now.",
    greeting: "Please leave a message after the tone. It will be recorded. When you have finished, hang up or press hash.",
    farewell: "Thank you. Goodbye.",
    confirm: "To keep your message, press 1 or hang up. To record it again, press 2.",
    screening: "You have a call from {caller}. To take it, press 1. To decline, press 2.",
    withheld: "a withheld number",
    no_number: "a caller without a number",
    unknown: "a caller",
};

const FRENCH: Phrases = Phrases {
    no_input: "Nous n'avons pas entendu de touche.",
    no_match: "Désolé, cette touche n'a pas de signification ici.",
    unavailable: "Désolé, personne ne peut prendre votre appel pour le moment.",
    greeting: "Merci de laisser un message après le signal. Il sera enregistré. Pour terminer, raccrochez ou appuyez sur dièse.",
    farewell: "Merci. Au revoir.",
    confirm: "Pour garder votre message, tapez 1 ou raccrochez. Pour l'enregistrer à nouveau, tapez 2.",
    screening: "Vous avez un appel de {caller}. Pour le prendre, tapez 1. Pour le refuser, tapez 2.",
    withheld: "un numéro masqué",
    no_number: "un appelant sans numéro",
    unknown: "un appelant",
};

impl Phrases {
    /// The phrases for a language, by its primary subtag (`fr` of `fr-CA`).
    pub fn of(primary: &str) -> Option<&'static Self> {
        match primary {
            "en" => Some(&ENGLISH),
            "fr" => Some(&FRENCH),
            _ => None,
        }
    }
}
