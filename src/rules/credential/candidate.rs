//! Where a value stands that a name, a header or a URL announces. A scanner over bytes: from a keyword to its name, from
//! the name over the operator to the value.

use std::ops::Range;

use super::announced::{curl, encoded_pair, scheme, url};
use super::command;
use super::language::Language;
use super::layout;
use super::literal::{Cursor, table, value};

/// How a value is joined to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// `name = value`, with a type between or not.
    Assignment,
    /// `name: value`.
    Colon,
    /// `name => value`.
    Arrow,
    /// `name == value`.
    Comparison,
    /// `"name", value`.
    Argument,
    /// `name(value)`.
    Call,
    /// `name value`.
    Space,
    /// `--name value`, `--name=value`.
    Flag,
    /// `<name>value</name>`.
    Element,
    /// `name="password" value="…"` and the same in JSON.
    Pair,
    /// `user:value@host` in a URL.
    Url,
    /// A value behind its scheme: `Basic …`, `Bearer …`.
    Scheme,
    /// `curl -u user:value`.
    Curl,
}

/// How a value is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Not at all.
    None,
    /// `"…"`.
    Double,
    /// `'…'`.
    Single,
    /// `` `…` ``.
    Back,
    /// `\"…\"`, in a text inside a text.
    Escaped,
}

/// A value that may be a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The name that announces it.
    pub name: Range<usize>,
    /// The value.
    pub value: Range<usize>,
    /// What joins them.
    pub joint: Joint,
    /// How it is quoted.
    pub quote: Quote,
    /// A call or constructor stands between: `Some("…")`.
    pub wrapped: bool,
    /// It is a string inside the value proper.
    pub nested: bool,
    /// White space around the operator.
    pub spaced: bool,
    /// An unquoted value that is followed by more words.
    pub more: bool,
}

/// Longest name, in bytes.
const NAME: usize = 64;
/// Longest value that is looked at, in bytes.
pub const VALUE: usize = 4096;
/// How far behind a name its value may begin.
pub const GAP: usize = 80;

/// Finds the candidates that a keyword of `len` bytes at `at` announces. Hands each to `found`; returns the end of the
/// name, so that a second keyword in it can be skipped.
pub fn around(text: &[u8], at: usize, len: usize, language: Language, found: &mut dyn FnMut(Candidate)) -> usize {
    let word = &text[at..at + len];
    let is = |w: &[u8]| word.eq_ignore_ascii_case(w);
    match word[0].to_ascii_lowercase() {
        b':' if is(b"://") => url(text, at, found),
        b'b' if is(b"basic ") || is(b"bearer ") => scheme(text, at, at + len - 1, found),
        b'b' if is(b"b64encode(") || is(b"btoa(") => encoded_pair(text, at, at + len, found),
        b'c' if is(b"curl ") => curl(text, at, found),
        b'd' | b'm' if command::COMMANDS.iter().any(|c| is(c)) => command::flag(text, at, found),
        _ => return named(text, at, at + len, language, found),
    }
    at + len
}

/// The same of a keyword that is part of a name.
fn named(text: &[u8], at: usize, end: usize, language: Language, found: &mut dyn FnMut(Candidate)) -> usize {
    let name = name_around(text, at, end);
    if name.len() > NAME {
        return end;
    }
    let end = name.end;
    after_name(text, name, language, found);
    end
}

fn is_name(b: u8) -> bool {
    IS_NAME[usize::from(b)]
}

static IS_NAME: [bool; 256] = table(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.$");

fn name_around(text: &[u8], at: usize, end: usize) -> Range<usize> {
    let low = at.saturating_sub(NAME + 1);
    let start = text[low..at].iter().rposition(|b| !is_name(*b)).map_or(low, |i| low + i + 1);
    // The keyword may end in an operator: the name ends before it.
    let inner = text[at..end].iter().position(|b| !is_name(*b) && *b != b' ').map_or(end, |i| at + i);
    let mut stop = inner;
    while stop > at && text[stop - 1] == b' ' {
        stop -= 1;
    }
    if stop == end {
        let rest = &text[stop..text.len().min(stop.max(start + NAME + 1))];
        stop += rest.iter().take_while(|b| is_name(**b)).count();
    }
    while stop > at && matches!(text[stop - 1], b'.' | b'-') {
        stop -= 1;
    }
    start..stop.max(at + 1)
}

fn after_name(text: &[u8], name: Range<usize>, language: Language, found: &mut dyn FnMut(Candidate)) {
    if text[name.clone()].eq_ignore_ascii_case(b"chpasswd") {
        return command::piped(text, &name, found);
    }
    let mut c = Cursor { text, at: name.end };
    let before = name.start.checked_sub(1).map_or(b'\n', |i| text[i]);
    let from = c.at;
    while matches!(c.peek(), b'"' | b'\'' | b'`' | b'\\' | b']' | b'*' | b'}') && c.at - from < 6 {
        c.at += 1;
    }
    c.entity();
    if c.starts_with(b"()") {
        c.at += 2;
    } else if c.peek() == b')' && before != b'(' {
        c.at += 1;
    }
    let closed = c.at > from || before == b':';
    let in_element = before == b'>' && layout::next_element(&mut c);
    if before == b'>' && !in_element && language == Language::Markup {
        layout::skip_looks(&mut c);
    }
    if matches!(c.peek(), b'?' | b'!') && c.ahead(1) == b':' {
        c.at += 1;
    }
    let blanks = c.blanks();
    let at = Place { name: name.clone(), before, closed, blanks, language };
    let joint = if in_element { Some(Joint::Element) } else { joint(&mut c, &at) };
    let Some(joint) = joint else { return };
    let operator_spaced = blanks > 0;
    let behind = c.blanks();
    let shape = Candidate {
        name,
        value: 0..0,
        joint,
        quote: Quote::None,
        wrapped: false,
        nested: false,
        spaced: operator_spaced || behind > 0,
        more: false,
    };
    value(&mut c, shape, language, found);
}

/// Where a name stands.
struct Place {
    name: Range<usize>,
    /// The byte before it.
    before: u8,
    /// A quote or bracket closes it.
    closed: bool,
    /// How many blanks follow.
    blanks: usize,
    language: Language,
}

/// Reads the operator; leaves the cursor behind it.
fn joint(c: &mut Cursor<'_>, place: &Place) -> Option<Joint> {
    let Place { before, closed, blanks, language, .. } = *place;
    let name = &c.text[place.name.clone()];
    let three = [c.peek(), c.ahead(1), c.ahead(2)];
    let (joint, width) = match three {
        [b'=' | b'!', b'=', b'='] => (Joint::Comparison, 3),
        [b'=' | b'!', b'=', _] => (Joint::Comparison, 2),
        [b'=' | b'-', b'>', _] => (Joint::Arrow, 2),
        [b':', b':', _] => return None,
        [b':' | b'+' | b'?', b'=', _] => (Joint::Assignment, 2),
        [b'|', b'|', b'='] => (Joint::Assignment, 3),
        [b'|', b' ', _] if language == Language::Prose && layout::is_column(c, place.name.start) => (Joint::Colon, 1),
        [b'=', ..] if name.starts_with(b"-") => (Joint::Flag, 1),
        [b'=', ..] => (Joint::Assignment, 1),
        [b':', ..] => (Joint::Colon, 1),
        [b',', ..] if closed => (Joint::Argument, 1),
        [b'(', ..] => (Joint::Call, 1),
        [b'>', ..] if before == b'<' || closed => (Joint::Element, 1),
        _ if (closed || language == Language::Yaml && c.peek() == b'\n') && is_pair(c) => (Joint::Pair, 0),
        _ if blanks > 0 && command::own_flag(c, name) => (Joint::Flag, 0),
        _ if blanks > 0 && name.starts_with(b"-") => (Joint::Flag, 0),
        [b'"' | b'\'' | b'`', ..] if blanks > 0 => (Joint::Space, 0),
        _ if blanks > 0 && layout::is_told(c, place.name.start, language) => (Joint::Space, 3),
        _ if blanks > 0 && layout::is_directive(c, place.name.start, language) => (Joint::Space, 0),
        _ => return None,
    };
    c.at += width;
    match joint {
        Joint::Colon => skip_type(c),
        Joint::Argument if is_pair(c) => return Some(Joint::Pair),
        _ => {}
    }
    Some(joint)
}

/// Over a type annotation, where one stands before an assignment: `: &str =`.
fn skip_type(c: &mut Cursor<'_>) {
    let rest = &c.text[c.at..(c.at + 40).min(c.text.len())];
    let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b" &'<>[]?.|_*".contains(b)).count();
    let is_type = word > 1 && rest.get(word) == Some(&b'=') && rest.get(word + 1).is_some_and(|b| b" \"'`".contains(b));
    if is_type && rest[..word].iter().any(u8::is_ascii_alphabetic) {
        c.at += word + 1;
    }
}

/// Fields that hold the value of a name beside them.
const FIELDS: &[&[u8]] = &[b"value", b"content", b"default"];

/// Whether a `value` field follows; leaves the cursor before its value.
fn is_pair(c: &mut Cursor<'_>) -> bool {
    let end = (c.at + GAP).min(c.text.len());
    let rest = &c.text[c.at..end];
    let skipped = rest.iter().take_while(|b| b.is_ascii_whitespace() || b",\"'".contains(b)).count();
    let word = &rest[skipped..];
    let follows = |k: &&&[u8]| word.len() > k.len() && word[..k.len()].eq_ignore_ascii_case(k);
    let Some(key) = FIELDS.iter().find(follows) else { return false };
    let tail = &word[key.len()..];
    let closers = tail.iter().take_while(|b| b" \"'".contains(b)).count();
    if !matches!(tail.get(closers), Some(b':' | b'=')) {
        return false;
    }
    c.at += skipped + key.len() + closers + 1;
    c.blanks();
    true
}
