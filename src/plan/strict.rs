//! JSON that means one thing to every reader: no member twice, no fractions or exponents, integers within ±(2^53−1), no
//! lone surrogates, nothing after the value. Ordinary readers keep the last of two equal members and round large integers,
//! so what is hashed passes through here first.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// 2^53 − 1.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Reads one value. The error says what is wrong and at which line and column.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader).map_err(|e| e.to_string())?;
    reader.end().map_err(|e| e.to_string())?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value without fractions")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if (-MAX_INTEGER..=MAX_INTEGER).contains(&value) { Ok(Value::from(value)) } else { Err(out_of_range(value)) }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(out_of_range(value)),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Err(E::custom(format!("the number {value} is no integer within ±(2^53-1): write it as a string")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if out.contains_key(&name) {
                return Err(de::Error::custom(format!("the member {name:?} stands twice")));
            }
            let value = members.next_value_seed(Strict)?;
            out.insert(name, value);
        }
        Ok(Value::Object(out))
    }
}

fn out_of_range<E: de::Error>(value: impl fmt::Display) -> E {
    E::custom(format!("the integer {value} is not within ±(2^53-1): write it as a string"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_disagree_on_is_refused() {
        let refused: &[&[u8]] = &[
            br#"{"a":1,"a":2}"#,
            br#"{"a":1,"\u0061":2}"#,
            b"1.0",
            b"1e2",
            b"-0",
            b"9007199254740992",
            b"-9007199254740992",
            b"18446744073709551616",
            br#""\ud800""#,
            b"\xef\xbb\xbf{}",
            b"{} {}",
            b"[1,]",
            b"\"\xff\"",
            b"",
        ];
        for bytes in refused {
            assert!(parse(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
        assert!(parse(&b"[".repeat(100_000)).is_err());
    }

    #[test]
    fn the_rest_is_read() {
        let value = parse(br#" {"b":[null,true,"\ud83d\ude00"],"a":-9007199254740991} "#).unwrap();
        assert_eq!(
            crate::plan::canonical::to_string(&value),
            "{\"a\":-9007199254740991,\"b\":[null,true,\"\u{1f600}\"]}"
        );
    }
}
