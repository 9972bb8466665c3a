//! UTF-16 to UTF-8, as a reader, so that a large file needs no more memory than its pieces.

use std::io::{self, Read};

/// Reads UTF-16 and gives UTF-8; what is no UTF-16 becomes U+FFFD. The byte order mark is left out.
pub struct Utf16<R> {
    inner: R,
    big_endian: bool,
    raw: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    started: bool,
}

const CHUNK: u64 = 64 << 10;

impl<R: Read> Utf16<R> {
    /// Over a reader that stands at the byte order mark.
    pub fn new(inner: R, big_endian: bool) -> Self {
        Self { inner, big_endian, raw: Vec::new(), out: Vec::new(), at: 0, started: false }
    }

    /// Decodes the next chunk; false at the end.
    fn refill(&mut self) -> io::Result<bool> {
        self.out.clear();
        self.at = 0;
        let read = self.inner.by_ref().take(CHUNK).read_to_end(&mut self.raw)?;
        let keep = if read == 0 { 0 } else { self.pending() };
        let complete = self.raw.len() - keep;
        let units = self.raw[..complete].chunks(2).map(|pair| match (pair, self.big_endian) {
            ([a, b], false) => u16::from_le_bytes([*a, *b]),
            ([a, b], true) => u16::from_be_bytes([*a, *b]),
            // An odd byte at the end: half a unit, which decodes to U+FFFD.
            _ => 0xdfff,
        });
        let mut text = String::with_capacity(complete);
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        let skip = if !self.started && text.starts_with('\u{feff}') { 3 } else { 0 };
        self.started |= !text.is_empty();
        self.out.extend_from_slice(&text.as_bytes()[skip..]);
        self.raw.drain(..complete);
        Ok(read > 0 || !self.out.is_empty())
    }

    /// How many bytes at the end wait for more: half a unit, half a surrogate pair.
    fn pending(&self) -> usize {
        let odd = self.raw.len() % 2;
        let Some(unit) = self.raw[..self.raw.len() - odd].last_chunk::<2>() else { return odd };
        let high = if self.big_endian { unit[0] } else { unit[1] };
        odd + if (0xd8..0xdc).contains(&high) { 2 } else { 0 }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() {
            if !self.refill()? {
                return Ok(0);
            }
        }
        let count = buf.len().min(self.out.len() - self.at);
        buf[..count].copy_from_slice(&self.out[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives a few bytes at a time, so that units and pairs are torn apart.
    struct Trickle<'a>(&'a [u8], usize);
    impl Read for Trickle<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buf.len()).min(self.0.len());
            buf[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn decode(bytes: &[u8], big_endian: bool) -> String {
        let mut out = String::new();
        Utf16::new(Trickle(bytes, 3), big_endian).read_to_string(&mut out).unwrap();
        out
    }

    proptest! {
        #[test]
        fn decodes_what_was_encoded(text in "[a-z\n€😀]{0,60}", repeat in 1usize..2000) {
            let text = text.repeat(repeat);
            let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
            let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(&decode(&little, false), &text);
            prop_assert_eq!(&decode(&big, true), &text);
        }
    }

    #[test]
    fn torn_ends_become_replacement_characters() {
        assert_eq!(decode(b"\xff\xfea\0b", false), "a\u{fffd}");
        assert_eq!(decode(b"\xff\xfea\0\x3d\xd8", false), "a\u{fffd}");
        assert_eq!(decode(b"\xff\xfe", false), "");
        assert_eq!(decode(b"", false), "");
    }
}
