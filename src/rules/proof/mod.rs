//! Offline proofs: what can be said of a value without asking anybody. Checksums, structures, alphabets.
//!
//! A proof is a pure function from the value's bytes to a [`Verdict`], named in a rule's `proof` key and listed in [`PROOFS`].
//! Those with more than a few lines have a file of their own here. Where vendors promise no layout a proof says
//! [`Verdict::Possible`], never [`Verdict::Refuted`]: a dropped secret is worse than an unproved one.

mod atlassian;
mod aws;
mod azure;
pub mod base58;
mod basic;
pub mod bech32;
mod cloudflare;
mod discord;
pub mod grafana;
mod jwt;
pub mod nkey;
mod password;
pub mod pem;
mod plausible;
mod wireguard;

/// What a proof says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A checksum or structure holds that chance would not make.
    Proved,
    /// Nothing speaks against it.
    Possible,
    /// It cannot be what the rule looks for; the match is dropped.
    Refuted,
}

/// A proof: from the value's bytes to what can be said of it.
pub type Proof = fn(&[u8]) -> Verdict;

/// A proof's name and its function, sorted by name.
pub const PROOFS: &[(&str, Proof)] = &[
    ("atlassian-crc32", atlassian::crc32),
    ("atlassian-id", atlassian::id),
    ("aws-access-key-id", aws::access_key_id),
    ("azure-account-key", azure::account_key),
    ("base58check", base58::base58check),
    ("base64-jwt", jwt::wrapped),
    ("base64-pem", pem::wrapped),
    ("basic-credentials", basic::credentials),
    ("bech32", bech32::bech32),
    ("cloudflare-crc32", cloudflare::crc32),
    ("cloudflare-tunnel", cloudflare::tunnel),
    ("discord-bot-id", discord::bot_id),
    ("github-crc32", github_crc32),
    ("grafana-crc32", grafana::crc32),
    ("has-digit", has_digit),
    ("jwt", jwt::jwt),
    ("jwt-kubernetes", jwt::kubernetes),
    ("jwt-supabase", jwt::supabase),
    ("letters-and-digits", letters_and_digits),
    ("luhn", luhn),
    ("nkey", nkey::nkey),
    ("password", password::password),
    ("pem", pem::pem),
    ("plausible-key", plausible::key),
    ("plausible-password", plausible::password),
    ("wireguard-clamped", wireguard::clamped),
];

/// The proof of that name.
pub fn find(name: &str) -> Option<Proof> {
    PROOFS.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
}

fn proved_if(holds: bool) -> Verdict {
    if holds { Verdict::Proved } else { Verdict::Refuted }
}

/// Random letters and digits of 24 or more have a digit in 98 of 100 cases and more; identifiers in code seldom do.
fn has_digit(value: &[u8]) -> Verdict {
    if value.iter().any(u8::is_ascii_digit) { Verdict::Possible } else { Verdict::Refuted }
}

/// Refutes a value without a digit or without a letter: 20 and more random characters of base62 have both, identifiers in
/// code seldom do.
fn letters_and_digits(value: &[u8]) -> Verdict {
    let both = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    if both { Verdict::Possible } else { Verdict::Refuted }
}

/// A prefix up to the last `_` of the first 11 characters, 30 characters, then their CRC32 in base62, six digits
/// (GitHub, "Behind GitHub's new authentication token formats", 2021; npm uses the same). GitHub announced that
/// tokens may grow; of longer ones nothing is said.
fn github_crc32(value: &[u8]) -> Verdict {
    if value.len() > 40 && value.starts_with(b"gh") {
        return Verdict::Possible;
    }
    let Some(body) = value.len().checked_sub(36).map(|at| &value[at..]) else { return Verdict::Refuted };
    proved_if(base62_crc32(&body[..30]).as_bytes() == &body[30..])
}

/// The CRC32 of `bytes` in base62 (digits, upper, lower), left-padded with `0` to six digits.
pub fn base62_crc32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = crc32fast::hash(bytes) as usize;
    let mut out = [b'0'; 6];
    for digit in out.iter_mut().rev() {
        *digit = DIGITS[crc % 62];
        crc /= 62;
    }
    out.iter().map(|b| char::from(*b)).collect()
}

fn luhn(value: &[u8]) -> Verdict {
    let digits: String = value.iter().filter(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
    proved_if(luhn_holds(&digits))
}

/// Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B).
pub fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b.wrapping_sub(b'0'));
            if i % 2 == 0 {
                d
            } else if d > 4 {
                d * 2 - 9
            } else {
                d * 2
            }
        })
        .sum();
    digits.len() > 1 && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_sorted_and_found_by_name() {
        assert!(PROOFS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(PROOFS.iter().all(|(name, _)| find(name).is_some()) && find("nope").is_none());
    }

    #[test]
    fn a_checksum_in_base62_follows_its_thirty_characters() {
        let body = "abcdefghijklmnopqrstuvwxyz0123";
        let token = format!("ghp_{body}{}", base62_crc32(body.as_bytes()));
        assert_eq!(github_crc32(token.as_bytes()), Verdict::Proved);
        assert_eq!(github_crc32(token.replace('a', "b").as_bytes()), Verdict::Refuted);
        assert_eq!(github_crc32(format!("{token}{token}").as_bytes()), Verdict::Possible);
    }

    #[test]
    fn luhn_and_digits() {
        assert_eq!(luhn(b"4242-4242 4242 4242"), Verdict::Proved);
        assert_eq!(luhn(b"4242424242424241"), Verdict::Refuted);
        assert_eq!(has_digit(b"someFunctionName"), Verdict::Refuted);
        assert_eq!(has_digit(b"someFunctionName2"), Verdict::Possible);
    }
}
