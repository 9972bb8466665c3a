//! Entries are indexed in segments: so many that follow one another. What of a segment has a value is a set of offsets.

/// How many entries a segment has.
pub const SEGMENT: u64 = 1024;
const WORDS: usize = SEGMENT as usize / 64;
/// The length of a set that is written as one bit an entry.
const BITMAP: usize = SEGMENT as usize / 8;

/// The segment of an entry.
pub fn of(seq: u64) -> u64 {
    seq / SEGMENT
}

/// An entry's place in its segment.
pub fn offset(seq: u64) -> u64 {
    seq % SEGMENT
}

/// The first entry of a segment.
pub fn start(segment: u64) -> u64 {
    segment.saturating_mul(SEGMENT)
}

/// A set of offsets in a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bits([u64; WORDS]);

impl Bits {
    /// All of a segment.
    pub const FULL: Bits = Bits([u64::MAX; WORDS]);

    /// Adds an offset; one beyond the segment is no member of any set.
    pub fn insert(&mut self, at: u64) {
        if let Some(word) = usize::try_from(at / 64).ok().and_then(|n| self.0.get_mut(n)) {
            *word |= 1 << (at % 64);
        }
    }

    /// With an offset.
    pub fn with(mut self, at: u64) -> Self {
        self.insert(at);
        self
    }

    /// Whether an offset is in it.
    pub fn contains(&self, at: u64) -> bool {
        self.0.get((at / 64) as usize).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// What either has.
    pub fn or(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// What both have.
    pub fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// What this has and the other has not.
    pub fn without(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|w| u64::from(w.count_ones())).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// The offsets, the least first.
    pub fn iter(&self) -> Offsets<'_> {
        Offsets { words: &self.0, at: 0, word: self.0[0] }
    }

    /// Two bytes an offset where that is shorter, else one bit an entry.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.count() as usize * 2 < BITMAP {
            return self.iter().flat_map(|at| (at as u16).to_le_bytes()).collect();
        }
        self.0.iter().flat_map(|w| w.to_le_bytes()).collect()
    }

    /// What [`Bits::to_bytes`] wrote; `None`: it never wrote this.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bits = Self::default();
        if bytes.len() == BITMAP {
            for (word, bytes) in bits.0.iter_mut().zip(bytes.chunks_exact(8)) {
                *word = u64::from_le_bytes(bytes.try_into().ok()?);
            }
            return Some(bits);
        }
        let (offsets, rest) = bytes.as_chunks::<2>();
        for at in offsets.iter().map(|b| u64::from(u16::from_le_bytes(*b))) {
            if at >= SEGMENT || bits.contains(at) {
                return None;
            }
            bits.insert(at);
        }
        (rest.is_empty() && bytes.len() < BITMAP && !bytes.is_empty()).then_some(bits)
    }
}

/// What [`Bits::iter`] returns.
pub struct Offsets<'a> {
    words: &'a [u64; WORDS],
    at: usize,
    word: u64,
}

impl Iterator for Offsets<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        while self.word == 0 {
            self.at += 1;
            self.word = *self.words.get(self.at)?;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(self.at as u64 * 64 + u64::from(bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(offsets: impl IntoIterator<Item = u64>) -> Bits {
        offsets.into_iter().fold(Bits::default(), Bits::with)
    }

    #[test]
    fn sets_survive_their_bytes() {
        for step in [1, 2, 3, 15, 16, 17, 64, 700] {
            let set = bits((0..SEGMENT).step_by(step));
            let bytes = set.to_bytes();
            assert!(bytes.len() <= BITMAP, "{step}");
            assert_eq!(Bits::from_bytes(&bytes), Some(set), "{step}");
            assert_eq!(set.iter().collect::<Vec<_>>(), (0..SEGMENT).step_by(step).collect::<Vec<_>>());
            assert_eq!(set.count(), SEGMENT.div_ceil(step as u64));
        }
    }

    #[test]
    fn what_was_never_written() {
        let twice = [1, 0, 1, 0];
        for bytes in [&[][..], &[1], &[0, 4], &twice, &[0; 130]] {
            assert_eq!(Bits::from_bytes(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn both_and_either() {
        let (a, b) = (bits([1, 2, 1023]), bits([2, 3, 1023, 5000]));
        assert_eq!(a.and(&b), bits([2, 1023]));
        assert_eq!(a.or(&b), bits([1, 2, 3, 1023]));
        assert_eq!(a.without(&b), bits([1]));
        assert!(a.and(&bits([7])).is_empty() && !a.contains(5000));
        assert_eq!((of(2047), offset(2047), start(2)), (1, 1023, 2048));
    }
}
