//! Counts of calls as text.
use frontdesk_ports::Tally;

use crate::i18n::viewer::Viewer;

/// The highest count shown; above it, counting stops.
pub(crate) const MAX_COUNTED: u32 = 999;

/// A count as text, such as `12`, or `999+` if counting stopped at [`MAX_COUNTED`].
pub(crate) fn tally_text(tally: &Tally) -> String {
    if tally.more { format!("{MAX_COUNTED}+") } else { tally.all().to_string() }
}

/// The number of calls that a list shows, as a phrase.
pub(crate) fn found_text(count: u64, more: bool, viewer: &Viewer) -> String {
    let text = if more { format!("{MAX_COUNTED}+") } else { count.to_string() };
    viewer.language.say_with("found", [("n", count.into()), ("text", text.into())])
}
