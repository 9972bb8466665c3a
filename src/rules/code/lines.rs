//! From byte offsets to line numbers.

/// Where the lines of a text start.
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// Of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(0);
        let (words, rest) = bytes.as_chunks::<8>();
        for (at, word) in (0..).step_by(8).zip(words) {
            let mut found = line_ends(u64::from_le_bytes(*word));
            while found != 0 {
                starts.push(at + found.trailing_zeros() / 8 + 1);
                found &= found - 1;
            }
        }
        let tail = (bytes.len() - rest.len()) as u32;
        starts.extend((tail + 1..).zip(rest).filter(|(_, byte)| **byte == b'\n').map(|(next, _)| next));
        Self { starts, length: bytes.len() as u32 }
    }

    /// How many lines there are; a last one that is empty does not count.
    pub fn count(&self) -> u32 {
        let ends_open = self.starts.last().is_some_and(|s| *s < self.length);
        self.starts.len() as u32 - u32::from(!ends_open)
    }

    /// The line of an offset, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|s| *s <= offset).max(1) as u32
    }

    /// Where a line (from 1) starts.
    pub fn start(&self, line: u32) -> u32 {
        self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(self.length)
    }
}

/// The highest bit of each byte that is a line end (Hacker's Delight, 6-1): lines are too short for a search from one to
/// the next to pay.
fn line_ends(word: u64) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x7F; 8]);
    let ends_are_zero = word ^ u64::from_le_bytes([b'\n'; 8]);
    !(((ends_are_zero & LOW) + LOW) | ends_are_zero | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_counts_wherever_it_stands() {
        let text: Vec<u8> = (0..=255u8).chain([b'\n'; 11]).chain(*b"\x8a\x0b\n\x0a.\n").collect();
        for start in 0..text.len() {
            let text = &text[start..];
            let ends = text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at as u32 + 1);
            assert_eq!(LineIndex::new(text).starts, std::iter::once(0).chain(ends).collect::<Vec<_>>());
        }
    }

    #[test]
    fn lines_count_from_one() {
        let lines = LineIndex::new(b"a\nbc\n\nd");
        assert_eq!((lines.count(), lines.line(0), lines.line(2), lines.line(5), lines.line(6)), (4, 1, 2, 3, 4));
        assert_eq!(LineIndex::new(b"a\n").count(), 1);
        assert_eq!(LineIndex::new(b"").count(), 0);
        assert_eq!(lines.start(2), 2);
    }
}
