//! Candidates that were no credentials, by their features: files say the same again and again, and half of all candidates
//! look just like one before.

use super::features::{COUNT, Features, index};
use crate::finding::Confidence;

/// How many are remembered, as a power of two.
const BITS: u32 = 6;

/// Features that tell most candidates apart.
const TELLING: [usize; 8] = [
    index("name.length"),
    index("value.length"),
    index("value.lower"),
    index("value.distinct"),
    index("value.entropy"),
    index("value.surprise"),
    index("line.length"),
    index("joint"),
];

/// What one thread remembers.
#[derive(Default)]
pub struct Seen {
    features: Vec<Features>,
    /// How sure they were not to be a credential of: of nothing remembered under another limit anything follows.
    least: Option<Confidence>,
}

impl Seen {
    /// Whether a candidate with these features was less than `least` sure to be a credential.
    pub fn holds(&mut self, features: &Features, least: Confidence) -> bool {
        if self.least != Some(least) {
            // No candidate has a value of length -1.
            self.features = vec![[-1; COUNT]; 1 << BITS];
            self.least = Some(least);
        }
        self.features[place(features)] == *features
    }

    /// Remembers features that are of no credential under the limit last asked for.
    pub fn add(&mut self, features: &Features) {
        if let Some(old) = self.features.get_mut(place(features)) {
            *old = *features;
        }
    }
}

fn place(features: &Features) -> usize {
    let mixed = TELLING.iter().zip(1u32..).fold(0u32, |sum, (at, n)| {
        sum.wrapping_add((i32::from(features[*at]) as u32).wrapping_mul(0x9E37_79B1u32.wrapping_mul(2 * n + 1)))
    });
    (mixed >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_held_until_the_limit_changes() {
        let mut seen = Seen::default();
        let mut features = [3; COUNT];
        assert!(!seen.holds(&features, Confidence::Medium));
        seen.add(&features);
        assert!(seen.holds(&features, Confidence::Medium));
        features[0] = 4;
        assert!(!seen.holds(&features, Confidence::Medium));
        features[0] = 3;
        assert!(!seen.holds(&features, Confidence::Low) && !seen.holds(&features, Confidence::Medium));
    }
}
