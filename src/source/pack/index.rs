//! The index of a pack (version 2): the names of its objects, sorted, and where each begins.

use std::fs;
use std::io;
use std::path::Path;

/// Bytes of a name.
pub const NAME: usize = 20;
/// Magic number, version and the table of first bytes.
const HEAD: usize = 8 + 256 * 4;
/// Two checksums.
const TAIL: usize = 40;

/// A loaded index.
pub struct Index {
    bytes: Vec<u8>,
    count: usize,
}

impl Index {
    /// Reads a whole index. One of another version is an error.
    pub fn open(path: &Path) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        let count = number(&bytes, HEAD - 4).unwrap_or(0) as usize;
        let is_known = bytes.starts_with(b"\xfftOc\0\0\0\x02");
        if !is_known || bytes.len() < HEAD + TAIL + count.saturating_mul(NAME + 8) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self { bytes, count })
    }

    /// The number of objects.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The name of the object at a position.
    pub fn name(&self, position: usize) -> &[u8] {
        let at = HEAD + position * NAME;
        self.bytes.get(at..at + NAME).unwrap_or_default()
    }

    /// Where the object at a position begins in the pack.
    pub fn offset(&self, position: usize) -> Option<u64> {
        let table = HEAD + self.count * (NAME + 4);
        let short = number(&self.bytes, table + position * 4)?;
        if short & 0x8000_0000 == 0 {
            return Some(u64::from(short));
        }
        let at = table + self.count * 4 + (short & 0x7fff_ffff) as usize * 8;
        Some(u64::from(number(&self.bytes, at)?) << 32 | u64::from(number(&self.bytes, at + 4)?))
    }

    /// The position of a name.
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(middle).cmp(name) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}
