//! Base58Check: base58 text whose last four bytes are the start of a double SHA-256 of the others
//! (Bitcoin wallet import format, BIP-32 extended keys).

use sha2::{Digest, Sha256};

use super::{Verdict, proved_if};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Whether the checksum holds.
pub fn base58check(value: &[u8]) -> Verdict {
    let Some(bytes) = decode(value) else { return Verdict::Refuted };
    let Some(at) = bytes.len().checked_sub(4) else { return Verdict::Refuted };
    proved_if(checksum(&bytes[..at]) == bytes[at..])
}

/// `payload` and its checksum in base58.
pub fn encode_check(payload: &[u8]) -> String {
    let mut bytes = payload.to_vec();
    bytes.extend(checksum(payload));
    encode(&bytes)
}

fn checksum(payload: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(Sha256::digest(payload));
    [digest[0], digest[1], digest[2], digest[3]]
}

fn encode(bytes: &[u8]) -> String {
    let mut digits: Vec<u32> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    let lead = std::iter::repeat_n('1', zeros);
    lead.chain(digits.iter().rev().map(|d| char::from(ALPHABET[*d as usize]))).collect()
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes: Vec<u32> = Vec::new();
    for c in text {
        let mut carry = u32::try_from(ALPHABET.iter().position(|a| a == c)?).ok()?;
        for byte in &mut bytes {
            carry += *byte * 58;
            *byte = carry & 0xff;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry & 0xff);
            carry >>= 8;
        }
    }
    let zeros = text.iter().take_while(|c| **c == b'1').count();
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.iter().rev().map(|b| u8::try_from(*b).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_genesis_address_holds_and_a_changed_one_does_not() {
        assert_eq!(base58check(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), Verdict::Proved);
        assert_eq!(base58check(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"), Verdict::Refuted);
        assert_eq!(base58check(b"0OIl"), Verdict::Refuted);
        assert_eq!(base58check(b""), Verdict::Refuted);
    }

    #[test]
    fn what_is_encoded_holds() {
        for lead in [&[0x80u8][..], &[0, 0, 7], &[4, 0x88, 0xad, 0xe4]] {
            let payload: Vec<u8> = lead.iter().copied().chain(1..=32).collect();
            assert_eq!(base58check(encode_check(&payload).as_bytes()), Verdict::Proved);
        }
    }
}
