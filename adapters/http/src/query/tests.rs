use super::*;

fn read(query: &str) -> Result<CallQuery, BadParameter> {
    call_query(&pairs(Some(query)), &TimeZone::fixed(jiff::tz::offset(1)))
}

#[test]
fn parameters_are_parsed() {
    let query = read("limit=7&outcome=missed&state=ended&from=+33123&q=Ann&since=2026-11-22&until=2026-11-22T10:00:00Z&to=").unwrap();
    assert_eq!((query.limit, query.from.as_deref(), query.to), (7, Some("+33123"), None));
    assert_eq!(
        query.since,
        Some("2026-11-21T23:00:00Z".parse().unwrap()),
        "a day begins in the company's zone"
    );
    assert_eq!(query.until, Some("2026-11-22T10:00:00Z".parse().unwrap()));
}

#[test]
fn a_phone_is_found_by_number_ending_extension_and_address() {
    for (asked, compared) in [
        ("+33611223344", "+33611223344"),
        ("223344", "*223344"),
        ("0611223344", "*611223344"),
        ("101", "101"),
        ("sip:Ann@192.0.2.20", "sip:Ann@192.0.2.20"),
    ] {
        let query = read(&format!("destination={}", asked.replace('+', "%2B"))).unwrap();
        assert_eq!(query.destination.as_deref(), Some(compared), "{asked}");
    }
}

#[test]
fn through_includes_its_whole_day() {
    let query = read("since=2026-11-22&through=2026-11-22").unwrap();
    assert_eq!(query.since, Some("2026-11-21T23:00:00Z".parse().unwrap()));
    assert_eq!(query.until, Some("2026-11-22T23:00:00Z".parse().unwrap()));
}

#[test]
fn errors_name_the_invalid_parameter() {
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("cursor=x", "cursor"),
        ("outcome=lost", "outcome"),
        ("state=gone", "state"),
        ("since=yesterday", "since"),
        ("until=2026-13-01", "until"),
        ("through=2026-11-22T10:00:00Z", "through"),
        ("through=9999-12-31", "through"),
        ("since=2026-11-22T15:00:00", "since"),
        ("q=%00", "q"),
        ("handled=maybe", "handled"),
        ("reason=because", "reason"),
        ("outcom=missed", "outcom"),
    ] {
        assert_eq!(read(query).unwrap_err().name, name, "{query}");
    }
}
