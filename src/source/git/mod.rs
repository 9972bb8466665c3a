//! The only folder that names git2: repositories, revisions, trees, blobs and diffs, with errors in plain words.

mod changes;
mod commits;
mod lines;
mod objects;
mod refs;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use git2::{ErrorCode, RepositoryOpenFlags};

pub use changes::Change;
pub use commits::CommitInfo;
pub use lines::{added_lines, unified_diff};
pub use objects::{Entry, Held, Missing};
pub use refs::{Tip, TipKind};

/// An object's id.
pub use git2::Oid;

/// Where git is told to look: the working directory and git's own variables.
#[derive(Clone, Debug, Default)]
pub struct Location {
    /// The working directory.
    pub dir: PathBuf,
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`: new objects in a server hook are there.
    pub objects: Vec<PathBuf>,
}

impl Location {
    /// A working directory, and the environment as `var` gives it.
    pub fn new(dir: &Path, var: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| var(name).filter(|v| !v.is_empty()).map(|v| dir.join(v));
        let alternates = var("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        let alternates = std::env::split_paths(&alternates).filter(|p| !p.as_os_str().is_empty());
        Self {
            dir: dir.to_owned(),
            git_dir: path("GIT_DIR"),
            index_file: path("GIT_INDEX_FILE"),
            objects: path("GIT_OBJECT_DIRECTORY").into_iter().chain(alternates.map(|p| dir.join(p))).collect(),
        }
    }
}

/// An open repository.
pub struct Repo {
    inner: git2::Repository,
    /// Where its objects are.
    objects: Vec<PathBuf>,
}

impl Repo {
    /// Opens the repository that `location` is in. The error says why it cannot be and what to do.
    pub fn open(location: &Location) -> anyhow::Result<Self> {
        let none: [PathBuf; 0] = [];
        let opened = match &location.git_dir {
            Some(git_dir) => git2::Repository::open(git_dir),
            None => git2::Repository::open_ext(&location.dir, RepositoryOpenFlags::CROSS_FS, none),
        };
        let inner = opened.map_err(|e| explain_open(&e, location))?;
        let at = || format!("cannot read the objects of `{}`", inner.path().display());
        let main = inner.odb().with_context(at)?;
        for objects in &location.objects {
            main.add_disk_alternate(&objects.to_string_lossy()).with_context(at)?;
        }
        drop(main);
        let objects = std::iter::once(inner.commondir().join("objects")).chain(location.objects.iter().cloned());
        Ok(Self { objects: objects.collect(), inner })
    }

    /// The repository's own folder (`.git`).
    pub fn git_dir(&self) -> &Path {
        self.inner.path()
    }

    /// The top of the work tree; `None` in a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// The commits at which a shallow clone ends; empty in a full one.
    pub fn shallow(&self) -> Vec<Oid> {
        let text = fs::read_to_string(self.inner.commondir().join("shallow")).unwrap_or_default();
        text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()
    }

    /// Whether this is a partial clone: objects may be missing that its remote promises to have.
    pub fn is_partial(&self) -> bool {
        let packs = fs::read_dir(self.inner.commondir().join("objects/pack"));
        packs.is_ok_and(|mut p| p.any(|e| e.is_ok_and(|e| e.path().extension().is_some_and(|x| x == "promisor"))))
    }

    /// The commit a revision names. The error names the revision.
    pub fn resolve(&self, revision: &str) -> anyhow::Result<Oid> {
        let found = self.inner.revparse_single(revision).and_then(|object| object.peel_to_commit());
        found.map(|commit| commit.id()).map_err(|e| {
            let why = match (e.code(), self.shallow().is_empty()) {
                (ErrorCode::NotFound, false) => {
                    "this clone is shallow and may not hold it; run `git fetch --unshallow`".to_owned()
                }
                (ErrorCode::NotFound, true) => "no such commit here; check the name, or run `git fetch`".to_owned(),
                _ => e.message().to_owned(),
            };
            anyhow!("unknown revision `{revision}`: {why}")
        })
    }

    /// Whether a merge, rebase, cherry-pick, revert or `git am` is under way.
    pub fn is_in_progress(&self) -> bool {
        !matches!(self.inner.state(), git2::RepositoryState::Clean | git2::RepositoryState::Bisect)
    }

    /// The text of a file in the commit that HEAD names; `None`: no commit yet, or no such file. A larger one than `most`
    /// bytes is an error.
    pub fn at_head(&self, path: &str, most: usize) -> anyhow::Result<Option<Vec<u8>>> {
        let at = || format!("cannot read {path} in HEAD of `{}`", self.inner.path().display());
        let absent = |e: &git2::Error| matches!(e.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound);
        let tree = match self.inner.head() {
            Err(e) if absent(&e) => return Ok(None),
            head => head.and_then(|h| h.peel_to_tree()).with_context(at)?,
        };
        let entry = match tree.get_path(Path::new(path)) {
            Err(e) if absent(&e) => return Ok(None),
            entry => entry.with_context(at)?,
        };
        let blob = self.inner.find_blob(entry.id()).with_context(at)?;
        if blob.size() > most {
            bail!("{}: it has {} bytes, more than {most}", at(), blob.size());
        }
        Ok(Some(blob.content().to_vec()))
    }
}

fn explain_open(error: &git2::Error, location: &Location) -> anyhow::Error {
    let at = location.git_dir.as_ref().unwrap_or(&location.dir).display();
    let message = error.message();
    if error.code() == ErrorCode::NotFound {
        return anyhow!("`{at}` is not in a git repository: change to one, or check files with `govctl check PATH`");
    }
    let why = match error.code() {
        ErrorCode::Owner => "it belongs to another user; run `git config --global --add safe.directory DIR`",
        _ if message.contains("object format") => {
            "its objects are named by sha256, which cannot be read here; check the work tree with `govctl check`"
        }
        _ if message.contains("refstorage") => {
            "its references are kept in a way that cannot be read here (reftable); run `git refs migrate \
             --ref-format=files`, or check the work tree with `govctl check`"
        }
        _ if message.contains("partialclone") => {
            "it is a partial clone, which does not hold all that was asked for; make a full clone, or check the work \
             tree with `govctl check`"
        }
        _ => message,
    };
    anyhow!("cannot open the repository at `{at}`: {why}")
}

/// Lets libgit2 take an object's name for what it is instead of hashing every object it reads: damage is `git fsck`'s
/// job, and a history has millions. For the whole process.
pub fn trust_object_names() {
    git2::opts::strict_hash_verification(false);
}

/// Refuses a bare repository where a work tree is needed.
pub fn require_work_tree(repo: &Repo) -> anyhow::Result<()> {
    if repo.work_tree().is_none() {
        bail!(
            "`{}` is a bare repository, which has no index: use --range or --history there",
            repo.git_dir().display()
        );
    }
    Ok(())
}
