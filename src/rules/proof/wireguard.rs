//! WireGuard keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Verdict;

/// 32 bytes in base64. A key of `wg genkey` is a clamped Curve25519 scalar (RFC 7748, section 5: the low three bits
/// of the first byte and the highest of the last are 0, the second highest is 1); one in 32 others is by chance.
pub fn clamped(value: &[u8]) -> Verdict {
    let Ok(bytes) = STANDARD.decode(value) else { return Verdict::Refuted };
    match bytes.as_slice() {
        [first, .., last] if bytes.len() == 32 && first & 7 == 0 && last >> 6 == 1 => Verdict::Proved,
        _ if bytes.len() == 32 => Verdict::Possible,
        _ => Verdict::Refuted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clamping_proves_and_length_refutes() {
        assert_eq!(clamped(STANDARD.encode([0x48; 32]).as_bytes()), Verdict::Proved);
        assert_eq!(clamped(STANDARD.encode([0xff; 32]).as_bytes()), Verdict::Possible);
        assert_eq!(clamped(STANDARD.encode([0x48; 31]).as_bytes()), Verdict::Refuted);
    }
}
