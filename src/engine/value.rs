//! What can be said of a value by looking at it: entropy, placeholders.

/// Shannon entropy of the bytes, in bits per byte (0 … 8).
pub fn entropy(value: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    for b in value {
        counts[usize::from(*b)] += 1;
    }
    let total = value.len().max(1) as f32;
    counts.iter().filter(|c| **c > 0).map(|c| *c as f32 / total).map(|p| -p * p.log2()).sum()
}

/// Words that only stand in a value that somebody made up to show its shape.
const MADE_UP: [&[u8]; 13] = [
    b"***",
    b"example",
    b"changeme",
    b"placeholder",
    b"xxxxx",
    b"your_",
    b"your-",
    b"insert",
    b"redacted",
    b"dummy",
    b"foobar",
    b"sample",
    b"<your",
];

/// Whether a value is one that people write to show where a secret goes: words, runs and counts instead of chance.
pub fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let has = |needle: &[u8]| memchr::memmem::find(&lower, needle).is_some();
    MADE_UP.iter().any(|w| has(w)) || longest_run(&lower) >= 6 || sequence_share(&lower) > 0.5 || few_characters(&lower)
}

/// The longest stretch of one character.
fn longest_run(value: &[u8]) -> usize {
    value.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0)
}

/// The share of characters that follow their predecessor in the alphabet (`1234`, `abcd`), in stretches of four or more.
fn sequence_share(value: &[u8]) -> f32 {
    let stretches = value.chunk_by(|a, b| b.wrapping_sub(*a) == 1 && b.is_ascii_alphanumeric());
    let counted: usize = stretches.map(<[u8]>::len).filter(|n| *n >= 4).sum();
    counted as f32 / value.len().max(1) as f32
}

/// Long values made of very few characters.
fn few_characters(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    value.iter().for_each(|b| seen[usize::from(*b)] = true);
    value.len() >= 16 && seen.iter().filter(|s| **s).count() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_of_known_texts() {
        assert!((entropy(b"aaaa")).abs() < 1e-6);
        assert!((entropy(b"abab") - 1.0).abs() < 1e-6);
        assert!((entropy(b"0123456789abcdef") - 4.0).abs() < 1e-6);
        assert!(entropy(b"").abs() < 1e-6);
    }

    #[test]
    fn placeholders_and_others() {
        for made_up in [
            "xxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "your_api_key_here",
            "1234567890abcdef",
            "00000000ab",
            "abababababababab",
        ] {
            assert!(is_placeholder(made_up.as_bytes()), "{made_up}");
        }
        for random in ["q8Zr2LmX9vTb4NcK", "7f3a9c1e5b8d2046", "Sup3r$ecret!Pw"] {
            assert!(!is_placeholder(random.as_bytes()), "{random}");
        }
    }
}
