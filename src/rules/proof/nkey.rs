//! NATS keys: base32 without padding of prefix, key and a little-endian CRC-16/XMODEM of both (nats-io/nkeys).

use super::{Verdict, proved_if};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Whether the checksum of a key or seed holds.
pub fn nkey(value: &[u8]) -> Verdict {
    let Some(bytes) = decode(value) else { return Verdict::Refuted };
    let Some(at) = bytes.len().checked_sub(2) else { return Verdict::Refuted };
    proved_if(at > 1 && crc16(&bytes[..at]).to_le_bytes() == bytes[at..])
}

/// `bytes` with their checksum in base32.
pub fn encode(bytes: &[u8]) -> String {
    let mut all = bytes.to_vec();
    all.extend(crc16(bytes).to_le_bytes());
    let bit = |i: usize| all.get(i / 8).map_or(0, |b| usize::from(b >> (7 - i % 8) & 1));
    let groups = (all.len() * 8).div_ceil(5);
    (0..groups).map(|g| char::from(ALPHABET[(0..5).fold(0, |v, i| v << 1 | bit(g * 5 + i))])).collect()
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut out) = (0u32, 0, Vec::new());
    for c in text {
        bits = bits << 5 | u32::try_from(ALPHABET.iter().position(|a| a == c)?).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    Some(out)
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |c, _| if c & 0x8000 == 0 { c << 1 } else { c << 1 ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc16_xmodem() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn a_seed_holds_until_it_is_changed() {
        let seed = encode(&[&[18 << 3 | 20 >> 2, (20 & 3) << 6][..], &[9; 32]].concat());
        assert_eq!(seed.len(), 58);
        assert_eq!(nkey(seed.as_bytes()), Verdict::Proved);
        assert_eq!(nkey(seed.replacen('S', "T", 1).as_bytes()), Verdict::Refuted);
        assert_eq!(nkey(b"S1"), Verdict::Refuted);
        assert_eq!(nkey(b""), Verdict::Refuted);
    }
}
