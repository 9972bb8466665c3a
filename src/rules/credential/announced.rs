//! Values that no name announces but their place: user and password in a URL, in a header, on a command line.

use super::candidate::{Candidate, Joint, Quote, VALUE};
use super::literal::{Cursor, closing, is_quote, skip_literal_prefix, table};

/// What ends the part of a URL that names a user and a host.
static ENDS_HOST: [bool; 256] = table(b"\t\n\x0C\r /?#\"'`<>(){}|,");

/// `scheme://user:password@host`, its `://` at `at`.
pub fn url(text: &[u8], at: usize, found: &mut dyn FnMut(Candidate)) {
    let start = at + 3;
    let rest = &text[start..(start + 400).min(text.len())];
    let stop = rest.iter().position(|b| ENDS_HOST[usize::from(*b)]).unwrap_or(rest.len());
    let Some(host) = memchr::memrchr(b'@', &rest[..stop]) else { return };
    let Some(colon) = memchr::memchr(b':', &rest[..host]) else { return };
    let name = text[..at].iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'+').map_or(0, |i| i + 1);
    found(Candidate {
        name: name..at,
        value: start + colon + 1..start + host,
        joint: Joint::Url,
        quote: Quote::None,
        wrapped: false,
        nested: false,
        spaced: false,
        more: false,
    });
}

/// `Basic …`, `Bearer …`: the word at `at`, its end at `end`.
pub fn scheme(text: &[u8], at: usize, end: usize, found: &mut dyn FnMut(Candidate)) {
    let mut c = Cursor { text, at: end };
    c.blanks();
    let rest = &text[c.at..(c.at + VALUE).min(text.len())];
    let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"+/=_-.~:!".contains(b)).count();
    let tail = rest[length..].split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    found(Candidate {
        name: at..end,
        value: c.at..c.at + length,
        joint: Joint::Scheme,
        quote: Quote::None,
        wrapped: false,
        nested: false,
        spaced: true,
        more: tail.first().is_some_and(u8::is_ascii_alphanumeric),
    });
}

/// `user:password` in a literal that is encoded for a header.
pub fn encoded_pair(text: &[u8], at: usize, end: usize, found: &mut dyn FnMut(Candidate)) {
    let mut c = Cursor { text, at: end };
    skip_literal_prefix(&mut c);
    let quote = c.peek();
    if !is_quote(quote) {
        return;
    }
    let Some(stop) = closing(text, c.at + 1, quote, false) else { return };
    let Some(colon) = memchr::memchr(b':', &text[c.at + 1..stop]).map(|i| c.at + 1 + i) else { return };
    found(Candidate {
        name: at..end,
        value: colon + 1..stop,
        joint: Joint::Curl,
        quote: Quote::Double,
        wrapped: true,
        nested: false,
        spaced: false,
        more: false,
    });
}

/// `curl … -u user:password`.
pub fn curl(text: &[u8], at: usize, found: &mut dyn FnMut(Candidate)) {
    let line = &text[at..super::line_end(text, at).min(at + 600)];
    for flag in [&b" -u"[..], b" --user", b" --proxy-user"] {
        for hit in memchr::memmem::find_iter(line, flag) {
            let mut i = hit + flag.len();
            while i < line.len() && b" =\"'".contains(&line[i]) {
                i += 1;
            }
            let pair = &line[i..];
            let stop = pair.iter().position(|b| b.is_ascii_whitespace() || b"\"'`\\".contains(b)).unwrap_or(pair.len());
            let Some(colon) = memchr::memchr(b':', &pair[..stop]).filter(|c| *c > 0) else { continue };
            found(Candidate {
                name: at..at + 4,
                value: at + i + colon + 1..at + i + stop,
                joint: Joint::Curl,
                quote: Quote::None,
                wrapped: false,
                nested: false,
                spaced: true,
                more: false,
            });
        }
    }
}
