use super::*;

fn shown(query: &str, zone: &str, now: &str) -> Result<Shown, BadParameter> {
    starting(Tab::All, query, zone, now)
}

fn starting(start: Tab, query: &str, zone: &str, now: &str) -> Result<Shown, BadParameter> {
    let pairs = crate::query::pairs(Some(query));
    let viewer = Viewer { start, ..Viewer::in_zone(TimeZone::get(zone).expect("a zone")) };
    Shown::read(&pairs, &viewer, now.parse().expect("a time"))
}

#[test]
fn an_address_contains_only_what_is_set() {
    let now = "2026-11-25T12:00:00Z";
    let first = shown("", "UTC", now).unwrap();
    assert!(first.tab == Tab::All && !first.query.attention);
    assert_eq!(first.page(Tab::All, &[]), "/");
    assert_eq!(first.page(Tab::Missed, &[]), "/?tab=missed");
    assert_eq!(first.address("/events", &[("after", "7")]), "/events?tab=all&after=7");
    let empty = shown("tab=all&q=&range=", "UTC", now).unwrap();
    assert_eq!(empty.page(empty.tab, &[]), "/");
    let filtered = shown("tab=all&range=today", "UTC", now).unwrap();
    assert_eq!(filtered.page(filtered.tab, &[]), "/?range=today");
    let chosen = starting(Tab::Attention, "", "UTC", now).unwrap();
    assert!(chosen.tab == Tab::Attention && chosen.query.attention);
    assert_eq!(
        (chosen.page(Tab::All, &[]), chosen.page(Tab::Attention, &[])),
        ("/?tab=all".into(), "/".into())
    );
    let all = starting(Tab::Attention, "q=ann", "UTC", now).unwrap();
    assert_eq!((all.tab, all.page(all.tab, &[])), (Tab::All, "/?q=ann".to_owned()));
    assert_eq!(all.without_filters(Tab::All), "/?tab=all");
}

#[test]
fn a_search_is_over_everything_unless_a_tab_is_named() {
    let now = "2026-11-25T12:00:00Z";
    let search = shown("q=ann", "UTC", now).unwrap();
    assert!(search.tab == Tab::All && !search.query.attention);
    let both = shown("q=ann&tab=attention", "UTC", now).unwrap();
    assert!(both.query.attention && both.query.text.is_some());
    assert_eq!(both.page(Tab::Done, &[("cursor", "x")]), "/?tab=done&q=ann&cursor=x");
    let missed = shown("outcome=answered&tab=missed&q=ann", "UTC", now).unwrap();
    assert_eq!(missed.query.outcome, Some(Outcome::Missed), "the tab's outcome takes precedence");
    assert_eq!(missed.page(Tab::Missed, &[]), "/?tab=missed&q=ann");
    assert_eq!(shown("tab=none", "UTC", now).unwrap_err().name, "tab");
    assert_eq!(shown("range=ever", "UTC", now).unwrap_err().name, "range");
}

#[test]
fn days_are_the_viewers_also_when_clocks_change() {
    // In Paris, 25 October 2026 has 25 hours.
    let day = shown("range=today", "Europe/Paris", "2026-10-25T12:00:00Z").unwrap().query;
    assert_eq!(
        (day.since, day.until),
        (Some("2026-10-24T22:00:00Z".parse().unwrap()), Some("2026-10-25T23:00:00Z".parse().unwrap()))
    );
    let week = shown("range=week", "Europe/Paris", "2026-10-25T12:00:00Z").unwrap().query;
    assert_eq!(week.since, Some("2026-10-18T22:00:00Z".parse().unwrap()), "Monday");
    let jump = shown("on=2026-10-25&tab=all", "Europe/Paris", "2026-11-25T12:00:00Z").unwrap().query;
    assert_eq!((jump.since, jump.until), (None, Some("2026-10-25T23:00:00Z".parse().unwrap())));
}
