//! Bech32 (BIP-173): a lead, `1`, five-bit groups, and a checksum of six of them. Used by age and Nostr keys.

use super::{Verdict, proved_if};

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Whether the checksum holds; all upper or all lower case.
pub fn bech32(value: &[u8]) -> Verdict {
    let mixed = value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase);
    let text = value.to_ascii_lowercase();
    let Some(at) = text.iter().rposition(|b| *b == b'1') else { return Verdict::Refuted };
    let data: Option<Vec<u8>> = text[at + 1..].iter().map(|c| digit(*c)).collect();
    let Some(data) = data.filter(|d| d.len() >= 6) else { return Verdict::Refuted };
    proved_if(!mixed && polymod(expand(&text[..at]).chain(data)) == 1)
}

/// `bytes` under the lower-case lead `lead`, with its checksum, in lower case.
pub fn encode(lead: &str, bytes: &[u8]) -> String {
    let mut data = five_bit_groups(bytes);
    let check = polymod(expand(lead.as_bytes()).chain(data.iter().copied()).chain([0; 6])) ^ 1;
    data.extend((0..6).map(|i| (check >> (5 * (5 - i)) & 31) as u8));
    let text: String = data.iter().map(|d| char::from(ALPHABET[usize::from(*d)])).collect();
    format!("{lead}1{text}")
}

fn digit(c: u8) -> Option<u8> {
    ALPHABET.iter().position(|a| *a == c).and_then(|d| u8::try_from(d).ok())
}

fn expand(lead: &[u8]) -> impl Iterator<Item = u8> {
    let high: Vec<u8> = lead.iter().map(|b| b >> 5).collect();
    let low: Vec<u8> = lead.iter().map(|b| b & 31).collect();
    high.into_iter().chain([0]).chain(low)
}

fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |state, value| {
        let next = (state & 0x01ff_ffff) << 5 ^ u32::from(value);
        GENERATOR.iter().enumerate().fold(next, |s, (i, g)| if state >> (25 + i) & 1 == 1 { s ^ g } else { s })
    })
}

fn five_bit_groups(bytes: &[u8]) -> Vec<u8> {
    let bit = |i: usize| bytes.get(i / 8).map_or(0, |b| b >> (7 - i % 8) & 1);
    (0..(bytes.len() * 8).div_ceil(5)).map(|g| (0..5).fold(0, |v, i| v << 1 | bit(g * 5 + i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_bip_173() {
        for valid in ["A12UEL5L", "a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "?1ezyfcl"] {
            assert_eq!(bech32(valid.as_bytes()), Verdict::Proved, "{valid}");
        }
        for wrong in ["A12uEL5L", "a12uel5m", "pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "", "1"] {
            assert_eq!(bech32(wrong.as_bytes()), Verdict::Refuted, "{wrong}");
        }
    }

    #[test]
    fn what_is_encoded_holds() {
        let text = encode("age-secret-key-", &[7; 32]);
        assert_eq!(text.len(), 15 + 1 + 58);
        assert_eq!(bech32(text.to_uppercase().as_bytes()), Verdict::Proved);
    }
}
