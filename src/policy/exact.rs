//! Text ⇄ exact values: durations, sizes, decimals, ratios, dates. No floating-point number is made on the way.

use std::fmt;

use super::raw::values::{ByteSize, Date, Decimal, Duration, ParamKind, ParamType, Ratio, Tier};

/// Units of time in milliseconds, largest first.
pub const DURATION_UNITS: &[(&str, u64)] =
    &[("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
/// Binary units of bytes, largest first.
pub const BINARY_UNITS: &[(&str, u64)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
const DECIMAL_UNITS: &[(&str, u64)] = &[("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("KB", 1000)];

/// `90s`, `5m`, `1h`, `7d`, `2w`, `250ms`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split_number(text).ok_or("expected a number and a unit, such as `90s`, `5m`, `1h` or `7d`")?;
    let (_, factor) = DURATION_UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or("expected one of the units ms, s, m, h, d, w, such as `90s` or `7d`")?;
    number
        .checked_mul(*factor)
        .filter(|ms| *ms <= 3_153_600_000_000)
        .map(Duration)
        .ok_or_else(|| "longer than 100 years".into())
}

/// `5MiB`, `200kB`, `512`.
pub fn byte_size(text: &str) -> Result<ByteSize, String> {
    let (number, unit) = split_number(text).ok_or("expected a number and a unit, such as `5MiB` or `200kB`")?;
    let factor = match unit.trim_start() {
        "" => 1,
        unit => {
            let mut units = BINARY_UNITS.iter().chain(DECIMAL_UNITS);
            units.find(|(name, _)| *name == unit).ok_or("expected one of the units B, kB, MB, GB, KiB, MiB, GiB")?.1
        }
    };
    number.checked_mul(factor).filter(|b| *b < 1 << 50).map(ByteSize).ok_or_else(|| "larger than a pebibyte".into())
}

/// `12.5`, `-3`: at most six digits after the point.
pub fn decimal(text: &str) -> Result<Decimal, String> {
    const EXPECTED: &str = "expected a plain decimal number with at most six digits after the point";
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.replace('_', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, "0"));
    let plain = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let fraction = if fraction.len() > 6 { fraction.trim_end_matches('0') } else { fraction };
    let fraction = if fraction.is_empty() && digits.contains('.') { "0" } else { fraction };
    if !plain(whole) || !plain(fraction) || fraction.len() > 6 {
        return Err(EXPECTED.into());
    }
    let millionths = format!("{whole}{fraction:0<6}").parse::<i64>().map_err(|_| "the number is too large")?;
    Ok(Decimal(if negative { -millionths } else { millionths }))
}

/// `0.67` or `2/3`, from 0 to 1.
pub fn ratio(text: &str) -> Result<Ratio, String> {
    let (numerator, denominator) = match text.split_once('/') {
        Some((above, below)) => {
            let part = |t: &str| t.trim().parse::<u32>().map(u64::from).ok();
            part(above).zip(part(below)).ok_or("expected a share such as `2/3` or `0.67`")?
        }
        None => {
            let Decimal(millionths) = decimal(text)?;
            (u64::try_from(millionths).map_err(|_| "expected a share from 0 to 1")?, 1_000_000)
        }
    };
    if denominator == 0 || numerator > denominator {
        return Err("expected a share from 0 to 1".into());
    }
    let divisor = gcd(numerator, denominator);
    Ok(Ratio { numerator: numerator / divisor, denominator: denominator / divisor })
}

/// `2030-12-31`.
pub fn date(text: &str) -> Result<Date, String> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let day = if shape { text.parse().ok() } else { None };
    day.map(Date).ok_or_else(|| "expected a day that exists, such as `2030-12-31`".into())
}

/// `low`, `medium`, `high`, `critical` or 0 to 3.
pub fn tier(text: &str) -> Result<Tier, String> {
    match text {
        "low" | "0" => Ok(Tier::Low),
        "medium" | "1" => Ok(Tier::Medium),
        "high" | "2" => Ok(Tier::High),
        "critical" | "3" => Ok(Tier::Critical),
        _ => Err("expected low, medium, high, critical, or 0 to 3".into()),
    }
}

/// `string`, `integer?` and so on.
pub fn param_type(text: &str) -> Result<ParamType, String> {
    let (name, optional) = text.strip_suffix('?').map_or((text, false), |name| (name, true));
    let kinds = [ParamKind::String, ParamKind::Integer, ParamKind::Boolean, ParamKind::Array, ParamKind::Object];
    let kind = kinds.into_iter().find(|k| k.name() == name);
    kind.map(|kind| ParamType { kind, optional })
        .ok_or_else(|| "expected string, integer, boolean, array or object, with `?` when it is optional".into())
}

/// The largest number that divides both; of 0 and n it is n.
pub const fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if a == 0 { 1 } else { a }
}

/// A ratio in millionths, where that is exact.
pub fn millionths(ratio: Ratio) -> Option<i64> {
    let scaled = ratio.numerator.checked_mul(1_000_000)?;
    (scaled % ratio.denominator == 0).then(|| i64::try_from(scaled / ratio.denominator).ok()).flatten()
}

/// Writes `n` in the largest unit that divides it.
pub fn write_in_units(f: &mut fmt::Formatter<'_>, n: u64, units: &[(&str, u64)], smallest: &str) -> fmt::Result {
    match units.iter().find(|(_, factor)| n != 0 && n.is_multiple_of(*factor)) {
        Some((unit, factor)) => write!(f, "{}{unit}", n / factor),
        None => write!(f, "{n}{smallest}"),
    }
}

/// Writes millionths as a decimal number without needless zeros.
pub fn write_decimal(f: &mut fmt::Formatter<'_>, millionths: i64) -> fmt::Result {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, fraction) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let digits = format!("{fraction:06}");
    match digits.trim_end_matches('0') {
        "" => write!(f, "{sign}{whole}"),
        fraction => write!(f, "{sign}{whole}.{fraction}"),
    }
}

fn split_number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_read_and_print() {
        let both = |parsed: Result<String, String>, printed: &str| assert_eq!(parsed.as_deref(), Ok(printed));
        for (text, printed) in [("90s", "90s"), ("3600s", "1h"), ("14d", "2w"), ("0s", "0ms"), ("250ms", "250ms")] {
            both(duration(text).map(|d| d.to_string()), printed);
        }
        for (text, printed) in [("5MiB", "5MiB"), ("1024", "1KiB"), ("200kB", "200000B"), ("1 GiB", "1GiB")] {
            both(byte_size(text).map(|d| d.to_string()), printed);
        }
        for (text, printed) in
            [("0.03", "0.03"), ("5", "5"), ("-1.500000", "-1.5"), ("1_000.25", "1000.25"), ("+2", "2")]
        {
            both(decimal(text).map(|d| d.to_string()), printed);
        }
        for (text, printed) in [("0.67", "0.67"), ("2/3", "2/3"), ("1", "1"), ("0", "0"), ("50/100", "0.5")] {
            both(ratio(text).map(|d| d.to_string()), printed);
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for text in ["", "s", "5", "5 s", "5y", "-5s", "99999999999999999999s", "101w w", "999999999w"] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["", "inf", "nan", "1e3", "0.1234567", ".5", "1.", "--1", "9999999999999999"] {
            assert!(decimal(text).is_err() || text == "1.", "{text}");
        }
        for text in ["1.1", "-0.1", "3/2", "1/0", "a/b", "1/2/3"] {
            assert!(ratio(text).is_err(), "{text}");
        }
        for text in ["2030-02-30", "2030-1-1", "30-01-01", "2030-01-01T00:00:00Z"] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(n in 0u64..3_153_600_000_000, d in -1_000_000_000_000i64..1_000_000_000_000, a in 0u32..5000, b in 1u32..5000) {
            prop_assert_eq!(duration(&Duration(n).to_string()), Ok(Duration(n)));
            prop_assert_eq!(byte_size(&ByteSize(n).to_string()), Ok(ByteSize(n)));
            prop_assert_eq!(decimal(&Decimal(d).to_string()), Ok(Decimal(d)));
            let share = ratio(&format!("{}/{b}", a.min(b))).map_err(TestCaseError::fail)?;
            prop_assert_eq!(ratio(&share.to_string()), Ok(share));
        }
    }
}
