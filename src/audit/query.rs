//! What to look for: filters, a range of time, an order.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What can be filtered by. The numbers stand in databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Field {
    /// `type`.
    Type,
    /// `kind:id`.
    Actor,
    /// `action`.
    Action,
    /// `resource`.
    Resource,
    /// `decision`.
    Decision,
    /// `severity`.
    Severity,
    /// `correlation`.
    Correlation,
    /// `tenant`.
    Tenant,
    /// One of `tags`.
    Tag,
    /// The hour of `ts`, `2026-11-20T12`, in UTC.
    Hour,
}

impl Field {
    /// Every one, in the order of their numbers.
    pub const ALL: [Field; 10] = [
        Field::Type,
        Field::Actor,
        Field::Action,
        Field::Resource,
        Field::Decision,
        Field::Severity,
        Field::Correlation,
        Field::Tenant,
        Field::Tag,
        Field::Hour,
    ];

    /// How messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Field::Type => "type",
            Field::Actor => "actor",
            Field::Action => "action",
            Field::Resource => "resource",
            Field::Decision => "decision",
            Field::Severity => "severity",
            Field::Correlation => "correlation",
            Field::Tenant => "tenant",
            Field::Tag => "tags",
            Field::Hour => "hour",
        }
    }
}

/// A query: every field that is listed must match one of its patterns (`*`, `?` and `[…]` as in shells; an actor may be
/// given without its kind).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Filters.
    pub fields: Vec<(Field, Vec<String>)>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// At most so many.
    pub limit: Option<u64>,
    /// The newest first.
    pub reverse: bool,
}

impl Query {
    /// Adds a filter unless it is empty.
    pub fn filter(mut self, field: Field, patterns: &[String]) -> Self {
        if !patterns.is_empty() {
            self.fields.push((field, patterns.to_vec()));
        }
        self
    }

    /// Sets the range of time.
    ///
    /// # Errors
    /// A range that ends before it begins.
    pub fn between(mut self, from: Option<Timestamp>, to: Option<Timestamp>) -> Result<Self, String> {
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(format!("the time range ends ({to}) before it begins ({from})"));
        }
        (self.from, self.to) = (from, to);
        Ok(self)
    }
}

/// Reads a duration: `90s`, `5m`, `24h`, `7d`, `2w`, and sums of them (`1d12h`).
///
/// # Errors
/// What it should look like.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("`{text}` is no duration: write 90s, 5m, 24h, 7d or 2w");
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|n| *n > 0).ok_or_else(wrong)?;
        let number: i64 = rest[..digits].parse().map_err(|_| wrong())?;
        let mut unit = rest[digits..].chars();
        let seconds = match unit.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            _ => return Err(wrong()),
        };
        total = number.checked_mul(seconds).and_then(|n| total.checked_add(n)).ok_or_else(wrong)?;
        rest = unit.as_str();
    }
    if text.is_empty() || total > 366 * 1000 * 86_400 { Err(wrong()) } else { Ok(SignedDuration::from_secs(total)) }
}

/// Reads a point in time: RFC 3339, a date or a date and time in `zone`, or a duration before `now`.
///
/// # Errors
/// What it should look like.
pub fn parse_time(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    // A date and time is no date: jiff would read the date and drop the rest.
    let civil = match text.len() {
        10 => text.parse::<Date>().ok().map(|d| d.at(0, 0, 0, 0)),
        _ => text.parse::<DateTime>().ok(),
    };
    if let Some(civil) = civil {
        let zoned = zone.to_ambiguous_zoned(civil).compatible();
        return zoned.map(|z| z.timestamp()).map_err(|e| format!("`{text}`: {e}"));
    }
    let ago = parse_duration(text).ok().and_then(|d| now.checked_sub(d).ok());
    ago.ok_or_else(|| {
        format!("`{text}` is no time: write 2026-11-20, 2026-11-20T12:00, 2026-11-20T12:00:00Z, or 24h for a day ago")
    })
}

/// The name that was probably meant.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|k| (strsim::jaro_winkler(name, k), k));
    scored.filter(|(score, _)| *score > 0.75).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn durations() {
        for (text, seconds) in
            [("90s", 90), ("5m", 300), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600), ("1d12h", 129_600)]
        {
            assert_eq!(parse_duration(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for bad in ["", "7", "d", "7y", "-1h", "1.5h", "99999999999999999999s", "9999999999w", "1h "] {
            assert!(parse_duration(bad).unwrap_err().contains("no duration"), "{bad}");
        }
    }

    #[test]
    fn times() {
        let now = at("2026-11-20T12:00:00Z");
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        for (text, expected) in [
            ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("2026-11-20", "2026-11-19T22:00:00Z"),
            ("2026-11-20T12:30", "2026-11-20T10:30:00Z"),
            ("2026-11-20 12:30:15", "2026-11-20T10:30:15Z"),
            ("24h", "2026-11-19T12:00:00Z"),
        ] {
            assert_eq!(parse_time(text, &zone, now), Ok(at(expected)), "{text}");
        }
        assert!(parse_time("yesterday", &zone, now).unwrap_err().contains("no time"));
    }

    #[test]
    fn a_range_that_ends_before_it_begins() {
        let (early, late) = (at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
        assert!(Query::default().between(Some(early), Some(late)).is_ok());
        assert!(Query::default().between(Some(late), Some(early)).unwrap_err().contains("ends (2026-01-01"));
    }

    #[test]
    fn suggestions() {
        assert_eq!(did_you_mean("gate.aproved", ["gate.approved", "check.blocked"]), Some("gate.approved"));
        assert_eq!(did_you_mean("xyz", ["gate.approved"]), None);
    }
}
