//! Text inside text: long runs of base64 (RFC 4648, both alphabets), of hex digits and of percent-encoding (RFC 3986) are
//! decoded where they hold something readable, so that the format rules can look inside.
//!
//! A run of `LEAST` characters contains every position that is a multiple of `LEAST` away from its neighbours, so the
//! search looks at one byte in `LEAST` and walks back from there: a small part of the cost of a pass.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The shortest run that is looked at, in characters: 30 bytes in base64.
const LEAST: usize = 40;
/// The longest part of a run that is decoded, in characters.
const LONGEST: usize = 64 << 10;
/// How many runs of one text are decoded.
const MOST: usize = 512;
/// How many decoded bytes must be readable before the rest is decoded.
const PROBE: usize = 24;

/// A stretch of text and what it says when decoded.
#[derive(Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Where it stands.
    pub range: Range<usize>,
    /// What it says.
    pub decoded: Vec<u8>,
    /// How it was encoded.
    pub how: &'static str,
}

/// Hands every readable encoded stretch of `text` to `found`.
pub fn find(text: &[u8], mut found: impl FnMut(Encoded)) {
    let (mut past, mut at, mut left) = (0, LEAST - 1, MOST);
    while at < text.len() && left > 0 {
        let start = text[past..=at].iter().rposition(|b| !ALPHABET[usize::from(*b)]).map_or(past, |i| past + i + 1);
        if at + 1 - start < LEAST {
            at = start + LEAST - 1;
            past = start;
            continue;
        }
        let end = text[at..].iter().position(|b| !ALPHABET[usize::from(*b)]).map_or(text.len(), |i| at + i);
        if let Some(encoded) = decode(text, start..end) {
            left -= 1;
            found(encoded);
        }
        past = end;
        at = end + LEAST;
    }
}

static ALPHABET: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        table[b] = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'%');
        b += 1;
    }
    table
};

fn decode(text: &[u8], run: Range<usize>) -> Option<Encoded> {
    let run = run.start..run.end.min(run.start + LONGEST);
    let bytes = &text[run.clone()];
    if bytes.contains(&b'%') {
        let decoded = percent(bytes)?;
        return is_readable(&decoded).then_some(Encoded { range: run, decoded, how: "percent-encoding" });
    }
    if bytes.iter().all(u8::is_ascii_hexdigit) {
        let decoded = hex(bytes)?;
        return Some(Encoded { range: run, decoded, how: "hex" });
    }
    let decoded = base64(bytes)?;
    Some(Encoded { range: run, decoded, how: "base64" })
}

/// At least two escapes, all of them whole.
fn percent(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut at, mut escapes) = (0, 0);
    while let Some(b) = bytes.get(at) {
        if *b == b'%' {
            let digit = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
            out.push(u8::try_from(digit(at + 1)? * 16 + digit(at + 2)?).ok()?);
            (at, escapes) = (at + 3, escapes + 1);
        } else {
            out.push(*b);
            at += 1;
        }
    }
    (escapes >= 2).then_some(out)
}

fn hex(bytes: &[u8]) -> Option<Vec<u8>> {
    let pair = |p: &[u8]| u8::from_str_radix(std::str::from_utf8(p).ok()?, 16).ok();
    let decode = |b: &[u8]| b.chunks_exact(2).map(pair).collect::<Option<Vec<u8>>>();
    let probe = decode(&bytes[..bytes.len().min(2 * PROBE)])?;
    is_readable(&probe).then(|| decode(bytes))?.filter(|d| is_readable(d))
}

fn base64(bytes: &[u8]) -> Option<Vec<u8>> {
    let url = bytes.iter().any(|b| matches!(b, b'-' | b'_'));
    let decode = |b: &[u8]| if url { URL_SAFE_NO_PAD.decode(b).ok() } else { STANDARD_NO_PAD.decode(b).ok() };
    let probe = decode(&bytes[..bytes.len().min(PROBE / 3 * 4)])?;
    if !is_readable(&probe) {
        return None;
    }
    let whole = decode(bytes).or_else(|| decode(&bytes[..bytes.len() / 4 * 4]))?;
    is_readable(&whole).then_some(whole)
}

/// Text as people write it: UTF-8 without control characters.
fn is_readable(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A probe may end within a character.
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    !text.is_empty() && !text.bytes().any(|b| (b < 0x20 && !matches!(b, b'\n' | b'\r' | b'\t')) || b == 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &[u8]) -> Vec<Encoded> {
        let mut out = Vec::new();
        find(text, |e| out.push(e));
        out
    }

    const SAID: &[u8] = b"what is said here is readable text";

    #[test]
    fn three_ways_are_decoded() {
        let hex: String = SAID.iter().map(|b| format!("{b:02x}")).collect();
        let percent = "postgres%3A%2F%2Fuser%3Aword%40host%2Fdb";
        for (encoded, how, expected) in [
            (STANDARD_NO_PAD.encode(SAID), "base64", SAID),
            (hex, "hex", SAID),
            (percent.to_owned(), "percent-encoding", b"postgres://user:word@host/db"),
        ] {
            let text = format!("data: \"{encoded}==\" # end");
            let found = all(text.as_bytes());
            assert_eq!(found.len(), 1, "{how}");
            assert_eq!((found[0].how, &*found[0].decoded), (how, expected));
            assert_eq!(&text[found[0].range.clone()], encoded);
        }
    }

    #[test]
    fn what_is_not_readable_is_left_alone() {
        assert_eq!(all(&[b'/'; 100]), []);
        assert_eq!(all(b"0123456789abcdef0123456789abcdef0123456789abcdef"), []);
        assert_eq!(all(b"short"), []);
    }

    proptest! {
        #[test]
        fn a_run_is_found_wherever_it_stands(before in "[ -~\n]{0,100}", after in "[ -~\n]{0,100}") {
            let encoded = STANDARD_NO_PAD.encode(SAID);
            let text = format!("{before}\"{encoded}\"{after}");
            prop_assert!(all(text.as_bytes()).iter().any(|e| e.decoded == SAID));
        }

        #[test]
        fn any_bytes_are_taken(text: Vec<u8>) {
            all(&text);
        }
    }
}
