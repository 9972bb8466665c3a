//! JSON read as strictly as [`super::strict`] reads it, but to the end: every member that stands twice, every fraction and
//! every integer that is too large is noted with its path. A number that is refused is null in the value.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::identifier::has_invisible;
use super::path::Path;
use super::strict::MAX_INTEGER;
use super::violation::{Code, Violations};

/// Reads one value; `None` where the bytes are no JSON, which is then noted, too.
pub fn parse(bytes: &[u8], notes: &mut Violations) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let seed = Seed { path: &Path::Root, notes };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match value {
        Ok(value) => Some(value),
        Err(error) => {
            notes.add(Code::JsonSyntax, Path::Root, format!("not JSON: {error}"));
            None
        }
    }
}

struct Seed<'a> {
    path: &'a Path<'a>,
    notes: &'a mut Violations,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        if (-MAX_INTEGER..=MAX_INTEGER).contains(&value) {
            return Ok(Value::from(value));
        }
        self.notes.add(Code::IntegerRange, self.path, out_of_range(value));
        Ok(Value::Null)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => {
                self.notes.add(Code::IntegerRange, self.path, out_of_range(value));
                Ok(Value::Null)
            }
        }
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        let message = format!("the number {value} is no integer within ±(2^53-1): write it as a string");
        self.notes.add(Code::Float, self.path, message);
        Ok(Value::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        loop {
            let path = self.path.item(out.len());
            match items.next_element_seed(Seed { path: &path, notes: &mut *self.notes })? {
                Some(item) => out.push(item),
                None => return Ok(Value::Array(out)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = self.path.key(&name);
            if has_invisible(&name) {
                self.notes.add(Code::ControlCharacter, path, "a member's name holds a character that is not seen");
            }
            let value = members.next_value_seed(Seed { path: &path, notes: &mut *self.notes })?;
            match out.entry(name) {
                Entry::Vacant(place) => drop(place.insert(value)),
                Entry::Occupied(place) => {
                    self.notes.add(Code::DuplicateKey, self.path.key(place.key()), "this member stands twice");
                }
            }
        }
        Ok(Value::Object(out))
    }
}

fn out_of_range(value: impl fmt::Display) -> String {
    format!("the integer {value} is not within ±(2^53-1): write it as a string")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_noted_with_its_path() {
        let mut notes = Violations::default();
        let text =
            br#"{"a":[1.5,{"b":1,"b":-0}],"c":9007199254740992,"c":18446744073709551616,"d\n":18446744073709551615}"#;
        assert!(parse(text, &mut notes).is_some());
        let found: Vec<_> = notes.into_vec().into_iter().map(|v| format!("{} {}", v.path, v.code.name())).collect();
        let expected = [
            "$.a[0] float",
            "$.a[1].b float",
            "$.a[1].b duplicate_key",
            "$.c integer_range",
            "$.c float",
            "$.c duplicate_key",
            "$[\"d\\u{a}\"] control_character",
            "$[\"d\\u{a}\"] integer_range",
        ];
        assert_eq!(found, expected);
    }
}
