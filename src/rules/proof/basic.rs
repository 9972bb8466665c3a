//! HTTP Basic credentials (RFC 7617): base64 of a user, a colon and a password.

use base64::Engine as _;

use super::Verdict;

/// What documentation writes instead of a password, lower-case.
const PLACEHOLDERS: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"pass",
    b"secret",
    b"changeme",
    b"example",
    b"open sesame",
    b"opensesame",
    b"test",
    b"foo",
    b"bar",
    b"baz",
    b"xxx",
    b"pwd",
    b"pw",
];

/// Refutes what does not decode to printable `user:password`, and passwords that are placeholders or the user's name.
pub fn credentials(value: &[u8]) -> Verdict {
    let Ok(text) = lenient().decode(value.trim_ascii_end()) else { return Verdict::Refuted };
    let Some(colon) = text.iter().position(|b| *b == b':') else { return Verdict::Refuted };
    let (user, password) = (text[..colon].to_ascii_lowercase(), text[colon + 1..].to_ascii_lowercase());
    let printable = text.iter().all(|b| (b' '..0x7f).contains(b)) || std::str::from_utf8(&text).is_ok_and(no_controls);
    let template = password.iter().any(|b| matches!(b, b'<' | b'{'));
    if !printable || template || (password.len() < 3 && user.len() < 12) || user == password {
        return Verdict::Refuted;
    }
    if PLACEHOLDERS.contains(&password.as_slice()) { Verdict::Refuted } else { Verdict::Proved }
}

fn no_controls(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn lenient() -> base64::engine::GeneralPurpose {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Verdict {
        credentials(base64::engine::general_purpose::STANDARD.encode(text).as_bytes())
    }

    #[test]
    fn a_user_and_a_password() {
        assert_eq!(verdict("deploy:kV9wQ2zL"), Verdict::Proved);
        assert_eq!(verdict("0123456789abcdef:"), Verdict::Proved);
        for none in
            ["no colon here", "user:password", "admin:admin", "a:\u{1}\u{2}\u{3}\u{4}", "Aladdin:open sesame", ":"]
        {
            assert_eq!(verdict(none), Verdict::Refuted, "{none}");
        }
        assert_eq!(credentials(b"!!"), Verdict::Refuted);
    }
}
