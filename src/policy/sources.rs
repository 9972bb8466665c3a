//! The texts a policy is made of, joined: a byte offset alone tells the file and the place in it.

use std::ops::Range;

use super::tree::Place;
use crate::finding::Span;
use crate::redact;

/// One file of a policy.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// As it is shown, `/` between parts.
    pub path: String,
    /// Its text.
    pub text: String,
    base: usize,
    lines: Vec<usize>,
}

/// Every file of a policy.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    hidden: Vec<Place>,
}

impl Sources {
    /// Adds a file and returns where its first byte stands in the joined text.
    pub fn add(&mut self, path: &str, text: &str) -> usize {
        let base = self.files.last().map_or(0, |f| f.base + f.text.len() + 1);
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        self.files.push(SourceFile { path: path.to_owned(), text: text.to_owned(), base, lines });
        base
    }

    /// The files in the order they were read.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// Marks a place whose text must never be printed.
    pub fn hide(&mut self, place: Place) {
        self.hidden.push(place);
    }

    /// The file that holds a place.
    pub fn file_of(&self, place: &Place) -> Option<&SourceFile> {
        let after = self.files.partition_point(|f| f.base <= place.start);
        self.files.get(after.checked_sub(1)?)
    }

    /// The text of a file with every hidden place masked, and a place in it.
    pub fn printable(&self, file: &SourceFile, place: &Place) -> (String, Range<usize>) {
        let local = file.local(place);
        let hidden: Vec<_> = self.hidden.iter().filter(|h| file.holds(h)).map(|h| file.local(h)).collect();
        if hidden.is_empty() {
            return (file.text.clone(), local);
        }
        let masked = redact::mask(file.text.as_bytes(), &hidden);
        let moved = |at: usize| {
            let characters = file.text[..at].chars().count();
            masked.char_indices().nth(characters).map_or(masked.len(), |(i, _)| i)
        };
        let range = moved(local.start)..moved(local.end);
        (masked, range)
    }
}

impl SourceFile {
    /// Where a place of the joined text stands in this file, cut to its characters.
    pub fn local(&self, place: &Place) -> Range<usize> {
        let start = self.boundary(place.start.saturating_sub(self.base));
        start..self.boundary(place.end.saturating_sub(self.base)).max(start)
    }

    /// Line and column of a place.
    pub fn span(&self, place: &Place) -> Span {
        let local = self.local(place);
        let (line, column) = self.position(local.start);
        let (end_line, end_column) = self.position(local.end);
        Span { line, column, end_line, end_column }
    }

    /// The line that holds a byte, and where it starts.
    pub fn line_at(&self, at: usize) -> (usize, &str) {
        let start = self.lines[..self.lines.partition_point(|l| *l <= at)].last().copied().unwrap_or(0);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        (start, self.text[start..end].trim_end_matches('\r'))
    }

    fn holds(&self, place: &Place) -> bool {
        self.base <= place.start && place.start <= self.base + self.text.len()
    }

    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn position(&self, at: usize) -> (u32, u32) {
        let line = self.lines.partition_point(|l| *l <= at).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.text[start..at].chars().count() + 1;
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (clamp(line), clamp(column))
    }
}
