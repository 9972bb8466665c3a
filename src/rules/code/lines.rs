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
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let lines = LineIndex::new(b"a\nbc\n\nd");
        assert_eq!((lines.count(), lines.line(0), lines.line(2), lines.line(5), lines.line(6)), (4, 1, 2, 3, 4));
        assert_eq!(LineIndex::new(b"a\n").count(), 1);
        assert_eq!(LineIndex::new(b"").count(), 0);
        assert_eq!(lines.start(2), 2);
    }
}
