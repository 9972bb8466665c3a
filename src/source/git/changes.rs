//! What differs between trees, the index and the work tree.

use std::path::Path;

use anyhow::Context as _;
use git2::{Delta, DiffFindOptions, DiffOptions, ErrorCode, Oid};

use super::Repo;

/// A changed file of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The blob before; `None` where there was none.
    pub old: Option<Oid>,
    /// The blob after.
    pub new: Oid,
    /// The path after, as git holds it.
    pub path: Vec<u8>,
    /// Whether `new` is the commit of a submodule.
    pub is_submodule: bool,
    /// Whether the entry is unmerged.
    pub is_conflict: bool,
    /// Whether the entry is only announced (`git add --intent-to-add`).
    pub is_intent: bool,
}

/// `GIT_INDEX_ENTRY_INTENT_TO_ADD` of the index format, version 3.
const INTENT_TO_ADD: u16 = 1 << 13;

impl Repo {
    /// The tree that a commit of this index would have; `None` where parts of it are unmerged.
    pub fn index_tree(&self, index_file: Option<&Path>) -> anyhow::Result<Option<Oid>> {
        let write = || -> Result<Option<Oid>, git2::Error> {
            let mut index = index_file.map_or_else(|| self.inner.index(), git2::Index::open)?;
            if index.has_conflicts() {
                return Ok(None);
            }
            let announced: Vec<_> = index.iter().filter(|e| e.flags_extended & INTENT_TO_ADD != 0).collect();
            for entry in announced {
                index.remove(Path::new(&*String::from_utf8_lossy(&entry.path)), 0)?;
            }
            index.write_tree_to(&self.inner).map(Some)
        };
        write().context("cannot tell the tree of what is staged; try `git status`")
    }

    /// When each of these lines (from 1) of a file was last changed, in seconds since 1970; `None` for one that is in no
    /// commit yet. `path` is relative to the work tree; `text` is the file as it stands there.
    pub fn written(&self, path: &Path, text: &[u8], lines: &[u32]) -> Vec<Option<i64>> {
        let committed = self.inner.blame_file(path, None);
        let Ok(blame) = committed.as_ref().map_err(|_| ()).and_then(|c| c.blame_buffer(text).map_err(|_| ())) else {
            return vec![None; lines.len()];
        };
        let of_line = |line: &u32| {
            let hunk = blame.get_line(usize::try_from(*line).ok()?)?;
            let id = hunk.final_commit_id();
            if id.is_zero() { None } else { self.inner.find_commit(id).ok().map(|c| c.time().seconds()) }
        };
        lines.iter().map(of_line).collect()
    }

    /// The files that `tree` has and `base` has not, or has otherwise; a renamed file is compared with its old self.
    pub fn changes(&self, base: Option<Oid>, tree: Oid) -> anyhow::Result<Vec<Change>> {
        let find = |id| self.inner.find_tree(id);
        let compare = || -> Result<Vec<Change>, git2::Error> {
            let (base, tree) = (base.map(find).transpose()?, find(tree)?);
            let mut diff = self.inner.diff_tree_to_tree(base.as_ref(), Some(&tree), Some(&mut diff_options()))?;
            // Where a blob is missing, renames stay unknown and more lines count as added.
            let _ = diff.find_similar(Some(DiffFindOptions::new().renames(true).rename_limit(400)));
            Ok(diff.deltas().filter_map(|d| change(&d)).collect())
        };
        compare().with_context(|| format!("cannot compare tree {tree} with its parent's; run `git fsck`"))
    }

    /// The files of the index that differ from HEAD's.
    pub fn staged(&self, index_file: Option<&Path>) -> anyhow::Result<Vec<Change>> {
        let compare = || -> Result<Vec<Change>, git2::Error> {
            let head = match self.inner.head() {
                Ok(head) => Some(head.peel_to_tree()?),
                Err(e) if matches!(e.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
                Err(e) => return Err(e),
            };
            let index = index_file.map_or_else(|| self.inner.index(), git2::Index::open)?;
            let mut diff = self.inner.diff_tree_to_index(head.as_ref(), Some(&index), Some(&mut diff_options()))?;
            diff.find_similar(Some(DiffFindOptions::new().renames(true).exact_match_only(true)))?;
            let mut changes: Vec<_> = diff.deltas().filter_map(|d| change(&d)).collect();
            for entry in index.iter().filter(|e| (e.flags >> 12) & 3 > 0) {
                changes.retain(|c| c.path != entry.path);
                changes.push(Change { is_conflict: true, ..announced(&entry) });
            }
            for entry in index.iter().filter(|e| e.flags_extended & INTENT_TO_ADD != 0) {
                changes.retain(|c| c.path != entry.path);
                changes.push(Change { is_intent: true, ..announced(&entry) });
            }
            Ok(changes)
        };
        compare().with_context(|| {
            format!("cannot compare the index with HEAD in `{}`; try `git status`", self.git_dir().display())
        })
    }

    /// Every entry of the index, whether or not it differs from HEAD's, sorted by path.
    pub fn indexed(&self, index_file: Option<&Path>) -> anyhow::Result<Vec<Change>> {
        let index = index_file
            .map_or_else(|| self.inner.index(), git2::Index::open)
            .with_context(|| format!("cannot read the index in `{}`; try `git status`", self.git_dir().display()))?;
        let of = |e: git2::IndexEntry| Change {
            is_submodule: e.mode == u32::from(git2::FileMode::Commit),
            is_conflict: (e.flags >> 12) & 3 > 0,
            is_intent: e.flags_extended & INTENT_TO_ADD != 0,
            ..announced(&e)
        };
        Ok(index.iter().map(of).collect())
    }
}

fn announced(entry: &git2::IndexEntry) -> Change {
    Change {
        old: None,
        new: entry.id,
        path: entry.path.clone(),
        is_submodule: false,
        is_conflict: false,
        is_intent: false,
    }
}

fn diff_options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options.include_typechange(true).skip_binary_check(true).context_lines(0);
    options
}

fn change(delta: &git2::DiffDelta<'_>) -> Option<Change> {
    let (old, new) = (delta.old_file(), delta.new_file());
    let gone = matches!(delta.status(), Delta::Deleted | Delta::Unmodified);
    // Only its mode or its name changed.
    let same = old.exists() && old.id() == new.id();
    (!gone && !same).then(|| Change {
        old: old.exists().then(|| old.id()),
        new: new.id(),
        path: new.path_bytes().unwrap_or_default().to_owned(),
        is_submodule: new.mode() == git2::FileMode::Commit,
        is_conflict: delta.status() == Delta::Conflicted,
        is_intent: false,
    })
}
