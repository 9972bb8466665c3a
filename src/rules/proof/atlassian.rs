//! Atlassian's tokens.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Verdict;

/// The last eight characters are the CRC32 of everything before them in upper-case hex; in a URL the `=` before
/// them may be written `%3D` (seen in public tokens, and checked alike by Samsung's CredSweeper).
pub fn crc32(value: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(value).replace("%3D", "=").replace("%3d", "=");
    let Some((body, sum)) = text.len().checked_sub(8).and_then(|at| text.split_at_checked(at)) else {
        return Verdict::Refuted;
    };
    super::proved_if(format!("{:08X}", crc32fast::hash(body.as_bytes())) == sum)
}

/// Data Center tokens are base64 of a number, a colon and random bytes; a prefix up to `-` is not part of it.
pub fn id(value: &[u8]) -> Verdict {
    let encoded = value.strip_prefix(b"BBDC-").unwrap_or(value);
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let standard: Vec<u8> = encoded
        .iter()
        .map(|b| {
            if *b == b'-' {
                b'+'
            } else if *b == b'_' {
                b'/'
            } else {
                *b
            }
        })
        .collect();
    let Ok(bytes) = GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(standard) else {
        return Verdict::Refuted;
    };
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    super::proved_if((1..=20).contains(&digits) && bytes.get(digits) == Some(&b':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn the_checksum_covers_prefix_body_and_equals_sign() {
        let body = "ATATT3xFfGF0abcdef0123456789=";
        let token = format!("{body}{:08X}", crc32fast::hash(body.as_bytes()));
        assert_eq!(crc32(token.as_bytes()), Verdict::Proved);
        assert_eq!(crc32(token.replace('=', "%3D").as_bytes()), Verdict::Proved);
        assert_eq!(crc32(token.replace('b', "c").as_bytes()), Verdict::Refuted);
        assert_eq!(crc32(b"ATBB"), Verdict::Refuted);
    }

    #[test]
    fn a_number_and_a_colon_stand_before_the_random_bytes() {
        let mut bytes = b"123456789012:".to_vec();
        bytes.extend([200; 20]);
        let encoded = STANDARD.encode(&bytes);
        assert_eq!(id(encoded.as_bytes()), Verdict::Proved);
        assert_eq!(id(format!("BBDC-{encoded}").as_bytes()), Verdict::Proved);
        assert_eq!(id(STANDARD.encode([200; 33]).as_bytes()), Verdict::Refuted);
    }
}
