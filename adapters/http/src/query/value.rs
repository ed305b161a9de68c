//! Parses the values of parameters.
use frontdesk_domain::phone::digits_of;
use frontdesk_domain::{CallerId, PhoneAddress, PhoneNumber, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The fewest digits that are compared with the end of a number; fewer digits are compared with the whole number.
const MIN_SUFFIX_DIGITS: usize = 6;

pub(super) fn yes_or_no(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "use true or false".to_owned())
}

/// A number or address in the format of the log. A number without a country code matches the end of a number (`*…`).
pub(super) fn number(value: &str) -> String {
    // An unencoded `+` arrives as a space.
    let value = value.strip_prefix(' ').map_or_else(|| value.to_owned(), |digits| format!("+{digits}"));
    if let Some(number) = PhoneNumber::read(&value, None) {
        return number.to_string();
    }
    match CallerId::read(&value) {
        CallerId::Other(text) => match digits_of(&text) {
            Some(digits) if digits.len() >= MIN_SUFFIX_DIGITS => {
                format!("*{}", digits.trim_start_matches('0'))
            }
            _ => text.to_lowercase(),
        },
        caller => caller.identity("").unwrap_or(value),
    }
}

/// A phone that was rung: a SIP address unchanged, and anything else as a number.
pub(super) fn phone(value: &str) -> String {
    let address = value.parse().ok().filter(PhoneAddress::is_sip);
    address.map_or_else(|| number(value), |address| address.to_string())
}

/// A date alone: a time without an offset is refused, because its zone is unknown.
pub(crate) fn whole_day(value: &str) -> Option<Date> {
    value.get(..10).filter(|day| *day == value)?.parse().ok()
}

/// An instant, or the first instant of a day in the company's zone.
pub(crate) fn time(value: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    // As above: an unencoded `+` of the offset arrives as a space.
    let value = value.replace(' ', "+");
    let day = || whole_day(&value)?.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp());
    value
        .parse()
        .ok()
        .or_else(day)
        .ok_or_else(|| "use a time such as 2026-11-22T09:00:00Z or a day such as 2026-11-22".to_owned())
}

/// The instant at which a day in the company's zone is over.
pub(super) fn end_of_day(value: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    whole_day(value)
        .and_then(|day| day.tomorrow().ok())
        .and_then(|next| next.to_zoned_datetime(zone.clone()).ok())
        .map(|zoned| zoned.timestamp())
        .ok_or_else(|| "use a day such as 2026-11-22".to_owned())
}
