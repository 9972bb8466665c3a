//! Is this text the canonical form of one JSON object, as an entry's body must be?
//!
//! Canonical is RFC 8785 without floats: no white space, members sorted by UTF-16 code units, none twice, the shortest
//! escapes, integers within ±(2^53−1). Deciding it by parsing and writing again costs more than the hash of the body,
//! and verification does it for every entry; this reader does it in one pass without allocating.

use std::cmp::Ordering;
use std::fmt;

/// How deep objects and arrays may nest.
const MAX_DEPTH: usize = 64;
/// 2^53 − 1: the largest integer that every JSON implementation reads alike.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why a text is not the canonical form of an object, and at which byte (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCanonical {
    /// The byte.
    pub at: usize,
    /// What is wrong there.
    pub why: &'static str,
}

impl fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.why, self.at)
    }
}

impl std::error::Error for NotCanonical {}

/// Reads the whole of `text` and hands each member of the outermost object to `member`: its name as it is written
/// between the quotation marks, and its value as it is written.
///
/// # Errors
/// The first place at which the text is not canonical.
pub fn members<'a>(text: &'a [u8], mut member: impl FnMut(&'a str, &'a str)) -> Result<(), NotCanonical> {
    let text = std::str::from_utf8(text).map_err(|e| NotCanonical { at: e.valid_up_to(), why: "no UTF-8" })?;
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    reader.object(0, &mut |name, value| member(name, value))?;
    if reader.at == text.len() { Ok(()) } else { reader.fail("text after the object") }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, why: &'static str) -> Result<T, NotCanonical> {
        Err(NotCanonical { at: self.at, why })
    }

    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn expect(&mut self, byte: u8, why: &'static str) -> Result<(), NotCanonical> {
        if self.peek() != byte {
            return self.fail(why);
        }
        self.at += 1;
        Ok(())
    }

    fn object(&mut self, depth: usize, member: &mut dyn FnMut(&'a str, &'a str)) -> Result<(), NotCanonical> {
        self.expect(b'{', "no object")?;
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(());
        }
        let mut before: Option<(&str, bool)> = None;
        loop {
            let start = self.at;
            let name = self.string()?;
            if before.is_some_and(|before| order(before, name) != Ordering::Less) {
                return Err(NotCanonical { at: start, why: "a member out of order or twice" });
            }
            before = Some(name);
            self.expect(b':', "no colon")?;
            let from = self.at;
            self.value(depth)?;
            member(name.0, &self.text[from..self.at]);
            match self.peek() {
                b',' => self.at += 1,
                b'}' => break,
                _ => return self.fail("no comma or closing brace"),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<(), NotCanonical> {
        self.at += 1;
        if self.peek() == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth)?;
            match self.peek() {
                b',' => self.at += 1,
                b']' => break,
                _ => return self.fail("no comma or closing bracket"),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<(), NotCanonical> {
        if depth >= MAX_DEPTH {
            return self.fail("nested too deeply");
        }
        match self.peek() {
            b'"' => self.string().map(drop),
            b'{' => self.object(depth + 1, &mut |_, _| ()),
            b'[' => self.array(depth + 1),
            b'-' | b'0'..=b'9' => self.integer(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<(), NotCanonical> {
        for word in ["true", "false", "null"] {
            if self.bytes[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(());
            }
        }
        self.fail("no value")
    }

    fn integer(&mut self) -> Result<(), NotCanonical> {
        let start = self.at;
        self.at += usize::from(self.peek() == b'-');
        let digits = self.at;
        let mut value = 0u64;
        while self.peek().is_ascii_digit() {
            value = value.saturating_mul(10).saturating_add(u64::from(self.peek() - b'0'));
            self.at += 1;
        }
        let zeros = self.bytes[digits..].first() == Some(&b'0') && (self.at - digits > 1 || digits > start);
        if self.at == digits || zeros || matches!(self.peek(), b'.' | b'e' | b'E') {
            return Err(NotCanonical { at: start, why: "no canonical integer" });
        }
        if value > MAX_INTEGER {
            return Err(NotCanonical { at: start, why: "an integer beyond 2^53-1" });
        }
        Ok(())
    }

    /// Reads a string and returns what stands between its quotation marks, and whether that is what it means: ASCII
    /// without escapes.
    fn string(&mut self) -> Result<(&'a str, bool), NotCanonical> {
        self.expect(b'"', "no string")?;
        let (start, mut simple) = (self.at, true);
        loop {
            let (plain, ascii) = plain(&self.bytes[self.at..]);
            self.at += plain;
            simple &= ascii;
            match self.peek() {
                b'"' => break,
                b'\\' => {
                    simple = false;
                    self.escape()?;
                }
                _ => return self.fail("a control character or the end inside a string"),
            }
        }
        self.at += 1;
        Ok((&self.text[start..self.at - 1], simple))
    }

    fn escape(&mut self) -> Result<(), NotCanonical> {
        let rest = &self.bytes[self.at + 1..];
        let canonical = match rest.first() {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => Some(2),
            Some(b'u') => rest.get(1..5).and_then(escaped_control).map(|()| 6),
            _ => None,
        };
        match canonical {
            Some(length) => self.at += length,
            None => return self.fail("an escape that is not the canonical one"),
        }
        Ok(())
    }
}

/// Whether four digits are how a control character without a short escape is written.
fn escaped_control(digits: &[u8]) -> Option<()> {
    let value = match digits {
        [b'0', b'0', b'0', low @ (b'0'..=b'9' | b'a'..=b'f')] => (*low as char).to_digit(16)?,
        [b'0', b'0', b'1', low @ (b'0'..=b'9' | b'a'..=b'f')] => 16 + (*low as char).to_digit(16)?,
        _ => return None,
    };
    (!matches!(value, 8 | 9 | 10 | 12 | 13)).then_some(())
}

/// The order of two member names as written, each with whether that is what it means: by UTF-16 code units of what they
/// mean.
fn order(a: (&str, bool), b: (&str, bool)) -> Ordering {
    if a.1 && b.1 {
        return a.0.as_bytes().cmp(b.0.as_bytes());
    }
    unescaped(a.0).encode_utf16().cmp(unescaped(b.0).encode_utf16())
}

/// How many bytes come before the first quotation mark, backslash or control character, and whether they are ASCII.
/// Strings are short: eight bytes at a time cost less than a search that is set up for long ones.
fn plain(bytes: &[u8]) -> (usize, bool) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut seen = 0;
    for (n, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        // The lowest mark is right; a borrow can only make wrong ones above it.
        let marks = zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | control;
        if marks != 0 {
            let before = marks.trailing_zeros() / 8;
            seen |= word & !(u64::MAX << (8 * before));
            return (n * 8 + before as usize, seen & HIGH == 0);
        }
        seen |= word;
    }
    let end = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
    let ascii = seen & HIGH == 0 && rest[..end].is_ascii();
    (words.len() * 8 + end, ascii)
}

fn unescaped(name: &str) -> String {
    serde_json::from_str(&format!("\"{name}\"")).unwrap_or_else(|_| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) -> Result<Vec<(String, String)>, &'static str> {
        let mut found = Vec::new();
        members(text.as_bytes(), |n, v| found.push((n.to_owned(), v.to_owned()))).map_err(|e| e.why)?;
        Ok(found)
    }

    #[test]
    fn members_of_the_outermost_object_only() {
        let found = check(r#"{"a":{"b":[1,"x"]},"c":-7,"d":"\u0000\n\u001f"}"#).unwrap();
        let expected = [("a", r#"{"b":[1,"x"]}"#), ("c", "-7"), ("d", r#""\u0000\n\u001f""#)];
        assert_eq!(found, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert_eq!(check("{}"), Ok(vec![]));
    }

    #[test]
    fn where_plain_text_ends() {
        for length in 0..40 {
            for end in [b'"', b'\\', 0, 0x1f] {
                for (filler, ascii) in [(b'a', true), (0x20, true), (0x7f, true), (0x80, false), (0xff, false)] {
                    let mut bytes = vec![filler; length];
                    bytes.push(end);
                    bytes.extend([b'"', 0xff, 0x21, b'\\', 0, 1, 2, 3]);
                    assert_eq!(plain(&bytes), (length, ascii || length == 0), "{length} {end} {filler}");
                    assert_eq!(plain(&bytes[..length]), (length, ascii || length == 0), "{length} {filler}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_canonical() {
        let long = format!(r#"{{"a":{}1{}}}"#, "[".repeat(70), "]".repeat(70));
        for text in [
            "",
            "{",
            "[]",
            "{} ",
            " {}",
            r#"{"a": 1}"#,
            r#"{"a":1,}"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":01}"#,
            r#"{"a":-0}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":-}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\u000a"}"#,
            r#"{"a":"\u001F"}"#,
            r#"{"a":"\ud800"}"#,
            "{\"a\":\"\t\"}",
            r#"{"a":nul}"#,
            r#"{"a":"x}"#,
            r#"{"a":[1 ,2]}"#,
            r#"{"\u0061":1}"#,
            r#"{"a":"\"#,
            "{\"\u{ff61}\":1,\"\u{1f600}\":2}",
            long.as_str(),
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        assert_eq!(members(b"{\"a\":\"\xff\"}", |_, _| ()), Err(NotCanonical { at: 6, why: "no UTF-8" }));
    }

    #[test]
    fn utf_16_order_of_names() {
        assert!(check("{\"\u{1f600}\":2,\"\u{ff61}\":1}").is_ok());
        assert!(check(r#"{"\n":1,"a":2}"#).is_ok());
    }

    fn any_value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            (-(MAX_INTEGER as i64)..=MAX_INTEGER as i64).prop_map(Into::into),
            "\\PC{0,12}|[\\x00-\\x1f\"\\\\]{0,6}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                proptest::collection::btree_map("[ -~\n]{0,6}", inner, 0..5)
                    .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_a_sorting_writer(value in proptest::collection::btree_map("[ -~\n]{0,6}", any_value(), 0..6)) {
            let text = serde_json::to_vec(&value).unwrap();
            prop_assert_eq!(members(&text, |_, _| ()), Ok(()));
        }

        #[test]
        fn accepts_nothing_that_is_written_differently(
            value in proptest::collection::btree_map("[a-z]{0,3}", any_value(), 0..4), at: usize, byte: u8,
        ) {
            let mut text = serde_json::to_vec(&value).unwrap();
            let at = at % text.len();
            text[at] = byte;
            if members(&text, |_, _| ()).is_ok() {
                let read: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_slice(&text).unwrap();
                prop_assert_eq!(serde_json::to_vec(&read).unwrap(), text);
            }
        }

        #[test]
        fn total(text: Vec<u8>) {
            let _ = members(&text, |_, _| ());
        }
    }
}
