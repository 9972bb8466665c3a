//! Values that do not stand right behind their name: in the next element or column, on the next line, behind a tag or an
//! emphasis, after a word.

use super::language::Language;
use super::literal::{Cursor, closing, in_text, is_quote, skip_literal_prefix};

/// Elements of which the first names what the second holds: property lists, Hadoop's settings, tables, definition lists.
const PAIRS: [(&[u8], &[u8]); 5] =
    [(b"key", b"string"), (b"name", b"value"), (b"th", b"td"), (b"td", b"td"), (b"dt", b"dd")];
/// Elements that only change how a text looks.
const LOOKS: [&[u8]; 8] = [b"span", b"code", b"strong", b"b", b"em", b"i", b"tt", b"kbd"];
/// Longest tag that is skipped, in bytes.
const TAG: usize = 120;

/// Over `</key> <string>`: whether the value of the name stands in the next element.
pub fn next_element(c: &mut Cursor<'_>) -> bool {
    let from = c.at;
    for (first, second) in PAIRS {
        if c.peek() == b'<' && c.ahead(1) == b'/' && tag(c).is_some_and(|t| t.eq_ignore_ascii_case(first)) {
            white(c);
            if c.peek() == b'<' && tag(c).is_some_and(|t| t.eq_ignore_ascii_case(second)) {
                return true;
            }
        }
        c.at = from;
    }
    false
}

/// Over up to four tags that only change how a text looks, with blanks around.
pub fn skip_looks(c: &mut Cursor<'_>) {
    for _ in 0..4 {
        let from = c.at;
        c.blanks();
        if c.peek() != b'<' || !tag(c).is_some_and(|t| LOOKS.iter().any(|l| t.eq_ignore_ascii_case(l))) {
            c.at = from;
            return;
        }
    }
}

/// Over a tag; its name.
fn tag<'a>(c: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let text = c.text;
    let rest = &text[c.at..(c.at + TAG).min(text.len())];
    let end = memchr::memchr2(b'>', b'\n', rest).filter(|i| rest[*i] == b'>')?;
    let inner = rest[1..end].strip_prefix(b"/").unwrap_or(&rest[1..end]);
    let name = inner.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    c.at += end + 1;
    Some(&inner[..name])
}

fn white(c: &mut Cursor<'_>) {
    let rest = &c.text[c.at..(c.at + TAG).min(c.text.len())];
    c.at += rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
}

/// Over what stands between an operator and its value: `**` of Markdown, tags, the head of a block in YAML.
pub fn skip_before_value(c: &mut Cursor<'_>, language: Language) {
    match language {
        Language::Yaml if matches!(c.peek(), b'|' | b'>') => block(c),
        Language::Prose if c.starts_with(b"** ") || c.starts_with(b"__ ") => c.at += 3,
        Language::Markup | Language::Prose if c.peek() == b'<' => {
            skip_looks(c);
            c.blanks();
        }
        _ => {}
    }
}

/// How long the word before the value of an authorization header is: `Authorization: token …`.
pub fn scheme(text: &[u8], name: &[u8], at: usize) -> usize {
    const HEADER: &[u8] = b"authorization";
    let is_header = name.len() >= HEADER.len() && name[name.len() - HEADER.len()..].eq_ignore_ascii_case(HEADER);
    let follows = |w: &&&[u8]| text.get(at..at + w.len()).is_some_and(|t| t.eq_ignore_ascii_case(w));
    let schemes: [&[u8]; 6] = [b"token ", b"apikey ", b"api-key ", b"key ", b"bot ", b"apitoken "];
    if is_header { schemes.iter().find(follows).map_or(0, |w| w.len()) } else { 0 }
}

/// Over `|-` and the line break behind it.
fn block(c: &mut Cursor<'_>) {
    let rest = &c.text[c.at..(c.at + TAG).min(c.text.len())];
    let head = rest.iter().take_while(|b| b"|>+-0123456789\r".contains(b)).count();
    if rest.get(head) == Some(&b'\n') {
        c.at += head;
        white(c);
    }
}

/// The text of an element, without CDATA and the white space of its own line; `None` where there is another element in it.
pub fn element(c: &Cursor<'_>) -> Option<std::ops::Range<usize>> {
    let rest = &c.text[c.at..(c.at + 400).min(c.text.len())];
    let skipped = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let inner = &rest[skipped..];
    if let Some(data) = inner.strip_prefix(b"<![CDATA[") {
        let end = memchr::memmem::find(data, b"]]>")?;
        let start = c.at + skipped + inner.len() - data.len();
        return Some(start..start + end);
    }
    let end = inner.iter().position(|b| b"<\n".contains(b))?;
    let alone = inner[..end].trim_ascii_end();
    // Only one word may have a line of its own: everything else is a text for people.
    let closes = inner[end] == b'<' && skipped == 0;
    let one_word = !alone.is_empty() && !alone.contains(&b' ') && inner[end..].trim_ascii_start().starts_with(b"</");
    (closes || one_word).then(|| c.at + skipped..c.at + skipped + alone.len())
}

/// Whether the cursor stands before the `|` of a table's row, whose next column is the value.
pub fn is_column(c: &Cursor<'_>, name: usize) -> bool {
    let low = name.saturating_sub(200);
    let line = memchr::memrchr(b'\n', &c.text[low..name]).map_or(low, |i| low + i + 1);
    c.text[line..name].trim_ascii_start().starts_with(b"|")
}

/// `requirepass value`, `ENV NAME value`: whether the name opens a line, and one word more is all that the line holds.
pub fn is_directive(c: &Cursor<'_>, name: usize, language: Language) -> bool {
    if !matches!(language, Language::Settings | Language::Shell) || !c.peek().is_ascii_alphanumeric() {
        return false;
    }
    let low = name.saturating_sub(40);
    let line = memchr::memrchr(b'\n', &c.text[low..name]).map_or(low, |i| low + i + 1);
    let before = c.text[line..name].trim_ascii();
    let opens = match language {
        Language::Settings => before.is_empty() && (line > low || low == 0),
        _ => before.eq_ignore_ascii_case(b"env"),
    };
    let value = || rest_of_line(c);
    opens && value().len() >= 6 && !value().contains(&b' ')
}

/// `the token is value`: whether a word with letters and digits follows, which no sentence has.
pub fn is_told(c: &Cursor<'_>, name: usize, language: Language) -> bool {
    if !c.starts_with(b"is ") || !(language == Language::Prose || in_text(c.text, name)) {
        return false;
    }
    let line = rest_of_line(c);
    let told = line.get(3..).unwrap_or_default();
    let word = told.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.first().is_some_and(|b| is_quote(*b))
        || (word.len() >= 8
            && word.iter().any(u8::is_ascii_digit)
            && word.iter().any(u8::is_ascii_alphabetic)
            && word.iter().all(u8::is_ascii_alphanumeric))
}

fn rest_of_line<'a>(c: &Cursor<'a>) -> &'a [u8] {
    let text = c.text;
    let rest = &text[c.at..(c.at + 200).min(text.len())];
    rest.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end()
}

/// `auth=("user", "value")`: from the quote of the first to that of the second.
pub fn second_of_pair(c: &mut Cursor<'_>, name: &[u8]) {
    let is = |end: &[u8]| name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end);
    let from = c.at;
    if !(is(b"auth") || is(b"credentials")) || from == 0 || c.text[from - 1] != b'(' {
        return;
    }
    let Some(end) = closing(c.text, from + 1, c.peek(), false) else { return };
    c.at = end + 1;
    if c.peek() == b',' {
        c.at += 1;
        c.blanks();
        skip_literal_prefix(c);
        if is_quote(c.peek()) {
            return;
        }
    }
    c.at = from;
}
