//! Parses durations and times as people write them.
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

/// The longest duration that can be written: a hundred years.
const LONGEST: Duration = Duration::from_secs(36_525 * 86_400);

/// Parses a duration such as `30s`, `15m`, `24h`, `90d`, `12w`, of at most a hundred years.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(frontdesk_domain::duration::parse_duration("15m"), Ok(Duration::from_secs(900)));
/// assert!(frontdesk_domain::duration::parse_duration("15").is_err(), "without a unit");
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let bad = || {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{text:?} has no unit; add s, m, h, d or w, such as {text}m")
        } else {
            format!("{text:?} is not a duration; use a number with s, m, h, d or w, such as 15m")
        }
    };
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
    let (number, unit) = text.split_at(split);
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(bad()),
    };
    if number.is_empty() {
        return Err(bad());
    }
    let duration = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
    let fits = duration.map(Duration::from_secs).filter(|duration| *duration <= LONGEST);
    fits.ok_or_else(|| format!("{text} is longer than a hundred years; use a shorter time"))
}

/// Parses a point in time: a time of day (its next occurrence), a duration from now, or a local date and time.
///
/// ```
/// use frontdesk_domain::{TimeZone, Timestamp};
/// use frontdesk_domain::duration::parse_until;
///
/// let now: Timestamp = "2026-11-22T09:00:00Z".parse()?;
/// let until = parse_until("13:30", now, &TimeZone::UTC).expect("a time of day");
/// assert_eq!(until, "2026-11-22T13:30:00Z".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let bad = || format!("{text:?} is not a time; use one such as 14:00, 2h or 2026-12-24T14:00");
    if let Ok(from_now) = parse_duration(text) {
        return now.checked_add(from_now).map_err(|_| bad());
    }
    if let Ok(local) = text.parse::<DateTime>() {
        return zone.to_timestamp(local).map_err(|_| bad());
    }
    let time: Time = format!("{text}:00").parse().map_err(|_| bad())?;
    let today = now.to_zoned_datetime(zone.clone()).date();
    let days = [Some(today), today.tomorrow().ok()].into_iter().flatten();
    let instants = days.filter_map(|day| zone.to_timestamp(day.to_datetime(time)).ok());
    instants.into_iter().find(|instant| *instant > now).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_number_and_a_unit() {
        assert_eq!(parse_duration("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(parse_duration("0d"), Ok(Duration::ZERO));
        for bad in ["", "15", "m", "1.5h", "-1s", "15 m", "9999999999999999999w"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_of_day_means_its_next_occurrence() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let at = |text: &str| {
            parse_until(text, "2026-11-25T12:30:00Z".parse().unwrap(), &zone).map(|at| at.to_string())
        };
        assert_eq!(at("14:00").unwrap(), "2026-11-25T13:00:00Z");
        assert_eq!(at("13:00").unwrap(), "2026-11-26T12:00:00Z", "13:00 has passed, so it is tomorrow");
        assert_eq!(at("2h").unwrap(), "2026-11-25T14:30:00Z");
        assert_eq!(at("2026-12-24T14:00").unwrap(), "2026-12-24T13:00:00Z");
        for bad in ["", "tomorrow", "25:00", "14h00"] {
            assert!(at(bad).unwrap_err().contains("is not a time"), "{bad}");
        }
    }
}
