//! Masks the secrets of a text that arrives bit by bit: what `govctl redact` does.
//!
//! Whole lines are masked and handed on as soon as they are there. The last lines stay in memory as context, so that a
//! match that began earlier is still seen. The body of a private key is masked from its first line on, without waiting for
//! the line that ends it.

use std::ops::Range;

use super::{Engine, Scratch};
use crate::redact;

/// How much of what was handed on is kept as context for a match that crosses lines.
const CONTEXT: usize = 8 << 10;
/// A line longer than this is handed on in pieces.
const LONGEST: usize = 4 << 20;
/// How many lines of a private key are masked before its end must have come.
const KEY_LINES: usize = 400;

/// Masks a stream.
pub struct Redactor<'a> {
    engine: &'a Engine,
    scratch: Scratch,
    /// Context already handed on, then what waits for its line break.
    buffer: Vec<u8>,
    done: usize,
    /// Lines of a private key still to be masked.
    key_lines: usize,
}

impl<'a> Redactor<'a> {
    /// Masks with the rules of `engine`.
    pub fn new(engine: &'a Engine) -> Self {
        Self { engine, scratch: Scratch::default(), buffer: Vec::new(), done: 0, key_lines: 0 }
    }

    /// Takes the next bytes; appends to `out` what can be handed on.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.buffer.extend_from_slice(bytes);
        let waiting = &self.buffer[self.done..];
        match memchr::memrchr(b'\n', waiting) {
            Some(last) => self.hand_on(self.done + last + 1, out),
            // No end in sight: all but a tail in which a secret may have begun.
            None if waiting.len() > LONGEST => self.hand_on(self.buffer.len() - CONTEXT, out),
            None => {}
        }
    }

    /// The rest, which has no line break.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.hand_on(self.buffer.len(), out);
    }

    fn hand_on(&mut self, until: usize, out: &mut Vec<u8>) {
        // Everything there is, so that a secret at a cut in a long line is seen whole.
        let mut hidden = self.engine.secrets(&self.buffer, &mut self.scratch);
        hidden.extend(self.key_bodies(until));
        let piece = self.done..until;
        let relative: Vec<_> = hidden
            .iter()
            .filter(|r| r.start < piece.end && piece.start < r.end)
            .map(|r| r.start.saturating_sub(piece.start)..r.end.min(piece.end) - piece.start)
            .collect();
        let inside = hidden.iter().any(|r| r.start < piece.start && piece.start < r.end);
        redact::mask_bytes(&self.buffer[piece], &relative, inside, out);
        self.buffer.drain(..until.saturating_sub(CONTEXT));
        self.done = until.min(CONTEXT);
    }

    /// Lines of private keys among those about to be handed on.
    fn key_bodies(&mut self, until: usize) -> Vec<Range<usize>> {
        let mut bodies = Vec::new();
        let mut at = self.done;
        for line in self.buffer[self.done..until].split_inclusive(|b| *b == b'\n') {
            // From the line break before it, so that no lead of the line stays readable.
            let range = at.saturating_sub(1)..at + line.trim_ascii_end().len();
            at += line.len();
            if opens_key(line) {
                self.key_lines = KEY_LINES;
            } else if self.key_lines > 0 {
                self.key_lines = if is_key_body(line) { self.key_lines - 1 } else { 0 };
                if self.key_lines > 0 {
                    bodies.push(range);
                }
            }
        }
        bodies
    }
}

/// A line that ends with the head of a private key (RFC 7468, OpenSSH, OpenPGP; RFC 4716's form has four dashes and a blank).
fn opens_key(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.ends_with(b"----")
        && memchr::memmem::rfind(line, b"-----BEGIN ")
            .or_else(|| memchr::memmem::rfind(line, b"---- BEGIN "))
            .is_some_and(|at| memchr::memmem::find(&line[at..], b"PRIVATE KEY").is_some())
}

/// Base64, a header of an encrypted key, or nothing; in a log it may stand behind a prefix, which is masked with it.
fn is_key_body(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let head = line.split(|b| b.is_ascii_whitespace()).next_back().unwrap_or(line);
    !line.windows(5).any(|w| w == b"-----")
        && (memchr::memchr(b':', line).is_some_and(|at| at < 24)
            || head.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\\' | b'"' | b',')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::Settings;
    use crate::rules::{CATALOGUE, built_in, template};
    use proptest::prelude::*;

    fn engine() -> Engine {
        Engine::new(Settings { rules: built_in(), ..Settings::default() }).unwrap()
    }

    fn redacted(engine: &Engine, text: &[u8], piece: usize) -> Vec<u8> {
        let (mut redactor, mut out) = (Redactor::new(engine), Vec::new());
        text.chunks(piece.max(1)).for_each(|c| redactor.push(c, &mut out));
        redactor.finish(&mut out);
        out
    }

    #[test]
    fn a_line_is_handed_on_when_it_ends() {
        let engine = engine();
        let (mut redactor, mut out) = (Redactor::new(&engine), Vec::new());
        redactor.push(b"one\ntw", &mut out);
        assert_eq!(out, b"one\n");
        redactor.push(b"o\n", &mut out);
        assert_eq!(out, b"one\ntwo\n");
    }

    #[test]
    fn a_head_of_either_form_opens_a_key() {
        for head in ["-----BEGIN RSA PRIVATE KEY-----", "x: ---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\r\n"] {
            assert!(opens_key(head.as_bytes()), "{head}");
        }
        for other in ["---- BEGIN SSH2 PUBLIC KEY ----", "-----END RSA PRIVATE KEY-----", "----"] {
            assert!(!opens_key(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_key_is_masked_before_its_end_has_come() {
        let key = template::expand("{pem:RSA PRIVATE KEY}", &mut fastrand::Rng::with_seed(3)).unwrap();
        let text = format!("before\n{key}\nafter\n");
        let engine = engine();
        for piece in [1, 7, 65, 10_000] {
            let out = String::from_utf8(redacted(&engine, text.as_bytes(), piece)).unwrap();
            assert!(out.starts_with("before\n----") && out.ends_with("\nafter\n"), "{out}");
            for line in key.lines().filter(|l| !l.starts_with('-')) {
                assert!(!out.contains(&line[..8]), "pieces of {piece} show a line of the key");
            }
        }
    }

    #[test]
    fn a_long_line_goes_on_in_pieces_and_hides_what_stands_at_a_cut() {
        let token = template::expand("{crc:ghp_}", &mut fastrand::Rng::with_seed(3)).unwrap();
        let text = [vec![b' '; LONGEST - CONTEXT + 1 - 20], token.clone().into_bytes(), vec![b' '; 1000]].concat();
        let out = redacted(&engine(), &text, 1 << 16);
        assert_eq!(out.len(), text.len());
        assert!(memchr::memmem::find(&out, &token.as_bytes()[4..]).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn masks_every_hit_once_and_for_all(rule in 0..CATALOGUE.len(), seed: u64, piece in 1usize..300) {
            let engine = engine();
            let hits = &CATALOGUE[rule].info.hit;
            let mut rng = fastrand::Rng::with_seed(seed);
            let text: String = hits.iter().map(|t| template::expand(t, &mut rng).unwrap() + "\n").collect();
            let out = redacted(&engine, text.as_bytes(), piece);
            prop_assert!(out.len() <= text.len());
            prop_assert_eq!(redacted(&engine, &out, piece), out);
        }

        #[test]
        fn what_holds_no_secret_is_copied_byte_for_byte(bytes: Vec<u8>, piece in 1usize..50) {
            let engine = Engine::new(Settings::default()).unwrap();
            prop_assert_eq!(redacted(&engine, &bytes, piece), bytes);
        }
    }
}
