//! Azure account keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Verdict;

/// A key of a storage, Cosmos DB, Batch … account is 64 bytes in base64. The storage emulator's key is the same for
/// everybody and printed in Microsoft's documentation ("Use the Azurite emulator"); it is refuted by its lead.
pub fn account_key(value: &[u8]) -> Verdict {
    const EMULATOR_LEAD: &[u8] = b"Eby8vdM02xNOcqFlqUwJ";
    if value.starts_with(EMULATOR_LEAD) {
        return Verdict::Refuted;
    }
    match STANDARD.decode(value) {
        Ok(bytes) if bytes.len() == 64 => Verdict::Possible,
        _ => Verdict::Refuted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_bytes_are_possible_and_the_emulator_is_not() {
        assert_eq!(account_key(STANDARD.encode([7; 64]).as_bytes()), Verdict::Possible);
        assert_eq!(account_key(STANDARD.encode([7; 63]).as_bytes()), Verdict::Refuted);
        let emulator = format!("Eby8vdM02xNOcqFlqUwJ{}", &STANDARD.encode([7; 64])[20..]);
        assert_eq!(account_key(emulator.as_bytes()), Verdict::Refuted);
    }
}
