//! Grafana service account tokens: `glsa_`, 32 characters, `_`, and the CRC32 of all before, in hex, lowest byte first.

use super::{Verdict, proved_if};

/// The characters that the checksum covers: `glsa_` and the secret.
const COVERED: usize = 37;

/// Whether the checksum holds (Grafana, `pkg/components/satokengen`).
pub fn crc32(value: &[u8]) -> Verdict {
    let Some((covered, tail)) = value.split_at_checked(COVERED) else { return Verdict::Refuted };
    proved_if(tail.strip_prefix(b"_").is_some_and(|sum| sum == checksum(covered).as_bytes()))
}

/// The eight hex digits that stand at the end.
pub fn checksum(covered: &[u8]) -> String {
    crc32fast::hash(covered).to_le_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_that_holds_and_one_that_does_not() {
        // CRC-32/ISO-HDLC's check value, 0xcbf43926, lowest byte first.
        assert_eq!(checksum(b"123456789"), "2639f4cb");
        let body = format!("glsa_{}", "aB3dE6gH".repeat(4));
        assert_eq!(crc32(format!("{body}_{}", checksum(body.as_bytes())).as_bytes()), Verdict::Proved);
        assert_eq!(crc32(format!("{body}_00000000").as_bytes()), Verdict::Refuted);
        assert_eq!(crc32(b"glsa_short"), Verdict::Refuted);
    }
}
