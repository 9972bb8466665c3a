//! Reads the value behind an operator: a literal in quotes, one in a call, a list of numbers, a word without quotes.

use std::ops::Range;

use super::candidate::{Candidate, GAP, Joint, Quote, VALUE};
use super::language::Language;
use super::layout;
use super::spot::holds_in_any_case;

/// A cursor over the bytes behind a name.
pub struct Cursor<'a> {
    /// The text.
    pub text: &'a [u8],
    /// Where it stands.
    pub at: usize,
}

impl Cursor<'_> {
    /// The byte at the cursor; a line break at the end.
    #[inline]
    pub fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(b'\n')
    }
    /// The byte `n` behind the cursor.
    #[inline]
    pub fn ahead(&self, n: usize) -> u8 {
        self.text.get(self.at + n).copied().unwrap_or(b'\n')
    }
    /// Whether the text goes on like this, in any case.
    #[inline]
    pub fn starts_with(&self, what: &[u8]) -> bool {
        self.text.get(self.at..self.at + what.len()).is_some_and(|t| t.eq_ignore_ascii_case(what))
    }
    /// Over spaces and tabs; how many.
    #[inline]
    pub fn blanks(&mut self) -> usize {
        let from = self.at;
        while matches!(self.peek(), b' ' | b'\t') && self.at - from < GAP {
            self.at += 1;
        }
        self.at - from
    }
    /// Over a quotation mark written as an entity of HTML; says whether there was one.
    #[inline]
    pub fn entity(&mut self) -> bool {
        if self.peek() != b'&' {
            return false;
        }
        let found = [&b"&quot;"[..], b"&#39;", b"&#34;", b"&apos;"].into_iter().find(|e| self.starts_with(e));
        self.at += found.map_or(0, <[u8]>::len);
        found.is_some()
    }
}

/// Reads the value at the cursor.
pub fn value(c: &mut Cursor<'_>, mut shape: Candidate, language: Language, found: &mut dyn FnMut(Candidate)) {
    if matches!(shape.joint, Joint::Colon | Joint::Assignment) {
        layout::skip_before_value(c, language);
    }
    skip_literal_prefix(c);
    if is_quote(c.peek()) || c.starts_with(b"\\\"") || c.starts_with(b"\\'") {
        return quoted(c, shape, found);
    }
    if shape.joint == Joint::Element {
        if let Some(value) = layout::element(c) {
            shape.value = value;
            found(shape);
        }
        return;
    }
    if c.entity() {
        let rest = &c.text[c.at..(c.at + 200).min(c.text.len())];
        let end = rest.iter().position(|b| !b.is_ascii_graphic() || b"&<>".contains(b)).unwrap_or(rest.len());
        found(Candidate { value: c.at..c.at + end, quote: Quote::Escaped, ..shape });
        return;
    }
    if let Some(list) = numbers(c) {
        found(Candidate { value: list, wrapped: true, ..shape });
        return;
    }
    if wrapper(c) {
        shape.wrapped = true;
        layout::second_of_pair(c, &c.text[shape.name.clone()]);
        return quoted(c, shape, found);
    }
    if may_be_bare(c, &shape, language) {
        bare(c, shape, language, found);
    }
}

/// Whether a byte is a quotation mark.
pub fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

/// `b"`, `r'`, `@"` and the like.
pub fn skip_literal_prefix(c: &mut Cursor<'_>) {
    for n in 1..=2 {
        if is_quote(c.ahead(n)) && (0..n).all(|i| c.ahead(i).is_ascii_alphabetic() || b"@$&".contains(&c.ahead(i))) {
            c.at += n;
            return;
        }
    }
}

/// A call, a constructor, a cast, a list or an alternative before a literal on the same line; leaves the cursor at the quote.
fn wrapper(c: &mut Cursor<'_>) -> bool {
    let rest = &c.text[c.at..(c.at + GAP).min(c.text.len())];
    let Some(quote) = memchr::memchr3(b'"', b'\'', b'`', rest) else { return false };
    let between = &rest[..quote];
    if !between.last().is_some_and(|b| b"([{ ".contains(b)) {
        return false;
    }
    let is_alternative = || between.ends_with(b"|| ") || between.ends_with(b"?? ") || between.ends_with(b" or ");
    let holds_value = || between.starts_with(b"{") && memchr::memmem::find(between, b"alue").is_some();
    let is_call = between.iter().all(|b| b.is_ascii_alphanumeric() || b"_.()[]{}:&@ ".contains(b))
        && (between.iter().any(|b| matches!(b, b'(' | b'[')) || holds_value())
        && !looks_up(between);
    let ok = is_call || is_alternative();
    if ok {
        c.at += quote;
        skip_literal_prefix(c);
    }
    ok
}

/// A call that fetches the value from somewhere: what is in quotes is its name.
fn looks_up(between: &[u8]) -> bool {
    let has = |w: &&[u8]| holds_in_any_case(between, w);
    [&b"env"[..], b"get", b"fetch", b"lookup", b"find", b"load", b"read", b"param", b"config", b"hiera", b"input"]
        .iter()
        .any(has)
        || (between.ends_with(b"[")
            && between.iter().any(u8::is_ascii_alphabetic)
            && !between.eq_ignore_ascii_case(b"[]byte["))
}

fn quoted(c: &mut Cursor<'_>, mut shape: Candidate, found: &mut dyn FnMut(Candidate)) {
    let escaped = c.peek() == b'\\';
    let quote = if escaped { c.ahead(1) } else { c.peek() };
    c.at += if escaped { 2 } else { 1 };
    if c.peek() == quote && c.ahead(1) == quote {
        c.at += 2;
    }
    c.at += layout::scheme(c.text, &c.text[shape.name.clone()], c.at);
    let Some(end) = closing(c.text, c.at, quote, escaped).or_else(|| open_end(c.text, c.at)) else { return };
    shape.value = c.at..end;
    shape.quote = match quote {
        _ if escaped => Quote::Escaped,
        b'"' => Quote::Double,
        b'\'' => Quote::Single,
        _ => Quote::Back,
    };
    if c.text[shape.value.clone()].trim_ascii_start().starts_with(b"{") {
        nested(c.text, &shape, found);
    }
    found(shape);
}

/// Where a literal that began at `from` ends on its line.
pub fn closing(text: &[u8], from: usize, quote: u8, escaped: bool) -> Option<usize> {
    let end = (from + VALUE).min(text.len());
    let mut at = from;
    while at < end {
        match text[at] {
            b'\n' => return None,
            b'\\' if escaped && text.get(at + 1) == Some(&quote) => return Some(at),
            b'\\' => at += 1,
            b if b == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The end of the first line of a literal that goes on over several: one long word, as keys in base64 are.
fn open_end(text: &[u8], from: usize) -> Option<usize> {
    let line = text[from..(from + VALUE).min(text.len())].split(|b| *b == b'\n').next()?.trim_ascii_end();
    let long = line.len() >= 24 && line.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(b));
    long.then_some(from + line.len())
}

/// A list of eight or more bytes written as numbers: `[]byte{1, 2, …`. Its range on the line.
fn numbers(c: &Cursor<'_>) -> Option<Range<usize>> {
    let rest = &c.text[c.at..(c.at + VALUE).min(c.text.len())];
    let head = &rest[..rest.len().min(40)];
    let open = if rest.starts_with(b"[]") {
        head.iter().position(|b| matches!(b, b'{' | b'(' | b'\n'))
    } else {
        head.iter().position(|b| matches!(b, b'{' | b'[' | b'(' | b'\n'))
    };
    let open = open.filter(|at| rest[*at] != b'\n')?;
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let list = &line[open + 1..];
    let length = list.iter().take_while(|b| b.is_ascii_hexdigit() || matches!(b, b',' | b' ' | b'x')).count();
    let list = &list[..length];
    let count = list.split(|b| *b == b',').filter(|n| {
        let n = n.trim_ascii();
        !n.is_empty() && n.len() <= 4 && n[0].is_ascii_digit()
    });
    (count.count() >= 8).then(|| c.at + open + 1..c.at + open + 1 + list.trim_ascii_end().len())
}

/// The strings of a JSON text inside a value, which carry the value's name: at most eight.
fn nested(text: &[u8], outer: &Candidate, found: &mut dyn FnMut(Candidate)) {
    let (mut at, mut count) = (outer.value.start, 0);
    while count < 8 {
        let Some(colon) = memchr::memchr(b':', &text[at..outer.value.end]).map(|i| at + i) else { return };
        at = colon + 1;
        while at < outer.value.end && b" \\\"".contains(&text[at]) {
            at += 1;
        }
        let end =
            text[at..outer.value.end].iter().position(|b| b"\\\"".contains(b)).map_or(outer.value.end, |i| at + i);
        if end > at + 3 {
            found(Candidate { value: at..end, nested: true, quote: Quote::Escaped, ..outer.clone() });
            count += 1;
        }
        at = end;
    }
}

/// Whether a value without quotes can stand here.
fn may_be_bare(c: &Cursor<'_>, shape: &Candidate, language: Language) -> bool {
    match shape.joint {
        Joint::Flag => true,
        Joint::Arrow => matches!(language, Language::Prose | Language::Settings),
        Joint::Space => true,
        Joint::Pair => language == Language::Yaml,
        Joint::Call | Joint::Argument | Joint::Comparison => false,
        Joint::Assignment | Joint::Colon if language == Language::Code && is_line_of_settings(c, shape) => true,
        Joint::Assignment if !shape.spaced => language != Language::Code || in_text(c.text, shape.name.start),
        Joint::Assignment | Joint::Colon => match language {
            Language::Code | Language::Json | Language::Shell => in_text(c.text, shape.name.start),
            _ => true,
        },
        _ => false,
    }
}

/// Whether `name=value` or `name: value` is all that stands on a line, as in texts embedded in code.
fn is_line_of_settings(c: &Cursor<'_>, shape: &Candidate) -> bool {
    let joined = shape.joint == Joint::Colon || !shape.spaced;
    let mut before = c.text[..shape.name.start].iter().rev().take_while(|b| **b != b'\n');
    if !joined || !before.all(u8::is_ascii_whitespace) {
        return false;
    }
    let rest = &c.text[c.at..(c.at + VALUE).min(c.text.len())];
    let value = rest.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
    value.len() >= 6 && value.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=_-!#%^*~".contains(b))
}

/// Whether an offset stands in a string or a comment: an odd number of quotes before it on its line, or a comment's opener.
pub fn in_text(text: &[u8], at: usize) -> bool {
    let low = at.saturating_sub(400);
    let line = &text[memchr::memrchr(b'\n', &text[low..at]).map_or(low, |i| low + i + 1)..at];
    let (mut open, mut i) = (0, 0);
    while let Some(b) = line.get(i) {
        match *b {
            b if !SAYS_TEXT[usize::from(b)] => {}
            b'\\' => i += 1,
            b if b == open => open = 0,
            b if open == 0 && is_quote(b) => open = b,
            b'/' if open == 0 && line.get(i + 1) == Some(&b'/') => return true,
            b'#' if open == 0 => return true,
            b'*' if open == 0 && line[..i].iter().all(|b| b.is_ascii_whitespace() || *b == b'/') => return true,
            _ => {}
        }
        i += 1;
    }
    open != 0
}

/// What tells a string or a comment.
static SAYS_TEXT: [bool; 256] = table(b"\\\"'`/#*");
/// What ends a value without quotes; the second of data.
static ENDS: [[bool; 256]; 2] = [table(b" \t\r\n\"'`<>;,)|&\\"), table(b" \t\r\n")];

/// Which bytes are among these.
pub const fn table(these: &[u8]) -> [bool; 256] {
    let (mut table, mut i) = ([false; 256], 0);
    while i < these.len() {
        table[these[i] as usize] = true;
        i += 1;
    }
    table
}

fn bare(c: &mut Cursor<'_>, mut shape: Candidate, language: Language, found: &mut dyn FnMut(Candidate)) {
    let data = matches!(language, Language::Yaml | Language::Settings) && !in_text(c.text, shape.name.start);
    c.at += layout::scheme(c.text, &c.text[shape.name.clone()], c.at);
    let ends = &ENDS[usize::from(data)];
    let rest = &c.text[c.at..(c.at + VALUE).min(c.text.len())];
    let mut end = rest.iter().position(|b| ends[usize::from(*b)]).unwrap_or(rest.len());
    while end > 0 && b",;\"'".contains(&rest[end - 1]) {
        end -= 1;
    }
    let tail = &rest[end..memchr::memchr(b'\n', &rest[end..]).map_or(rest.len(), |i| end + i)];
    let tail = tail.trim_ascii_start();
    shape.more = tail.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'(');
    shape.value = c.at..c.at + end;
    found(shape);
}
