//! How approvals are printed. Whatever somebody else wrote passes through here, so that no name can move the cursor, change
//! the direction of text, break a line or hide.

use jiff::Timestamp;
use serde_json::Value;

use crate::plan::canonical;
use crate::plan::identifier::{is_invisible, visible};

/// A name in one line of at most `most` characters.
pub fn name(text: &str, most: usize) -> String {
    let shown = visible(text);
    if shown.chars().count() <= most {
        return shown;
    }
    let cut: String = shown.chars().take(most.saturating_sub(1)).collect();
    format!("{cut}…")
}

/// The canonical text of a value, complete, as JSON in which every character can be seen: what is printed parses to the
/// same value.
pub fn json(value: &Value) -> String {
    let text = canonical::to_string(value);
    if !text.chars().any(is_invisible) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        match is_invisible(c) {
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|u| out.push_str(&format!("\\u{u:04x}"))),
            false => out.push(c),
        }
    }
    out
}

/// A point in time.
pub fn time(millis: i64) -> String {
    Timestamp::from_millisecond(millis)
        .map_or_else(|_| "?".to_owned(), |t| t.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// A length of time in its two largest units.
pub fn length(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    match seconds {
        s if s >= 86_400 => format!("{}d {}h", s / 86_400, s % 86_400 / 3600),
        s if s >= 3600 => format!("{}h {}m", s / 3600, s % 3600 / 60),
        s if s >= 60 => format!("{}m {}s", s / 60, s % 60),
        s => format!("{s}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hostile_text_is_seen_and_stays_what_it_is() {
        let hostile = json!({ "resource": "a\u{202e}b\u{1b}[2J\n\u{e0041}\u{9b}" });
        let shown = json(&hostile);
        assert!(!shown.chars().any(is_invisible), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), hostile);
        assert_eq!(name("abcdef", 4), "abc…");
        assert_eq!(name("a\nb", 9), "a\\u{a}b");
        assert_eq!(length(3_720_000), "1h 2m");
    }
}
