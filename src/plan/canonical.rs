//! The canonical form of JSON (RFC 8785, JCS) and the hashes over it.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

use super::strict::MAX_INTEGER;
use crate::finding::hex;

/// The canonical bytes of a value: no white space, members by UTF-16 code units, the shortest escapes, numbers as ECMAScript
/// prints them.
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// `sha256("govctl.<kind>/1\n" ‖ canonical bytes)`, printed as `sha256:<hex>`.
pub fn hash(kind: &str, value: &Value) -> String {
    hash_text(kind, &to_string(value))
}

/// As [`hash`], of a text that is canonical already.
pub fn hash_text(kind: &str, canonical: &str) -> String {
    let digest = Sha256::new().chain_update("govctl.").chain_update(kind).chain_update("/1\n").chain_update(canonical);
    format!("sha256:{}", hex(&digest.finalize()))
}

/// An object written member by member, without a [`Value`] in between. Its members come in their canonical order.
#[derive(Debug)]
pub struct Object<'o> {
    out: &'o mut String,
    last: &'static str,
}

impl<'o> Object<'o> {
    /// Begins one.
    pub fn open(out: &'o mut String) -> Self {
        out.push('{');
        Self { out, last: "" }
    }

    /// Begins a member; what is written next is its value.
    pub fn member(&mut self, name: &'static str) -> &mut String {
        debug_assert!(self.last < name, "{name} stands after {}", self.last);
        separate(usize::from(!self.last.is_empty()), self.out);
        self.last = name;
        write_text(name, self.out);
        self.out.push(':');
        self.out
    }

    /// A member that is a text.
    pub fn text(&mut self, name: &'static str, text: &str) {
        write_text(text, self.member(name));
    }

    /// A member that is a text, where there is one.
    pub fn optional(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A member that is a list of texts, where there is one.
    pub fn texts(&mut self, name: &'static str, texts: Option<&[String]>) {
        if let Some(texts) = texts {
            list(texts, self.member(name), |text, out| write_text(text, out));
        }
    }

    /// A member that is an integer, where there is one.
    pub fn integer(&mut self, name: &'static str, integer: Option<i64>) {
        if let Some(integer) = integer {
            self.member(name).push_str(&integer.to_string());
        }
    }

    /// A member that is an object, where there is one.
    pub fn map(&mut self, name: &'static str, map: Option<&Map<String, Value>>) {
        if let Some(map) = map {
            write_map(map, self.member(name));
        }
    }

    /// Ends it.
    pub fn close(self) {
        self.out.push('}');
    }
}

/// Writes a list, each item as `write` does.
pub fn list<T>(items: &[T], out: &mut String, mut write: impl FnMut(&T, &mut String)) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        separate(i, out);
        write(item, out);
    }
    out.push(']');
}

/// A double as ECMAScript prints it (ECMA-262, Number::toString); `None`: infinite or not a number, which JSON does not have.
pub fn number(value: f64) -> Option<String> {
    value.is_finite().then(|| ryu_js::Buffer::new().format_finite(value).to_owned())
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => list(items, out, write),
        Value::Object(members) => write_map(members, out),
    }
}

/// JCS reads every number as a double; those of hashed objects are integers that one can hold, and look the same as such.
fn write_number(n: &Number, out: &mut String) {
    match n.as_i64().filter(|n| n.unsigned_abs() <= MAX_INTEGER.unsigned_abs()) {
        Some(integer) => out.push_str(&integer.to_string()),
        None => out.push_str(&n.as_f64().and_then(number).unwrap_or_else(|| "null".to_owned())),
    }
}

fn write_map(map: &Map<String, Value>, out: &mut String) {
    out.push('{');
    // A map keeps its members by their bytes, which is nearly always the order asked for.
    if map.keys().is_sorted_by(|a, b| by_utf16(a, b).is_lt()) {
        map.iter().enumerate().for_each(|(i, (name, member))| write_member(i, name, member, out));
    } else {
        let mut sorted: Vec<_> = map.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| by_utf16(a, b));
        sorted.into_iter().enumerate().for_each(|(i, (name, member))| write_member(i, name, member, out));
    }
    out.push('}');
}

fn write_member(index: usize, name: &str, member: &Value, out: &mut String) {
    separate(index, out);
    write_text(name, out);
    out.push(':');
    write(member, out);
}

fn by_utf16(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (i, byte) in text.bytes().enumerate().filter(|(_, b)| *b < b' ' || matches!(b, b'"' | b'\\')) {
        out.push_str(&text[plain..i]);
        plain = i + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            8 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            12 => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            byte => out.push_str(&format!("\\u{byte:04x}")),
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // The digits of RFC 8785, section 3.2.2, more than a double holds.
    #[allow(clippy::excessive_precision)]
    #[test]
    fn members_are_sorted_by_utf16_and_numbers_printed_as_ecmascript_does() {
        let value = json!({ "\u{fb33}": 1, "\u{1f600}": 2, "a": [1e21, 0.000001, -0.0, 333333333.33333329], "A": "\u{1}\"\\/é" });
        let expected =
            "{\"A\":\"\\u0001\\\"\\\\/é\",\"a\":[1e+21,0.000001,0,333333333.3333333],\"\u{1f600}\":2,\"\u{fb33}\":1}";
        assert_eq!(to_string(&value), expected);
    }

    #[test]
    fn kinds_are_kept_apart() {
        assert_ne!(hash("plan", &json!({})), hash("step", &json!({})));
        assert!(hash("plan", &json!({})).starts_with("sha256:"));
        assert_eq!(number(f64::NAN), None);
    }
}
