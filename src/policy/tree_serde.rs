//! A tree as a serde source. Numbers with a fraction and dates are handed on as the text they were written in, so that no
//! floating-point number comes into being.

use std::collections::btree_map;

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::tree::{Entry, Node, Table, Value};

/// Why a tree did not become a value; only for trees that were not checked before.
pub type Error = serde::de::value::Error;

/// Makes a value from a tree.
pub fn from_table<T: serde::de::DeserializeOwned>(table: Table) -> Result<T, Error> {
    T::deserialize(Source(Value::Table(table)))
}

struct Source(Value);

impl<'de> Deserializer<'de> for Source {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Text(text) | Value::Fraction(text) | Value::Moment(text) => visitor.visit_string(text),
            Value::Integer(number) => visitor.visit_i64(number),
            Value::Huge(text) => Err(Error::custom(format!("{text} does not fit"))),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::List(list) => visitor.visit_seq(Items(list.items.into_iter())),
            Value::Table(table) => visitor.visit_map(Entries { rest: table.entries.into_iter(), value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::Text(text) = self.0 else { return Err(Error::custom("expected a word")) };
        let word: StringDeserializer<Error> = text.into_deserializer();
        word.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items(std::vec::IntoIter<Node>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|node| seed.deserialize(Source(node.value))).transpose()
    }
}

struct Entries {
    rest: btree_map::IntoIter<String, Entry>,
    value: Option<Value>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, entry)) = self.rest.next() else { return Ok(None) };
        self.value = Some(entry.node.value);
        let key: StringDeserializer<Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::custom("a value without a key"))?;
        seed.deserialize(Source(value))
    }
}
