//! AWS access key ids.

use super::Verdict;

/// Whether the 12-digit account id that is packed into a key id is one: the 16 characters after the four-letter
/// prefix are base32, and bits 1 to 40 (from 0, the highest first) are the account number. Known from AWS's
/// `sts get-access-key-info` and described by Aidan Steele, "AWS access key IDs are base32", 2020.
/// AWS's documentation ends its made-up ids in `EXAMPLE`; those are refuted.
pub fn access_key_id(value: &[u8]) -> Verdict {
    const LARGEST_ACCOUNT: u64 = 999_999_999_999;
    if value.len() != 20 || value.ends_with(b"EXAMPLE") {
        return Verdict::Refuted;
    }
    match account(&value[4..]) {
        Some(account) if account <= LARGEST_ACCOUNT => Verdict::Possible,
        _ => Verdict::Refuted,
    }
}

/// The account number in the first ten base32 characters; `None` when one of them is not base32 (RFC 4648).
fn account(encoded: &[u8]) -> Option<u64> {
    let bits = encoded.iter().take(10).try_fold(0_u64, |bits, c| Some(bits << 5 | u64::from(base32_digit(*c)?)))?;
    // Ten characters are 50 bits: one to skip, 40 of the account, nine that belong to the rest.
    Some(bits >> 9 & 0xff_ffff_ffff)
}

fn base32_digit(c: u8) -> Option<u8> {
    match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'2'..=b'7' => Some(c - b'2' + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key id whose account bits hold `account`.
    fn id_of(account: u64) -> String {
        let bits = account << 9;
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let packed: String = (0..10).rev().map(|i| char::from(digits[(bits >> (5 * i) & 31) as usize])).collect();
        format!("AKIA{packed}WXYZ23")
    }

    #[test]
    fn an_account_of_twelve_digits_is_possible() {
        for account_id in [0, 1, 123_456_789_012, 999_999_999_999] {
            let id = id_of(account_id);
            assert_eq!(account(&id.as_bytes()[4..]), Some(account_id), "{id}");
            assert_eq!(access_key_id(id.as_bytes()), Verdict::Possible, "{id}");
        }
    }

    #[test]
    fn a_larger_number_and_an_example_are_not() {
        assert_eq!(access_key_id(id_of(1_000_000_000_000).as_bytes()), Verdict::Refuted);
        let example = format!("{}EXAMPLE", &id_of(5)[..13]);
        assert_eq!(access_key_id(example.as_bytes()), Verdict::Refuted);
        assert_eq!(access_key_id(b"AKIA1111111111111111"), Verdict::Refuted);
        assert_eq!(access_key_id(b"AKIA"), Verdict::Refuted);
    }
}
