//! When the company is open: weekly ranges in a zone's local time, and dates with other ranges.
//!
//! A range opens at the first instant at which the local clock shows its beginning or later, and closes at the first
//! instant at which it shows its end or later. So each range opens once and closes once, even on days on which the
//! clock skips its beginning or shows it twice. A range past midnight belongs to the day on which it begins.
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use crate::named;

/// The minutes of a day.
const DAY: u16 = 24 * 60;
/// How many days are searched for the next change: more than two years.
const HORIZON: usize = 800;

/// A range of hours in local time; it goes past midnight if its end is not after its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Range {
    from: u16,
    to: u16,
}

/// A text that is not a valid range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid range of hours; use two times such as 09:00-12:30, or 22:00-02:00 past midnight"
)]
pub struct InvalidRange(String);

impl Range {
    /// The whole day.
    pub const ALL_DAY: Self = Self { from: 0, to: DAY };

    /// Whether it ends on the next day.
    pub fn is_past_midnight(self) -> bool {
        self.to <= self.from
    }
}

impl FromStr for Range {
    type Err = InvalidRange;
    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let read = || {
            let (from, to) = text.split_once('-')?;
            let (from, to) = (minutes(from.trim())?, minutes(to.trim())?);
            (from < DAY && to > 0 && from != to).then_some(Self { from, to })
        };
        // An end of 00:00 means the end of the day.
        read()
            .or_else(|| {
                let from = minutes(text.strip_suffix("-00:00")?.trim())?;
                (from < DAY).then_some(Self { from, to: DAY })
            })
            .ok_or_else(|| InvalidRange(text.to_owned()))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// `09:30` as minutes; `24:00` is the end of the day.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let fits = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if fits { part.parse::<u16>().ok() } else { None }
    };
    let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
    (minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
}

/// The calendar days that a dated rule applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// One day.
    One(Date),
    /// Every day from the first to the second, inclusive.
    Span(Date, Date),
    /// This day every year; 29 February in leap years only.
    Yearly {
        /// The month, from 1.
        month: i8,
        /// The day, from 1.
        day: i8,
        /// The first year, if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<i16>,
    },
}

/// A text that is not a valid day or span of days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid day; use a date such as 2026-12-24, two of them such as 2026-12-24..2027-01-02, or 12-25 for every year"
)]
pub struct InvalidDays(String);

impl Days {
    fn cover(self, date: Date) -> bool {
        match self {
            Self::One(day) => day == date,
            Self::Span(first, last) => (first..=last).contains(&date),
            Self::Yearly { month, day, since } => {
                (date.month(), date.day()) == (month, day) && since.is_none_or(|year| date.year() >= year)
            }
        }
    }

    /// The rank of the rule: if several rules apply to a day, the most specific (lowest) wins.
    fn generality(self) -> i64 {
        match self {
            Self::One(_) => 0,
            Self::Yearly { .. } => 1,
            Self::Span(first, last) => 2 + i64::from((last - first).get_days()),
        }
    }

    /// The last of the days; `None` if they recur every year.
    pub fn last(self) -> Option<Date> {
        match self {
            Self::One(day) | Self::Span(_, day) => Some(day),
            Self::Yearly { .. } => None,
        }
    }
}

impl FromStr for Days {
    type Err = InvalidDays;
    fn from_str(text: &str) -> Result<Self, InvalidDays> {
        let bad = || InvalidDays(text.to_owned());
        if let Some((first, last)) = text.split_once("..") {
            let (first, last): (Date, Date) =
                (first.parse().map_err(|_| bad())?, last.parse().map_err(|_| bad())?);
            return if first <= last { Ok(Self::Span(first, last)) } else { Err(bad()) };
        }
        if let Some((month, day)) = text.split_once('-').filter(|_| text.len() == 5) {
            let (month, day) = (month.parse().map_err(|_| bad())?, day.parse().map_err(|_| bad())?);
            // 2024 is a leap year, so 29 February is accepted.
            return Date::new(2024, month, day)
                .map(|_| Self::Yearly { month, day, since: None })
                .map_err(|_| bad());
        }
        text.parse().map(Self::One).map_err(|_| bad())
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(day) => day.fmt(f),
            Self::Span(first, last) => write!(f, "{first}..{last}"),
            Self::Yearly { month, day, since: None } => write!(f, "{month:02}-{day:02}"),
            Self::Yearly { month, day, since: Some(year) } => write!(f, "{month:02}-{day:02} since {year}"),
        }
    }
}

/// Hours that replace the weekly hours on some dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatedRule {
    /// The days.
    pub days: Days,
    /// The hours of those days; empty if closed.
    pub ranges: Vec<Range>,
}

/// Weekly opening hours with dated exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// The time zone of the hours.
    #[serde(serialize_with = "iana_name")]
    pub zone: TimeZone,
    /// The hours of each weekday, Monday first.
    pub week: [Vec<Range>; 7],
    /// The hours of some dates instead.
    pub dates: Vec<DatedRule>,
}

/// From this many one-time dates on, the dates count as a list of holidays.
const LIST: usize = 5;

impl Schedule {
    /// The last date of the list of holidays; `None` if there is no list. A few one-time dates next to yearly dates are
    /// exceptions, not a list.
    pub fn listed_until(&self) -> Option<Date> {
        let once: Vec<Date> = self.dates.iter().filter_map(|rule| rule.days.last()).collect();
        let is_list = once.len() >= LIST || once.len() == self.dates.len();
        once.into_iter().max().filter(|_| is_list)
    }
}

/// Whether it is open at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Opening {
    /// It is open.
    Open,
    /// It is closed.
    Closed,
    /// It is closed, and a dated rule closes it the whole day.
    Holiday,
}

named!(Opening);

fn iana_name<S: serde::Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    zone.iana_name().unwrap_or("UTC").serialize(serializer)
}

impl Schedule {
    /// A schedule that never opens, to which days and dates can be added.
    pub fn closed(zone: TimeZone) -> Self {
        Self { zone, week: Default::default(), dates: Vec::new() }
    }

    /// The hours of a weekday.
    pub fn day_mut(&mut self, day: Weekday) -> &mut Vec<Range> {
        &mut self.week[usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()]
    }

    /// Whether it is open at that instant.
    ///
    /// ```
    /// use frontdesk_domain::TimeZone;
    /// use frontdesk_domain::flow::{Opening, Schedule};
    ///
    /// let mut office = Schedule::closed(TimeZone::UTC);
    /// office.day_mut(jiff::civil::Weekday::Monday).push("09:00-17:30".parse()?);
    /// assert_eq!(office.at("2026-11-23T10:00:00Z".parse()?), Opening::Open, "a Monday");
    /// assert_eq!(office.at("2026-11-24T10:00:00Z".parse()?), Opening::Closed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, now: Timestamp) -> Opening {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let near = [today.yesterday().ok(), Some(today), today.tomorrow().ok()];
        let open =
            near.into_iter().flatten().any(|day| self.opens(day).any(|(from, to)| from <= now && now < to));
        match self.dated(today) {
            _ if open => Opening::Open,
            Some(rule) if rule.ranges.is_empty() => Opening::Holiday,
            _ => Opening::Closed,
        }
    }

    /// The next instant after `now` at which it opens or closes; `None` if there is no change for more than two years.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let open = |at| self.at(at) == Opening::Open;
        let is_open = open(now);
        let first = now.to_zoned_datetime(self.zone.clone()).date().yesterday().ok()?;
        let mut changes: Vec<Timestamp> = Vec::new();
        for (passed, day) in first.series(jiff::Span::new().days(1)).take(HORIZON).enumerate() {
            changes.extend(self.opens(day).flat_map(|(from, to)| [from, to]).filter(|at| *at > now));
            changes.sort_unstable();
            // Until the ranges of yesterday, today and tomorrow are included, an earlier change may be missing.
            if passed >= 2 {
                if let Some(found) = changes.iter().copied().find(|at| open(*at) != is_open) {
                    return Some(found);
                }
                changes.clear();
            }
        }
        None
    }

    /// Whether it is open at all, on any day of the week or any date.
    pub fn has_hours(&self) -> bool {
        let dated = self.dates.iter().map(|rule| &rule.ranges);
        self.week.iter().chain(dated).any(|ranges| !ranges.is_empty())
    }

    /// The hours of a day, from the week or from a dated rule.
    pub fn ranges(&self, day: Date) -> &[Range] {
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        self.dated(day).map_or(&self.week[weekday], |rule| &rule.ranges)
    }

    /// The dated rule that applies to a day.
    pub fn dated(&self, day: Date) -> Option<&DatedRule> {
        self.dates.iter().filter(|rule| rule.days.cover(day)).min_by_key(|rule| rule.days.generality())
    }

    /// When the ranges of a day open and close.
    fn opens(&self, day: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        self.ranges(day).iter().filter_map(move |range| {
            let last = if range.is_past_midnight() { day.tomorrow().ok()? } else { day };
            let (from, to) = (self.first_at(day, range.from), self.first_at(last, range.to));
            // The clock can skip a whole range.
            (from < to).then_some((from, to))
        })
    }

    /// The first instant at which the local clock shows that minute of that day, or a later one.
    fn first_at(&self, day: Date, minute: u16) -> Timestamp {
        let (day, minute) = if minute >= DAY { (day.tomorrow().unwrap_or(day), 0) } else { (day, minute) };
        let (hour, minute) = (i8::try_from(minute / 60).unwrap_or(0), i8::try_from(minute % 60).unwrap_or(0));
        let local = day.to_datetime(Time::new(hour, minute, 0, 0).unwrap_or_default());
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let is_gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
        let earlier = ambiguous.earlier().unwrap_or(Timestamp::MAX);
        if is_gap {
            // The clock skips this minute: the first later minute is shown after the jump.
            return self.zone.following(earlier).next().map_or(earlier, |jump| jump.timestamp());
        }
        earlier
    }
}

#[cfg(test)]
mod tests;
