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
use serde_json::{Map, Value};

use super::Names;
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

/// A program's name, or a program and its first arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandPattern(pub Vec<String>);

/// One text, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneOrMore(pub Vec<String>);

/// A call: a dotted name, or `{ call = …, mode = … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallPattern {
    /// The resolved dotted name.
    pub call: String,
    /// Only calls that open a file in this way.
    pub mode: Option<OpenMode>,
}

choices! {
    /// How a call opens a file.
    pub enum OpenMode {
        /// For reading.
        Read = "read",
        /// For writing or appending.
        Write = "write",
    }
}

section! {
    /// A call with the way it opens a file.
    #[schemars(extend("required" = ["call"]))]
    pub struct CallWithMode {
        /// Required. The resolved dotted name.
        pub call: String,
        /// Only calls that open a file in this way.
        pub mode: Option<OpenMode>,
    }

    /// A request, as far as it matters to a rule.
    pub struct Example {
        /// Who: `kind:id`.
        pub actor: Option<String>,
        /// The roles of the actor.
        pub roles: Vec<String>,
        /// The level of the actor.
        pub level: Option<String>,
        /// What.
        pub action: Option<String>,
        /// On what.
        pub resource: Option<String>,
        /// Where.
        pub environment: Option<String>,
        /// For whom.
        pub tenant: Option<String>,
        /// By what.
        pub provider: Option<String>,
        /// read, write or another effect of the action.
        pub effect: Option<String>,
        /// Its parameters.
        pub params: AnyTable,
        /// Its labels.
        pub labels: Vec<String>,
        /// The paths it touches.
        pub paths: Vec<String>,
        /// Its tier.
        pub tier: Option<Tier>,
        /// Whether nobody stands behind the agent.
        pub autonomous: Option<bool>,
    }
}

/// Conditions on a request: field = value, or field = { operator = value }. All must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Conditions(pub Map<String, Value>);

/// A table of anything but fractions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnyTable(pub Map<String, Value>);

impl JsonSchema for Conditions {
    fn schema_name() -> Cow<'static, str> {
        "Conditions".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Conditions on a request: field = value, or field = { operator = value }. All must hold.",
            "type": "object", "x-govctl": "conditions"
        })
    }
}

impl JsonSchema for AnyTable {
    fn schema_name() -> Cow<'static, str> {
        "AnyTable".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "x-govctl": "any-table" })
    }
}

impl JsonSchema for CommandPattern {
    fn schema_name() -> Cow<'static, str> {
        "CommandPattern".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A program's name, or a program and its first arguments.",
            "anyOf": [
                { "type": "string", "x-govctl": "command" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ]
        })
    }
}

impl JsonSchema for OneOrMore {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMore".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One text, or a list of them.",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

impl JsonSchema for CallPattern {
    fn schema_name() -> Cow<'static, str> {
        "CallPattern".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let with_mode = generator.subschema_for::<CallWithMode>();
        json_schema!({
            "description": "A call: a dotted name, or { call = …, mode = … }.",
            "anyOf": [{ "type": "string" }, with_mode]
        })
    }
}

/// Reads one text or a list of texts.
struct TextOrList;

impl<'de> Visitor<'de> for TextOrList {
    type Value = Vec<String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(vec![text.to_owned()])
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element()? {
            out.push(item);
        }
        Ok(out)
    }
}

impl<'de> Deserialize<'de> for CommandPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrList).map(Self)
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrList).map(Self)
    }
}

impl<'de> Deserialize<'de> for CallPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Call;
        impl<'de> Visitor<'de> for Call {
            type Value = CallPattern;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a call")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<CallPattern, E> {
                Ok(CallPattern { call: text.to_owned(), mode: None })
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<CallPattern, A::Error> {
                let table = CallWithMode::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(CallPattern { call: table.call, mode: table.mode })
            }
        }
        deserializer.deserialize_any(Call)
    }
}

impl Serialize for CommandPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [name] => name.serialize(serializer),
            parts => parts.serialize(serializer),
        }
    }
}

impl Serialize for OneOrMore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Serialize for CallPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.mode {
            None => self.call.serialize(serializer),
            Some(mode) => Names::from(
                [("call", self.call.as_str()), ("mode", mode.name())].map(|(k, v)| (k.to_owned(), v.to_owned())),
            )
            .serialize(serializer),
        }
    }
}

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
