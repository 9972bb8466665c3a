//! What would be committed: the blobs of the index git points at (`GIT_INDEX_FILE`, which `commit -a` and `commit --
//! path` set) that differ from HEAD's. The work tree is not read.
//!
//! Hook managers name files: those that change at a commit, all that are tracked in `run --all-files`. The named are looked
//! at beside the staged, also from the index, so that one command serves both and neither a clean work tree nor a filter of
//! names hides what is staged.

use std::collections::HashSet;
use std::path::PathBuf;

use super::exclude::Excludes;
use super::git::{self, Change, Location, Missing, Oid, Repo};
use super::name::printable_bytes;
use super::read::{Out, Reader};
use super::{Coverage, Sink, SkipReason, Source};

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which repository, which index.
    pub location: Location,
    /// Files and folders, from the working directory, that are looked at as they are in the index even if they do not
    /// differ from HEAD's.
    pub named: Vec<PathBuf>,
    /// Globs over paths from the repository's root that are left out, and counted.
    pub exclude: Excludes,
    /// Larger blobs are left out, and counted; bytes.
    pub max_file_size: u64,
}

/// Hands every staged file to the sink, with its path from the repository's root.
pub fn visit(options: &Options, coverage: &Coverage, sink: &dyn Sink) -> anyhow::Result<()> {
    let repo = Repo::open(&options.location)?;
    if options.location.index_file.is_none() {
        git::require_work_tree(&repo)?;
    }
    let out = Out { coverage, sink };
    let mut reader = Reader::default();
    for change in changes(&repo, options, coverage)? {
        let name = printable_bytes(&change.path);
        if change.is_intent {
            continue;
        }
        if change.is_conflict {
            coverage.skip(SkipReason::Unreadable, name, "unmerged: resolve the conflict and `git add` it");
        } else if change.is_submodule {
            coverage.skip(SkipReason::Submodule, name, "");
        } else if options.exclude.file(&name) {
            coverage.skip(SkipReason::Excluded, name, "");
        } else {
            let about = Source::file(&name, &[]);
            let read = repo.blob(change.new, options.max_file_size, |bytes| reader.blob(bytes, about, out));
            count_missing(read, coverage, &name, change.new);
        }
    }
    Ok(())
}

/// What is staged, then what is named and not staged; each path once.
fn changes(repo: &Repo, options: &Options, coverage: &Coverage) -> anyhow::Result<Vec<Change>> {
    let index_file = options.location.index_file.as_deref();
    let mut changes = repo.staged(index_file)?;
    if options.named.is_empty() {
        return Ok(changes);
    }
    let mut known: HashSet<Vec<u8>> = changes.iter().map(|c| c.path.clone()).collect();
    let index = repo.indexed(index_file)?;
    let top = repo.work_tree().unwrap_or(&options.location.dir);
    for named in &options.named {
        let path = options.location.dir.join(named);
        let Ok(path) = path.strip_prefix(top).map(|p| p.components().collect::<PathBuf>()) else {
            coverage.skip(SkipReason::Unreadable, named.to_string_lossy(), "not in the repository of this folder");
            continue;
        };
        let entries = at_or_below(&index, path.as_os_str().as_encoded_bytes());
        if entries.is_empty() {
            let why = "not in the index: `git add` it, or check it without --staged";
            coverage.skip(SkipReason::Unreadable, named.to_string_lossy(), why);
        }
        changes.extend(entries.into_iter().filter(|e| known.insert(e.path.clone())).cloned());
    }
    Ok(changes)
}

/// The entry of a file, or those of a folder, in an index sorted by path.
fn at_or_below<'a>(index: &'a [Change], path: &[u8]) -> Vec<&'a Change> {
    let from = index.partition_point(|e| e.path.as_slice() < path);
    let starting = index[from..].iter().take_while(|e| e.path.starts_with(path));
    starting.filter(|e| path.is_empty() || matches!(e.path.get(path.len()), None | Some(b'/'))).collect()
}

/// Counts a blob that could not be had.
pub(super) fn count_missing(read: Result<(), Missing>, coverage: &Coverage, name: &str, id: Oid) {
    match read {
        Ok(()) => {}
        Err(Missing::Absent) => coverage.skip(SkipReason::MissingObject, name, format!("blob {id}")),
        Err(Missing::TooLarge(size)) => coverage.skip(SkipReason::TooLarge, name, format!("{size} bytes")),
        Err(Missing::Damaged(why)) => coverage.skip(SkipReason::Unreadable, name, format!("blob {id}: {why}")),
    }
}
