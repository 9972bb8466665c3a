//! Values that are written in several TOML types: a text or a list, a call with or without a mode, tables of conditions.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Names;
use super::values::Tier;

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
