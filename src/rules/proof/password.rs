//! Passwords in addresses and connection strings: which of them nobody would call secret.

use super::Verdict;

/// What documentation, tests and factory settings write, lower-case, sorted.
const WORDS: &[&str] = &[
    "123456",
    "admin",
    "apikey",
    "bar",
    "changeit",
    "changeme",
    "credentials",
    "default",
    "demo",
    "docker",
    "dummy",
    "elastic",
    "example",
    "foo",
    "foobar",
    "guest",
    "hidden",
    "key",
    "letmein",
    "local",
    "localhost",
    "mariadb",
    "masked",
    "minioadmin",
    "mongo",
    "mongodb",
    "mypass",
    "mypassword",
    "mypw",
    "mysecret",
    "mysql",
    "none",
    "null",
    "oracle",
    "p4ssw0rd",
    "pass",
    "passw",
    "passw0rd",
    "passwd",
    "password",
    "passwort",
    "placeholder",
    "postgres",
    "postgresql",
    "pswd",
    "pwd",
    "qwerty",
    "rabbitmq",
    "redacted",
    "redis",
    "replace",
    "root",
    "sample",
    "secret",
    "string",
    "supersecret",
    "test",
    "tester",
    "testing",
    "tiger",
    "token",
    "user",
    "username",
    "userpass",
    "value",
    "welcome",
    "yourpassword",
];

/// Signs of a value that something fills in later, or that was masked.
const TEMPLATES: &[&str] = &["${", "{{", "%(", "<", "...", "***", "$("];

/// Refutes placeholders, templates and what is too short or too plain to protect anything; proves nothing.
pub fn password(value: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(value) else { return Verdict::Possible };
    let lower = text.to_ascii_lowercase();
    let word: String = lower.chars().filter(|c| !matches!(c, '_' | '-' | '.' | '!' | '@')).collect();
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let plain = word.len() <= 6 && text.bytes().all(|b| b.is_ascii_lowercase());
    let named = (word.starts_with("your") || word.starts_with("my") || word.starts_with("some"))
        && (word.ends_with("password")
            || word.ends_with("pass")
            || word.ends_with("secret")
            || word.ends_with("token"));
    let made_up = plain
        || named
        || text.len() < 4
        || WORDS.binary_search(&word).is_ok()
        || WORDS.binary_search(&lower.as_str()).is_ok()
        || text.starts_with('$')
        || (text.starts_with('%') && text.ends_with('%'))
        || TEMPLATES.iter().any(|t| lower.contains(t));
    if made_up { Verdict::Refuted } else { Verdict::Possible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn placeholders_and_passwords() {
        for none in [
            "password",
            "Password1",
            "P@ssw0rd",
            "pass",
            "s3c",
            "${PW}",
            "%(pw)s",
            "<pw>",
            "your_password",
            "my-secret",
            "****",
            "hunter",
            "root123",
            "test_password",
            "$PASSWORD",
        ] {
            let want = if matches!(none, "P@ssw0rd" | "test_password") { Verdict::Possible } else { Verdict::Refuted };
            assert_eq!(password(none.as_bytes()), want, "{none}");
        }
        for real in ["hunter2x", "Tr0ub4dor&3", "correct horse", "kJ7#mQ2v", "aGreatDeal"] {
            assert_eq!(password(real.as_bytes()), Verdict::Possible, "{real}");
        }
    }
}
