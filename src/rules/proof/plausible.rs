//! Whether a value found by its name alone may be a secret: what is plainly a word, a name, a path or a template is not.

use super::Verdict;

/// What stands where a password goes in documentation, forms and tests, lower-case.
const WORDS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "changeme",
    "change_me",
    "change-me",
    "example",
    "placeholder",
    "default",
    "undefined",
    "required",
    "invalid",
    "incorrect",
];

/// A password: not made of letters only, no path, URL, template or placeholder.
pub fn password(value: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(value) else { return Verdict::Refuted };
    let lower = text.to_ascii_lowercase();
    let plain =
        text.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.' | b':' | b'*' | b'?' | b'!'));
    let place = text.starts_with(['/', '.', '#', '(', '['])
        || text.contains("://")
        || text.contains("%s")
        || text.contains("()");
    refute_if(plain || place || WORDS.iter().any(|w| lower.contains(w)))
}

/// A key: digits among the letters in most of its parts, so that paths of names are none.
pub fn key(value: &[u8]) -> Verdict {
    let parts: Vec<_> = value.split(|b| matches!(b, b'.' | b'/' | b'_' | b'-')).filter(|p| p.len() > 2).collect();
    let words = parts.iter().filter(|p| p.iter().all(u8::is_ascii_alphabetic)).count();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    refute_if(digits == 0 || words * 2 > parts.len() || password(value) == Verdict::Refuted)
}

fn refute_if(doubtful: bool) -> Verdict {
    if doubtful { Verdict::Refuted } else { Verdict::Possible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_paths_and_templates_are_no_passwords() {
        for none in ["hunter", "wrong-password1", "/run/secrets/db1", "http://x/1", "%s:%s1", "current_value", "****"] {
            assert_eq!(password(none.as_bytes()), Verdict::Refuted, "{none}");
        }
        assert_eq!(password(b"tr0ub4dor&3"), Verdict::Possible);
    }

    #[test]
    fn names_are_no_keys() {
        for none in ["some.module.path2.name", "application/json-seq1", "theAccessTokenValue", "x-request-id-v2"] {
            assert_eq!(key(none.as_bytes()), Verdict::Refuted, "{none}");
        }
        assert_eq!(key(b"q8Zr2LmX9vTb4NcK1"), Verdict::Possible);
    }
}
