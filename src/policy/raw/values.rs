//! The values that a TOML type alone does not describe: globs, regexes, durations, sizes, exact decimals and ratios, dates.
//!
//! Their schema carries an `x-govctl` keyword that names the check of [`crate::policy::formats`] that the text must pass
//! before it becomes one of these. No floating-point number is left after that: decimals and ratios are exact.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use super::compound::{
    AnyTable, CallPattern, CallWithMode, CommandPattern, Conditions, Example, OneOrMore, OpenMode,
};
use crate::policy::exact;

/// Declares a text with a format: its name in the schema, and that of its check.
macro_rules! texts {
    ($($(#[doc = $doc:literal])* $name:ident = $format:literal,)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A list of them from text.
            pub fn list(texts: &[&str]) -> Vec<Self> {
                texts.iter().map(|t| Self((*t).to_owned())).collect()
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str { &self.0 }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> { stringify!($name).into() }
            fn inline_schema() -> bool { true }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "x-govctl": $format })
            }
        }
    )*};
}

texts! {
    /// A glob over paths: `*` and `?` stop at `/`, `**` does not.
    Glob = "glob",
    /// A regular expression.
    Regex = "regex",
    /// A rule id, or a glob of ids.
    RulePattern = "rule-pattern",
    /// A template of test values; see `rules::template`.
    Template = "template",
    /// A glob over names: `*` stands for any text.
    Pattern = "pattern",
    /// A glob over `kind:id`, or `role:NAME`, or `level:NAME`.
    ActorPattern = "actor",
    /// The name of an environment variable, as `${NAME}`; what it holds is read when it is needed and never stored.
    EnvText = "env",
    /// An address: https, or http to this machine.
    Url = "url",
}

/// Declares a value that is written as text or number and parsed by a function of [`exact`].
macro_rules! parsed {
    ($name:ident, $parse:path, $schema:tt) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(stringify!($name))
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $parse(text).map_err(E::custom)
                    }
                    fn visit_i64<E: de::Error>(self, number: i64) -> Result<$name, E> {
                        $parse(&number.to_string()).map_err(E::custom)
                    }
                }
                deserializer.deserialize_any(Text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// A length of time, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub u64);

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

/// An exact decimal number with six digits after the point: millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub i64);

/// An exact share between 0 and 1, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    /// Above the line.
    pub numerator: u64,
    /// Below it, never 0.
    pub denominator: u64,
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub jiff::civil::Date);

/// How dangerous something is; the order counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Harmless.
    Low,
    /// Passes by itself when all else passes.
    #[default]
    Medium,
    /// Goes by the high-risk strategy.
    High,
    /// People only.
    Critical,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamType {
    /// What it holds.
    pub kind: ParamKind,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamKind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// true or false.
    Boolean,
    /// A list.
    Array,
    /// A table.
    Object,
}

parsed!(Duration, exact::duration, { "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d|w)$", "x-govctl": "duration" });
parsed!(ByteSize, exact::byte_size, {
    "type": ["string", "integer"], "pattern": "^[0-9]+ *(B|kB|KB|MB|GB|KiB|MiB|GiB)?$", "minimum": 0, "x-govctl": "byte-size"
});
parsed!(Decimal, exact::decimal, { "type": ["number", "string"], "pattern": "^-?[0-9]+(\\.[0-9]{1,6})?$", "x-govctl": "decimal" });
parsed!(Ratio, exact::ratio, {
    "type": ["number", "string"], "minimum": 0, "maximum": 1, "pattern": "^([01](\\.[0-9]{1,6})?|[0-9]+/[0-9]+)$", "x-govctl": "ratio"
});
parsed!(Date, exact::date, { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "x-govctl": "date" });
parsed!(Tier, exact::tier, { "enum": ["low", "medium", "high", "critical", 0, 1, 2, 3] });
parsed!(ParamType, exact::param_type, {
    "enum": [
        "string", "integer", "boolean", "array", "object", "string?", "integer?", "boolean?", "array?", "object?"
    ]
});

impl Duration {
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
}

impl Ratio {
    /// One half.
    pub const HALF: Self = Self { numerator: 1, denominator: 2 };

    /// So many hundredths.
    pub const fn hundredths(n: u64) -> Self {
        let divisor = exact::gcd(n, 100);
        Self { numerator: n / divisor, denominator: 100 / divisor }
    }

    /// The share of a count, rounded up.
    pub fn of_rounded_up(self, count: u64) -> u64 {
        let product = u128::from(self.numerator) * u128::from(count);
        u64::try_from(product.div_ceil(u128::from(self.denominator))).unwrap_or(u64::MAX)
    }
}

impl Default for Ratio {
    fn default() -> Self {
        Self { numerator: 0, denominator: 1 }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let cross = |a: &Self, b: &Self| u128::from(a.numerator) * u128::from(b.denominator);
        cross(self, other).cmp(&cross(other, self))
    }
}

impl Default for Date {
    fn default() -> Self {
        Self(jiff::civil::Date::MAX)
    }
}

impl Default for ParamType {
    fn default() -> Self {
        Self { kind: ParamKind::String, optional: false }
    }
}

impl Tier {
    /// Its name in governance.toml.
    pub const fn name(self) -> &'static str {
        match self {
            Tier::Low => "low",
            Tier::Medium => "medium",
            Tier::High => "high",
            Tier::Critical => "critical",
        }
    }
}

impl ParamKind {
    /// Its name in governance.toml.
    pub const fn name(self) -> &'static str {
        match self {
            ParamKind::String => "string",
            ParamKind::Integer => "integer",
            ParamKind::Boolean => "boolean",
            ParamKind::Array => "array",
            ParamKind::Object => "object",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ParamType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind.name(), if self.optional { "?" } else { "" })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        exact::write_in_units(f, self.0, exact::DURATION_UNITS, "ms")
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        exact::write_in_units(f, self.0, exact::BINARY_UNITS, "B")
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        exact::write_decimal(f, self.0)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match exact::millionths(*self) {
            Some(millionths) => exact::write_decimal(f, millionths),
            None => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
