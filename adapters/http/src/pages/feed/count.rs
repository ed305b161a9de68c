//! Counts of calls as text.
use frontdesk_ports::Tally;

use crate::i18n::viewer::Viewer;

/// The highest count shown; above it, counting stops.
pub(crate) const MAX_COUNTED: u32 = 999;

/// The number of all counted calls as text, such as `12`, or `999+` if counting stopped.
pub(crate) fn tally_text(tally: &Tally) -> String {
    counted(tally, tally.all()).1
}

/// The number of calls in a list as a phrase.
pub(crate) fn found_text(tally: &Tally, viewer: &Viewer) -> String {
    let (count, text) = counted(tally, tally.all());
    viewer.language.say_with("found", [("n", count.into()), ("text", text.into())])
}

/// A count of a tally and its text. If counting stopped, it has counted one call above its limit.
pub(crate) fn counted(tally: &Tally, count: u64) -> (u64, String) {
    if tally.more {
        let at_least = count.min(tally.all().saturating_sub(1));
        return (at_least, format!("{at_least}+"));
    }
    (count, count.to_string())
}

/// Whether all calls may have more matches than those of a tab: two counts that stopped are equal.
pub(crate) fn may_exceed(all: &Tally, tab: &Tally) -> bool {
    all.more || all.all() > tab.all()
}

#[cfg(test)]
mod tests {
    use frontdesk_domain::Outcome;

    use super::*;

    #[test]
    fn a_count_that_stopped_is_a_lower_bound() {
        let by_outcome = vec![(Some(Outcome::Missed), 40), (None, 160)];
        let exact = Tally { by_outcome: by_outcome.clone(), more: false };
        assert_eq!((tally_text(&exact), counted(&exact, 40).1), ("200".into(), "40".into()));
        let stopped = Tally { by_outcome, more: true };
        assert_eq!((tally_text(&stopped), counted(&stopped, 40).1), ("199+".into(), "40+".into()));
        assert!(may_exceed(&stopped, &stopped) && may_exceed(&stopped, &exact));
        assert!(!may_exceed(&exact, &exact), "the tab has them all");
    }
}
