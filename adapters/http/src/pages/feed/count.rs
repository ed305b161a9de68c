//! How counts of calls are written.
use frontdesk_ports::Tally;

use crate::i18n::viewer::Viewer;

/// The highest count shown; higher counts help no one.
pub(crate) const MAX_COUNTED: u32 = 999;

/// How many, up to the bound of counting.
pub(crate) fn tally_text(tally: &Tally) -> String {
    if tally.more { format!("{MAX_COUNTED}+") } else { tally.all().to_string() }
}

/// How many calls a list shows, in words.
pub(crate) fn found_text(count: u64, more: bool, viewer: &Viewer) -> String {
    let text = if more { format!("{MAX_COUNTED}+") } else { count.to_string() };
    viewer.language.say_with("found", [("n", count.into()), ("text", text.into())])
}
