//! PEM blocks (RFC 7468) of private keys: what their body decodes to.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Verdict;

/// Proves a body that starts as a DER SEQUENCE whose first member is a version INTEGER (PKCS#1, PKCS#8, SEC1) or an
/// algorithm SEQUENCE (encrypted PKCS#8), or with OpenSSH's magic text (PROTOCOL.key). Refutes one that is no base64 or
/// nearly all one character. Bodies encrypted the old way (`Proc-Type`) are noise, so the rest stays possible.
pub fn pem(value: &[u8]) -> Verdict {
    let body = body(value);
    let Some(bytes) = standard_or_url(&body) else { return Verdict::Refuted };
    let mut seen = [false; 256];
    bytes.iter().for_each(|b| seen[usize::from(*b)] = true);
    if bytes.len() < 24 || seen.iter().filter(|s| **s).count() < 12 {
        return Verdict::Refuted;
    }
    if bytes.starts_with(b"openssh-key-v1\0") || is_key_der(&bytes) { Verdict::Proved } else { Verdict::Possible }
}

/// Whether a private key needs a passphrase: encrypted the old way (RFC 1421 headers), or OpenSSH's with a cipher.
pub fn is_encrypted(value: &[u8]) -> bool {
    const MAGIC: &[u8] = b"openssh-key-v1\0";
    // The name of the cipher follows the magic text as a length and its bytes; `none` is one too.
    let ciphered = |bytes: Vec<u8>| bytes.strip_prefix(MAGIC).is_some_and(|rest| !rest.starts_with(b"\0\0\0\x04none"));
    memchr::memmem::find(value, b"4,ENCRYPTED").is_some() || standard_or_url(&body(value)).is_some_and(ciphered)
}

/// A PEM block of a private key wrapped once more in base64.
pub fn wrapped(value: &[u8]) -> Verdict {
    let Some(block) = standard_or_url(value) else { return Verdict::Refuted };
    let line = block.split(|b| *b == b'\n').next().unwrap_or_default();
    super::proved_if(line.windows(11).any(|w| w == b"PRIVATE KEY"))
}

/// Decodes either base64 alphabet, with or without padding.
pub fn standard_or_url(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|b| *b != b'=')? + 1;
    let standard: Vec<u8> = text[..end]
        .iter()
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    // A cut-off last group of one character carries no byte.
    let whole = if standard.len() % 4 == 1 { standard.len() - 1 } else { standard.len() };
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(&standard[..whole]).ok()
}

/// The base64 characters between the armour lines: without escapes (`\n`), quotes, and headers such as `Proc-Type:`.
fn body(block: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(block)
        .replace("\\r", "\n")
        .replace("\\n", "\n")
        .replace("\\t", " ")
        .replace("\" +", "");
    let lines = text.split("-----").nth(2).unwrap_or(&text).lines();
    let lines = lines.filter(|line| !line.contains(':'));
    lines.flat_map(str::bytes).filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).collect()
}

fn is_key_der(bytes: &[u8]) -> bool {
    let Some((0x30, rest)) = bytes.split_first().map(|(tag, rest)| (*tag, rest)) else { return false };
    let (length, content) = match rest {
        [0x82, high, low, content @ ..] => (usize::from(*high) << 8 | usize::from(*low), content),
        [0x81, length, content @ ..] | [length @ 0..=0x7f, content @ ..] => (usize::from(*length), content),
        _ => return false,
    };
    content.len().abs_diff(length) <= 2 && matches!(content, [2, 1, 0..=1, ..] | [0x30, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_a_passphrase_are_told_from_others() {
        let key = |cipher: &[u8]| block("OPENSSH", &[b"openssh-key-v1\0\0\0\0", cipher, &[7; 40]].concat(), "\n");
        assert!(is_encrypted(&key(b"\x0aaes256-ctr")) && !is_encrypted(&key(b"\x04none")));
        assert!(is_encrypted(b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"));
        assert!(!is_encrypted(b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n"));
    }

    fn block(label: &str, bytes: &[u8], line_break: &str) -> Vec<u8> {
        let body = base64::engine::general_purpose::STANDARD.encode(bytes);
        let lines: Vec<_> = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        let (lines, b) = (lines.join(line_break), line_break);
        format!("-----BEGIN {label}-----{b}{lines}{b}-----END {label}-----").into_bytes()
    }

    fn key_der() -> Vec<u8> {
        let mut der = vec![0x30, 0x81, 0x9d, 2, 1, 0];
        der.extend((0u8..154).map(|i| i.wrapping_mul(73)));
        der
    }

    #[test]
    fn a_key_is_proved_however_its_lines_break() {
        for line_break in ["\n", "\r\n", "\\n", "\\r\\n", "\n    ", "\\n\" +\n \""] {
            assert_eq!(pem(&block("RSA PRIVATE KEY", &key_der(), line_break)), Verdict::Proved, "{line_break:?}");
        }
        let openssh = [&b"openssh-key-v1\0\0\0\0\x04none"[..], &key_der()].concat();
        assert_eq!(pem(&block("OPENSSH PRIVATE KEY", &openssh, "\n")), Verdict::Proved);
    }

    #[test]
    fn noise_is_possible_and_a_placeholder_refuted() {
        let noise: Vec<u8> = (0u8..200).map(|i| i.wrapping_mul(91) ^ 0x55).collect();
        assert_eq!(pem(&block("RSA PRIVATE KEY", &noise, "\n")), Verdict::Possible);
        assert_eq!(pem(&block("RSA PRIVATE KEY", &[0; 200], "\n")), Verdict::Refuted);
        assert_eq!(pem(b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"), Verdict::Refuted);
    }

    #[test]
    fn a_wrapped_block_is_unwrapped() {
        let outer = |label| base64::engine::general_purpose::STANDARD.encode(block(label, &key_der(), "\n"));
        assert_eq!(wrapped(outer("PRIVATE KEY").as_bytes()), Verdict::Proved);
        assert_eq!(wrapped(outer("CERTIFICATE").as_bytes()), Verdict::Refuted);
    }
}
