//! What would be committed: the blobs of the index git points at (`GIT_INDEX_FILE`, which `commit -a` and `commit --
//! path` set) that differ from HEAD's. The work tree is not read.

use super::exclude::Excludes;
use super::git::{self, Location, Missing, Oid, Repo};
use super::name::printable_bytes;
use super::read::{Out, Reader};
use super::{Coverage, Sink, SkipReason, Source};

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which repository, which index.
    pub location: Location,
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
    for change in repo.staged(options.location.index_file.as_deref())? {
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

/// Counts a blob that could not be had.
pub(super) fn count_missing(read: Result<(), Missing>, coverage: &Coverage, name: &str, id: Oid) {
    match read {
        Ok(()) => {}
        Err(Missing::Absent) => coverage.skip(SkipReason::MissingObject, name, format!("blob {id}")),
        Err(Missing::TooLarge(size)) => coverage.skip(SkipReason::TooLarge, name, format!("{size} bytes")),
        Err(Missing::Damaged(why)) => coverage.skip(SkipReason::Unreadable, name, format!("blob {id}: {why}")),
    }
}
