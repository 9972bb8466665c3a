//! What is looked at. Each way in (work tree, index, range, history, standard input) turns into a stream of [`Source`]s
//! handed to a [`Sink`], and counts what it covered and what it left out in a [`Coverage`].
//!
//! This is the only I/O of the scanning side; `git` is the only folder that names git2.

pub mod coverage;
pub mod exclude;
pub mod git;
pub mod history;
mod kind;
pub mod name;
mod pack;
pub mod range;
pub mod read;
pub mod staged;
pub mod stdin;
mod submodules;
mod utf16;
pub mod worktree;

pub use coverage::{Coverage, Skip, SkipReason};

use crate::finding::Commit;

/// One text to look at: a file, a blob, a piece of a large file.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Relative to the root, `/` between parts; bytes that are no UTF-8 appear as `\xNN`. `None`: a blob whose name is
    /// not known yet; every rule that depends on the path must then assume the worst.
    pub path: Option<&'a str>,
    /// The text, transcoded to UTF-8 where it had a UTF-16 byte order mark, otherwise as it is.
    pub bytes: &'a [u8],
    /// The number of the first line in `bytes`: 1 but for the later pieces of a large file.
    pub first_line: u32,
    /// Only findings that touch one of these lines count (sorted, from 1); `None`: all.
    pub only_lines: Option<&'a [u32]>,
    /// The commit it came with.
    pub commit: Option<&'a Commit>,
    /// Whether `bytes` is all there is: false for a piece of a large file, which no parser can read.
    pub whole: bool,
}

impl<'a> Source<'a> {
    /// A whole file at its path.
    pub fn file(path: &'a str, bytes: &'a [u8]) -> Self {
        Self { path: Some(path), bytes, first_line: 1, only_lines: None, commit: None, whole: true }
    }
}

/// Takes sources as they are read, from several threads at once.
pub trait Sink: Sync {
    /// Looks at one source.
    fn source(&self, source: Source<'_>);
}

impl<F: Fn(Source<'_>) + Sync> Sink for F {
    fn source(&self, source: Source<'_>) {
        self(source);
    }
}
