//! What the characters of a value say that it is, where it is no secret: a template, a path, an address, a number.

use super::spot::{Words, holds};
use super::value::clamp;

/// Words that stand in values made up to show where a secret goes.
static MADE_UP: Words = Words::new(&[
    b"example",
    b"changeme",
    b"change_me",
    b"change-me",
    b"placeholder",
    b"your",
    b"insert",
    b"redacted",
    b"dummy",
    b"foobar",
    b"sample",
    b"xxxx",
    b"****",
    b"todo",
    b"fixme",
    b"replace",
    b"secret",
    b"passw",
    b"token",
    b"null",
    b"undefined",
    b"none",
    b"test",
    b"some",
    b"fake",
    b"<",
    b"...",
    b"abc123",
    b"qwerty",
    b"hidden",
    b"masked",
    b"removed",
    b"default",
    b"enter",
    b"mock",
]);

/// What a value stands for, where it is no secret itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grammar {
    /// How many words it has that people write in made-up values.
    pub made_up: u16,
    /// It has the syntax of a template, a variable or an interpolation.
    pub template: bool,
    /// A path or a file name.
    pub path: bool,
    /// A URL.
    pub url: bool,
    /// Names joined by points, colons or arrows; a call.
    pub code: bool,
    /// A date, a version, an address of the network.
    pub number: bool,
    /// An e-mail address.
    pub email: bool,
    /// Hex digits only.
    pub hex: bool,
    /// A UUID.
    pub uuid: bool,
    /// Base64 with padding, or a length that needs none.
    pub base64: bool,
    /// Words joined by `-`, `_`, `.` or space: an identifier, a slug, a sentence.
    pub slug: bool,
    /// Upper-case words joined by `_`: a constant.
    pub constant: bool,
    /// Escape sequences.
    pub escapes: u16,
}

/// Reads the grammar of a value.
pub fn grammar(value: &[u8]) -> Grammar {
    let first = &value[..value.len().min(256)];
    let kinds = value.iter().fold(0, |kinds, b| kinds | kind::OF[usize::from(*b)]);
    let hold = |all: u32| kinds & all == all;
    let only = |some: u32| !value.is_empty() && kinds & !some == 0;
    let has = |needle: &[u8], all: u32| hold(all) && holds(first, needle);
    Grammar {
        made_up: MADE_UP.in_text(first).count_ones() as u16,
        template: kinds & kind::TEMPLATE != 0 && is_template(value),
        path: value.starts_with(b"/") && value.len() > 4 && !only(kind::BASE64)
            || value.starts_with(b"./")
            || value.starts_with(b"~/")
            || value.starts_with(b"../")
            || has(b":\\", kind::COLON | kind::BACKSLASH)
            || hold(kind::POINT) && ends_in_extension(first),
        url: has(b"://", kind::COLON) || first.get(..4).is_some_and(|w| w.eq_ignore_ascii_case(b"www.")),
        code: has(b"::", kind::COLON)
            || has(b"->", kind::DASH)
            || hold(kind::OPENS | kind::CLOSES)
            || hold(kind::POINT) && only(kind::LETTER | kind::LINE | kind::POINT) && is_dotted(value),
        number: only(kind::NUMBER),
        email: hold(kind::AT | kind::POINT) && is_address(value),
        hex: only(kind::HEX),
        uuid: is_uuid(value),
        base64: value.len() >= 16 && value.len().is_multiple_of(4) && only(kind::BASE64),
        slug: !only(kind::WORD) && !value.is_empty() && kinds & (kind::DIGIT | kind::LINE) == 0,
        constant: hold(kind::LINE) && only(kind::UPPER | kind::DIGIT | kind::LINE),
        escapes: if hold(kind::BACKSLASH) { clamp(value.iter().filter(|b| **b == b'\\').count()) } else { 0 },
    }
}

/// Whether a value has letters and what joins words, nothing else.
pub fn may_be_words(value: &[u8]) -> bool {
    value.iter().fold(0, |kinds, b| kinds | kind::OF[usize::from(*b)]) & !kind::WORDS == 0
}

/// `${X}`, `{{ x }}`, `%s`, `#{x}`, `$(x)`, `<x>`, `[x]`, `@x@`: somebody else fills in the value.
pub fn is_template(value: &[u8]) -> bool {
    let framed = |a: u8, b: u8| value.len() > 2 && value[0] == a && value[value.len() - 1] == b;
    let variable = |rest: &[u8]| {
        rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && rest.iter().all(|b| b.is_ascii_alphanumeric() || b"_.->[]'\"".contains(b))
    };
    value.windows(2).any(|two| matches!(two, b"${" | b"{{" | b"#{" | b"$(" | b"%(" | b"<%" | b"}}"))
        || matches!(value, [b'%', _] | [b'%', b'-', ..])
        || framed(b'<', b'>')
        || framed(b'[', b']')
        || framed(b'{', b'}')
        || framed(b'%', b'%')
        || framed(b'@', b'@')
        || framed(b'(', b')')
        || (value.first() == Some(&b'$') && variable(&value[1..]) && !value[1..].iter().any(u8::is_ascii_digit))
}

fn ends_in_extension(value: &[u8]) -> bool {
    let Some(dot) = memchr::memrchr(b'.', value) else { return false };
    let extension = &value[dot + 1..];
    dot > 0 && extension.len() <= 4 && EXTENSIONS.iter().any(|e| e.eq_ignore_ascii_case(extension))
}

const EXTENSIONS: &[&[u8]] = &[
    b"json", b"yml", b"yaml", b"txt", b"pem", b"key", b"crt", b"cert", b"js", b"ts", b"py", b"rb", b"go", b"html",
    b"php", b"xml", b"conf", b"cfg", b"ini", b"env", b"md", b"png", b"svg", b"css", b"sh", b"toml", b"java", b"pub",
    b"p12", b"jks", b"pfx", b"cer", b"com", b"org", b"net", b"io",
];

/// Names joined by points, two letters or more each.
fn is_dotted(value: &[u8]) -> bool {
    value.split(|b| *b == b'.').all(|w| w.len() >= 2)
}

fn is_address(value: &[u8]) -> bool {
    value.iter().position(|b| *b == b'@').is_some_and(|at| {
        at > 0 && value[at..].contains(&b'.') && value.iter().all(|b| b.is_ascii_alphanumeric() || b"@._-+".contains(b))
    })
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value
            .iter()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Kinds of bytes: those that a value has none of rule out most of what it could be.
mod kind {
    const LOWER_HEX: u32 = 1;
    const LOWER_OTHER: u32 = 1 << 1;
    const UPPER_HEX: u32 = 1 << 2;
    /// As they stand in times.
    const T_AND_Z: u32 = 1 << 3;
    const UPPER_OTHER: u32 = 1 << 4;
    pub const DIGIT: u32 = 1 << 5;
    pub const LINE: u32 = 1 << 6;
    pub const POINT: u32 = 1 << 7;
    pub const COLON: u32 = 1 << 8;
    pub const DASH: u32 = 1 << 9;
    const SLASH: u32 = 1 << 10;
    const PLUS: u32 = 1 << 11;
    const EQUALS: u32 = 1 << 12;
    const BLANK: u32 = 1 << 13;
    pub const BACKSLASH: u32 = 1 << 14;
    pub const OPENS: u32 = 1 << 15;
    pub const CLOSES: u32 = 1 << 16;
    pub const AT: u32 = 1 << 17;
    /// What else every template has one of.
    const FRAME: u32 = 1 << 18;
    const OTHER: u32 = 1 << 19;

    pub const UPPER: u32 = UPPER_HEX | T_AND_Z | UPPER_OTHER;
    pub const LETTER: u32 = LOWER_HEX | LOWER_OTHER | UPPER;
    pub const HEX: u32 = LOWER_HEX | UPPER_HEX | DIGIT;
    pub const WORD: u32 = LETTER | DIGIT | LINE;
    pub const BASE64: u32 = LETTER | DIGIT | PLUS | SLASH | EQUALS;
    pub const NUMBER: u32 = DIGIT | POINT | COLON | DASH | SLASH | PLUS | T_AND_Z | BLANK;
    pub const WORDS: u32 = LETTER | LINE | POINT | DASH | SLASH | BLANK;
    pub const TEMPLATE: u32 = FRAME | OPENS | AT;

    pub static OF: [u32; 256] = {
        let (mut kinds, mut b) = ([0; 256], 0);
        while b < 256 {
            kinds[b] = of(b as u8);
            b += 1;
        }
        kinds
    };

    const fn of(b: u8) -> u32 {
        match b {
            b'a'..=b'f' => LOWER_HEX,
            b'g'..=b'z' => LOWER_OTHER,
            b'A'..=b'F' => UPPER_HEX,
            b'T' | b'Z' => T_AND_Z,
            b'G'..=b'Y' => UPPER_OTHER,
            b'0'..=b'9' => DIGIT,
            b'_' => LINE,
            b'.' => POINT,
            b':' => COLON,
            b'-' => DASH,
            b'/' => SLASH,
            b'+' => PLUS,
            b'=' => EQUALS,
            b' ' => BLANK,
            b'\\' => BACKSLASH,
            b'(' => OPENS,
            b')' => CLOSES,
            b'@' => AT,
            b'$' | b'{' | b'}' | b'#' | b'%' | b'<' | b'[' => FRAME,
            _ => OTHER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_fill_in_is_a_template() {
        for value in
            ["${PASSWORD}", "{{ password }}", "%(password)s", "<password>", "$password", "$(cat x)", "%s", "[secret]"]
        {
            assert!(is_template(value.as_bytes()), "{value}");
        }
        for value in ["pa$$word", "$2b$10$abc", "a{b", "%7Bx", "q<w>e1"] {
            assert!(!is_template(value.as_bytes()), "{value}");
        }
        for value in ["${x}", "a}}", "#{x", "$(x", "%(x", "<%", "%s", "<x>", "[x]", "{x}", "%x%", "@x@", "(x)", "$x"] {
            assert!(is_template(value.as_bytes()) && grammar(value.as_bytes()).template, "{value}");
        }
    }

    #[test]
    fn grammars() {
        assert!(grammar(b"/run/secrets/db.txt").path && grammar(b"key.pem").path && !grammar(b"q8Zr2LmX").path);
        assert!(grammar(b"some.module.name").code && grammar(b"a@example.com").email && grammar(b"2020-01-02").number);
        assert!(grammar(b"my-slug-here").slug && grammar(b"MY_CONST").constant && grammar(b"dead0bee").hex);
    }
}
