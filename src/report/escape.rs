//! The one place that makes hostile text harmless: no name, message or excerpt can forge output.
//!
//! What is escaped: control characters (C0, DEL, C1), the bidirectional controls of "Trojan Source" (CVE-2021-42574),
//! line and paragraph separators, invisible characters that change what a name looks like, and noncharacters (which XML
//! forbids). Joiners that scripts and emoji need (U+200C, U+200D) stay.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character must not be printed as it is.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}' | '\u{fdd0}'..='\u{fdef}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// Whether a text has nothing but printable ASCII: most have, and that is told at once.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, b| plain & (0x20..0x7f).contains(&b))
}

/// `text` on one line with every unsafe character written out: `\n`, `\x1b`, `\u{202e}`. A backslash stays as it is.
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().fold(String::with_capacity(text.len() + 16), |mut out, c| {
        push_visible(&mut out, c);
        out
    }))
}

/// Like [`visible`] for running text that may come in several lines (help, explanations): breaks become spaces.
pub fn flowing(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// Appends one character, written out if it is unsafe.
pub fn push_visible(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = match c {
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        c if c.is_ascii_control() => write!(out, "\\x{:02x}", c as u32),
        c if is_unsafe(c) => write!(out, "\\u{{{:04x}}}", c as u32),
        c => out.write_char(c),
    };
}

/// Finished JSON with the unsafe characters that JSON allows in strings (DEL, C1, bidirectional controls …) as `\uXXXX`,
/// so that it reads back the same and prints harmlessly. The line breaks between values stay.
pub fn json(text: &str) -> Cow<'_, str> {
    let raw = |c: char| is_unsafe(c) && c != '\n';
    if is_plain(text) || !text.contains(raw) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().fold(String::with_capacity(text.len() + 16), |mut out, c| {
        if raw(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
        out
    }))
}

/// [`visible`], then escaped for XML 1.0 text and attribute values.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_characters_are_written_out() {
        assert_eq!(visible("a\u{1b}[31m\r\n\tb\u{7f}\u{9b}"), "a\\x1b[31m\\r\\n\\tb\\x7f\\u{009b}");
        assert_eq!(visible("x\u{202e}gpj.exe\u{2066}\u{feff}\u{ffff}"), "x\\u{202e}gpj.exe\\u{2066}\\u{feff}\\u{ffff}");
        assert!(matches!(visible("größe 漢字 👩\u{200d}💻 C:\\x"), Cow::Borrowed(_)));
    }

    #[test]
    fn running_text_becomes_one_line() {
        assert_eq!(flowing(" a\n  b\tc\u{7} "), "a b c\\x07");
    }

    #[test]
    fn json_reads_back_the_same() {
        let hostile = "\u{9b}31m \u{202e} \u{e0041} \u{7f} \n \u{2028} é";
        let text = serde_json::to_string_pretty(&vec![hostile]).unwrap();
        let safe = json(&text);
        assert!(!safe.contains(|c| is_unsafe(c) && c != '\n'), "{safe}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), [hostile]);
    }

    #[test]
    fn xml_has_no_markup_left() {
        assert_eq!(xml("<a b='\"'>&\u{0}"), "&lt;a b=&apos;&quot;&apos;&gt;&amp;\\x00");
    }
}
