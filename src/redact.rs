//! The one way from a secret to printable text.
//!
//! A [`Secret`] has no `Debug`, `Display` or `Serialize`: it can be masked or reduced to a short tag, nothing else. Masking
//! keeps the number of characters and the line breaks, so that carets stay under what they point at.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// The character a hidden one becomes.
pub const MASK: u8 = b'*';

/// Bytes that must never be printed.
#[derive(Clone, Copy)]
pub struct Secret<'a>(&'a [u8]);

impl<'a> Secret<'a> {
    /// Wraps the bytes of a secret.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many leading bytes may stay readable: enough to recognise a token by, never more than a sixth of it.
    pub fn readable_prefix(&self) -> usize {
        let lead = self.0.iter().take(4).take_while(|b| b.is_ascii_graphic()).count();
        match self.0.len() {
            0..=15 => 0,
            16..=23 => lead.min(2),
            _ => lead,
        }
    }

    /// A tag for telling secrets apart in fingerprints: the hash of a long one, of a short (guessable) one only twelve
    /// bits, so that nobody can find a password by trying guesses against a committed baseline.
    pub fn tag(&self, salt: &[&[u8]]) -> Vec<u8> {
        let mut hash = Sha256::new();
        for part in salt {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(self.0);
        let digest = hash.finalize();
        if self.0.len() >= 20 { digest[..16].to_vec() } else { vec![digest[0], digest[1] & 0xf0] }
    }
}

/// Renders `text` with every byte range in `hidden` masked. Ranges may overlap, touch and come in any order; invalid
/// UTF-8 outside them becomes U+FFFD. Line breaks inside a range survive.
pub fn mask(text: &[u8], hidden: &[Range<usize>]) -> String {
    mask_from(text, hidden, false)
}

/// As [`mask`], for a piece cut out of a larger text: `inside` says that a secret had begun before the piece, so that a
/// range at its very start shows no readable lead.
pub fn mask_from(text: &[u8], hidden: &[Range<usize>], inside: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    mask_bytes(text, hidden, inside, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// As [`mask_from`], byte for byte: what is not hidden is copied as it is, valid UTF-8 or not.
pub fn mask_bytes(text: &[u8], hidden: &[Range<usize>], inside: bool, out: &mut Vec<u8>) {
    let mut ranges: Vec<_> = hidden.iter().map(|r| r.start.min(text.len())..r.end.min(text.len())).collect();
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut at = 0;
    for range in ranges {
        if range.start > at {
            out.extend_from_slice(&text[at..range.start]);
        }
        let covered = range.start.max(at);
        if covered < range.end {
            // An overlap continues a masked range: no readable lead a second time.
            let fresh = covered == range.start && !(inside && covered == 0);
            hide(&text[covered..range.end], fresh, out);
            at = range.end;
        }
    }
    out.extend_from_slice(&text[at.min(text.len())..]);
}

/// One [`MASK`] for each character (each byte that is no UTF-8 continuation).
fn hide(secret: &[u8], fresh: bool, out: &mut Vec<u8>) {
    let keep = if fresh { Secret::new(secret).readable_prefix() } else { 0 };
    out.extend_from_slice(&secret[..keep]);
    for b in &secret[keep..] {
        match b {
            b'\n' | b'\r' => out.push(*b),
            0x80..=0xBF => {}
            _ => out.push(MASK),
        }
    }
}

#[cfg(test)]
// A list of one range is meant.
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn masks_overlapping_and_touching_ranges() {
        assert_eq!(mask(b"user:pass@host", &[5..9]), "user:****@host");
        assert_eq!(mask(b"abcdef", &[1..3, 2..5, 5..6]), "a*****");
        assert_eq!(mask(b"abc", &[1..99, 50..60]), "a**");
        assert_eq!(mask("pä\u{fffd}".as_bytes(), &[0..3]), "**\u{fffd}");
    }

    #[test]
    fn keeps_line_breaks_and_a_short_lead() {
        assert_eq!(mask(b"abcdefghijklmnopqrstuvwx\r\nyz", &[0..28]), format!("abcd{}\r\n**", "*".repeat(20)));
        assert_eq!(mask(b"abcdefghijklmnop", &[0..16]), format!("ab{}", "*".repeat(14)));
        assert_eq!(mask(b"abcdefghijklmno", &[0..15]), "*".repeat(15));
    }

    proptest! {
        #[test]
        fn a_masked_secret_is_gone_and_no_longer(
            before in "[ -~]{0,40}", secret in "[a-zA-Z0-9+/=_-]{8,80}", after in "[ -~]{0,40}",
        ) {
            let text = format!("{before}{secret}{after}");
            let masked = mask(text.as_bytes(), &[before.len()..before.len() + secret.len()]);
            prop_assert_eq!(masked.chars().count(), text.chars().count());
            prop_assert!(masked.matches(&secret).count() < text.matches(&secret).count());
        }

        #[test]
        fn masking_is_total(text: Vec<u8>, ranges in proptest::collection::vec((0usize..200, 0usize..200), 0..8)) {
            let ranges: Vec<_> = ranges.into_iter().map(|(a, b)| a.min(b)..a.max(b)).collect();
            mask(&text, &ranges);
        }
    }
}
