//! The bytes of a pack, read in blocks, of which the last ones stay in memory.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// Bytes of a block.
const BLOCK: u64 = 1 << 18;
/// Blocks that are kept. Objects stand near their bases, so that nearly all packs are read once.
const KEPT: usize = 128;

/// An open pack.
pub struct PackFile {
    file: File,
    len: u64,
    blocks: Vec<Option<(u64, Vec<u8>)>>,
    /// What reaches over the end of a block.
    joined: Vec<u8>,
}

impl PackFile {
    /// Opens a pack.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { file, len, blocks: vec![None; KEPT], joined: Vec::new() })
    }

    /// Where its objects end.
    pub fn end(&self) -> u64 {
        self.len.saturating_sub(super::index::NAME as u64)
    }

    /// The bytes from `start` to `end`.
    pub fn read(&mut self, start: u64, end: u64) -> io::Result<&[u8]> {
        if end > self.len || start > end {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (first, last) = (start / BLOCK, end.saturating_sub(1).max(start) / BLOCK);
        let skip = (start - first * BLOCK) as usize;
        let length = (end - start) as usize;
        if first == last {
            return self.block(first)?.get(skip..skip + length).ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
        }
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        for number in first..=last {
            let from = if number == first { skip } else { 0 };
            joined.extend_from_slice(self.block(number)?.get(from..).unwrap_or_default());
        }
        self.joined = joined;
        self.joined.get(..length).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn block(&mut self, number: u64) -> io::Result<&[u8]> {
        let slot = &mut self.blocks[(number % KEPT as u64) as usize];
        if slot.as_ref().is_none_or(|(held, _)| *held != number) {
            let mut bytes = slot.take().map(|(_, bytes)| bytes).unwrap_or_default();
            bytes.resize(BLOCK.min(self.len - number * BLOCK) as usize, 0);
            self.file.seek(SeekFrom::Start(number * BLOCK))?;
            self.file.read_exact(&mut bytes)?;
            *slot = Some((number, bytes));
        }
        Ok(slot.as_ref().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default())
    }
}
