//! Ids that people read out and type: `ap-` and eight signs that cannot be taken for one another.

/// How every id begins.
pub const PREFIX: &str = "ap-";
/// No 0 and o, no 1, l and i, no u and v side by side.
const ALPHABET: &[u8; 29] = b"23456789abcdefghjkmnpqrstwxyz";

/// An id from random bytes.
pub fn from_random(bytes: &[u8; 8]) -> String {
    let mut id = PREFIX.to_owned();
    // Eight bytes give far more than eight signs need, so that no sign is noticeably more frequent.
    let mut rest = u64::from_le_bytes(*bytes);
    for _ in 0..8 {
        id.push(char::from(ALPHABET[(rest % 29) as usize]));
        rest /= 29;
    }
    id
}

/// What was typed as the beginning of an id: in lower case, `ap-` or not.
pub fn prefix(typed: &str) -> String {
    let typed = typed.trim().to_ascii_lowercase();
    if PREFIX.starts_with(&*typed) || typed.starts_with(PREFIX) { typed } else { format!("{PREFIX}{typed}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_completable() {
        let id = from_random(&[255, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(id.len(), 11);
        assert!(id.bytes().skip(3).all(|b| ALPHABET.contains(&b)));
        assert_eq!(prefix("K7"), "ap-k7");
        assert_eq!(prefix(" ap-k7 "), "ap-k7");
        assert_eq!(prefix("ap"), "ap");
    }
}
