//! What the requester gets once: worth nothing until the approval is granted, and kept by us only as a hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// How every token begins, so that it is recognised where it does not belong.
pub const PREFIX: &str = "govctl_ap_";

/// What is stored of a token: `sha256("govctl.token/1\n" ‖ raw)`. There is one way to compare two of them.
///
/// ```
/// # use govctl::approvals::token::TokenHash;
/// assert!(TokenHash::of(&[7; 32]).matches(&TokenHash::of(&[7; 32])));
/// ```
/// ```compile_fail,E0369
/// # use govctl::approvals::token::TokenHash;
/// assert!(TokenHash::of(&[7; 32]) == TokenHash::of(&[7; 32]));
/// ```
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

/// The text of a token, from 32 random bytes.
pub fn text(raw: &[u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(raw))
}

/// The bytes of a token; `None` where the text is none.
pub fn parse(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text.trim().strip_prefix(PREFIX)?).ok()?.try_into().ok()
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl TokenHash {
    /// The hash of a token.
    pub fn of(raw: &[u8; 32]) -> Self {
        Self(Sha256::new().chain_update(b"govctl.token/1\n").chain_update(raw).finalize().into())
    }

    /// As it was stored.
    pub fn stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What is stored.
    pub fn to_store(self) -> [u8; 32] {
        self.0
    }

    /// Whether two hashes are equal, in a time that does not depend on where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_only_it_matches() {
        let (one, other) = ([7; 32], [8; 32]);
        assert_eq!(parse(&format!(" {}\n", text(&one))), Some(one));
        assert!(TokenHash::of(&one).matches(&TokenHash::of(&one)));
        assert!(!TokenHash::of(&one).matches(&TokenHash::of(&other)));
        // Whatever bit differs, the answer is no, and it comes from `subtle` alone.
        for bit in 0..256 {
            let mut near = TokenHash::of(&one).to_store();
            near[bit / 8] ^= 1 << (bit % 8);
            assert!(!TokenHash::stored(near).matches(&TokenHash::of(&one)), "{bit}");
        }
        for wrong in ["", PREFIX, "govctl_ap_AAAA", "ghp_x"] {
            assert_eq!(parse(wrong), None);
        }
    }
}
