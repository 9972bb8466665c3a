//! The canonical form of JSON (RFC 8785, JCS) and the hashes over it.

use serde_json::Value;
use sha2::{Digest, Sha256};

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
    let mut digest = Sha256::new();
    digest.update(format!("govctl.{kind}/1\n"));
    digest.update(to_string(value));
    format!("sha256:{}", hex(&digest.finalize()))
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
        // JCS reads every number as a double; those of hashed objects are integers that one can hold.
        Value::Number(n) => match n.as_f64().and_then(number) {
            Some(text) => out.push_str(&text),
            None => out.push_str("null"),
        },
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                separate(i, out);
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (i, (name, member)) in sorted.into_iter().enumerate() {
                separate(i, out);
                write_text(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
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
