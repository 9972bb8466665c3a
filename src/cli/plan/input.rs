//! The bytes of a plan or a graph, from a file or standard input.

use std::io;
use std::path::Path;

use anyhow::{Context, Result};

use crate::cli::given;

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// What cannot be read, or has no end in sight.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let read = if path == Path::new("-") { given::whole(io::stdin().lock()) } else { given::bytes(path) };
    read.with_context(|| format!("cannot read {}", name(path)))
}

/// What an input is called in messages.
pub fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}
