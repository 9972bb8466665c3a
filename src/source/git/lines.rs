//! What differs between two texts.

use std::path::Path;

use anyhow::Context as _;
use git2::DiffOptions;

/// The numbers of the lines (from 1, sorted) that `new` has and `old` has not.
pub fn added_lines(old: &[u8], new: &[u8]) -> anyhow::Result<Vec<u32>> {
    let mut options = DiffOptions::new();
    options.context_lines(0).force_text(true);
    let patch =
        git2::Patch::from_buffers(old, None, new, None, Some(&mut options)).context("cannot compare two texts")?;
    let mut lines = Vec::new();
    for hunk in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(hunk).context("cannot compare two texts")?;
        lines.extend(hunk.new_start()..hunk.new_start() + hunk.new_lines());
    }
    Ok(lines)
}

/// A unified diff of two texts, for people.
pub fn unified_diff(name: &str, old: &str, new: &str) -> anyhow::Result<String> {
    let path = Path::new(name);
    let patch = git2::Patch::from_buffers(old.as_bytes(), Some(path), new.as_bytes(), Some(path), None);
    let buffer = patch.and_then(|mut p| p.to_buf()).context("cannot compare two texts")?;
    Ok(String::from_utf8_lossy(&buffer).into_owned())
}
