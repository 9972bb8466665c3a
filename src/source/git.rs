//! The only file that names git2: repositories, revisions, trees, blobs and diffs, with errors in plain words.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use git2::{Delta, DiffFindOptions, DiffOptions, ErrorCode, ObjectType, RepositoryOpenFlags, Sort};

use crate::finding::Commit;

use super::name::printable_bytes;

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

/// What could not be had of an object.
pub enum Missing {
    /// This clone does not hold it.
    Absent,
    /// It is larger than asked for: its size in bytes.
    TooLarge(u64),
    /// It cannot be read; why.
    Damaged(String),
}

/// So many folders of objects are looked for packs; what stands in more of them is read one by one.
const MOST_FOLDERS: usize = 64;

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

    /// The best common ancestor; `None` where there is none.
    pub fn merge_base(&self, one: Oid, two: Oid) -> anyhow::Result<Option<Oid>> {
        match self.inner.merge_base(one, two) {
            Ok(id) => Ok(Some(id)),
            Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot find what {one} and {two} have in common")),
        }
    }

    /// Whether this clone holds an object.
    pub fn has(&self, id: Oid) -> bool {
        self.inner.odb().is_ok_and(|odb| odb.exists(id))
    }

    /// What an object is, tags peeled; `name` is for the error.
    pub fn peel(&self, id: Oid, name: &str) -> anyhow::Result<Tip> {
        self.tip(id, name.to_owned())
    }

    /// The message of a commit, or those of a tag and of the tags that it points at.
    pub fn messages(&self, id: Oid) -> anyhow::Result<Vec<Vec<u8>>> {
        let mut found = Vec::new();
        let mut at = id;
        loop {
            let object = self.inner.find_object(at, None).with_context(|| format!("cannot read the object {at}"))?;
            if let Some(commit) = object.as_commit().filter(|_| found.is_empty()) {
                found.push(commit.message_raw_bytes().to_owned());
            }
            let Some(tag) = object.as_tag() else { return Ok(found) };
            found.push(tag.message_bytes().unwrap_or_default().to_owned());
            at = tag.target_id();
        }
    }

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

    /// What the last fetch brought, by `FETCH_HEAD`, as far as it is here.
    pub fn fetched(&self) -> Vec<Oid> {
        let text = fs::read_to_string(self.git_dir().join("FETCH_HEAD")).unwrap_or_default();
        let first = |line: &str| line.split('\t').next().and_then(|id| Oid::from_str(id).ok());
        let ids = text.lines().filter_map(first);
        ids.filter(|id| self.inner.find_commit(*id).is_ok()).collect()
    }

    /// Whether HEAD is at the only one of these commits.
    pub fn head_is(&self, commits: &[Oid]) -> bool {
        let head = self.inner.head().ok().and_then(|h| h.target());
        matches!((commits, head), ([one], Some(head)) if *one == head)
    }

    /// Whether a merge, rebase, cherry-pick, revert or `git am` is under way.
    pub fn is_in_progress(&self) -> bool {
        !matches!(self.inner.state(), git2::RepositoryState::Clean | git2::RepositoryState::Bisect)
    }

    /// Everything a reference or HEAD points at, tags peeled, sorted by id.
    pub fn tips(&self) -> anyhow::Result<Vec<Tip>> {
        let context = || format!("cannot read the references of `{}`", self.git_dir().display());
        let mut tips = Vec::new();
        for reference in self.inner.references().with_context(context)? {
            let reference = reference.with_context(context)?;
            let name = printable_bytes(reference.name_bytes());
            let Some(target) = reference.resolve().ok().and_then(|r| r.target()) else { continue };
            tips.push(self.tip(target, name)?);
        }
        if let Some(head) = self.inner.head().ok().and_then(|h| h.target()) {
            tips.push(self.tip(head, "HEAD".to_owned())?);
        }
        tips.sort_by(|a, b| (a.id, &a.name).cmp(&(b.id, &b.name)));
        Ok(tips)
    }

    fn tip(&self, target: Oid, name: String) -> anyhow::Result<Tip> {
        let peeled = self.inner.find_object(target, None).and_then(|object| match object.kind() {
            Some(ObjectType::Tag) => object.peel(ObjectType::Any),
            _ => Ok(object),
        });
        let object =
            peeled.with_context(|| format!("the reference `{name}` points at {target}, which cannot be read"))?;
        let kind = match object.kind() {
            Some(ObjectType::Commit) => TipKind::Commit,
            Some(ObjectType::Tree) => TipKind::Tree,
            _ => TipKind::Blob,
        };
        Ok(Tip { id: object.id(), kind, name })
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

    /// The commits reachable from `from` and not from `hide`, parents first.
    pub fn walk(&self, from: &[Oid], hide: &[Oid]) -> anyhow::Result<Vec<Oid>> {
        let walk = || -> Result<Vec<Oid>, git2::Error> {
            let mut walk = self.inner.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME | Sort::REVERSE)?;
            from.iter().try_for_each(|id| walk.push(*id))?;
            hide.iter().try_for_each(|id| walk.hide(*id))?;
            walk.collect()
        };
        walk().context("cannot walk the history: an object is missing or damaged; run `git fsck`")
    }

    /// Who made a commit, when and why.
    pub fn commit(&self, id: Oid) -> anyhow::Result<CommitInfo> {
        let commit = self.inner.find_commit(id).with_context(|| format!("cannot read commit {id}; run `git fsck`"))?;
        let author = commit.author();
        let name = format!(
            "{} <{}>",
            String::from_utf8_lossy(author.name_bytes()),
            String::from_utf8_lossy(author.email_bytes())
        );
        let info = Commit {
            id: id.to_string(),
            author: name,
            date: rfc3339(author.when()),
            subject: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default()).into_owned(),
        };
        Ok(CommitInfo { info, tree: commit.tree_id(), parents: commit.parent_ids().collect() })
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

    /// Calls `visit` with every entry of a tree: name, id, and whether it is a tree.
    pub fn tree(&self, id: Oid, mut visit: impl FnMut(&[u8], Oid, Entry)) -> Result<(), Missing> {
        let odb = self.inner.odb().map_err(|e| missing(&e))?;
        let object = odb.read(id).map_err(|e| missing(&e))?;
        let mut rest = object.data();
        while let Some(space) = memchr::memchr(b' ', rest) {
            let mode = &rest[..space];
            let Some(nul) = memchr::memchr(0, rest) else { break };
            let Some(raw) = rest.get(nul + 1..nul + 21) else { break };
            let (Some(name), Ok(id)) = (rest.get(space + 1..nul), Oid::from_bytes(raw)) else { break };
            visit(name, id, Entry::of_mode(mode));
            rest = &rest[nul + 21..];
        }
        if rest.is_empty() { Ok(()) } else { Err(Missing::Damaged("not a tree".to_owned())) }
    }

    /// Gives the bytes of a blob no larger than `max_size`.
    pub fn blob<T>(&self, id: Oid, max_size: u64, use_it: impl FnOnce(&[u8]) -> T) -> Result<T, Missing> {
        let odb = self.inner.odb().map_err(|e| missing(&e))?;
        let (size, _) = odb.read_header(id).map_err(|e| missing(&e))?;
        if size as u64 > max_size {
            return Err(Missing::TooLarge(size as u64));
        }
        let object = odb.read(id).map_err(|e| missing(&e))?;
        Ok(use_it(object.data()))
    }

    /// The packs of this clone and of the folders it shares objects with, by their indexes, sorted.
    pub fn packs(&self) -> Vec<PathBuf> {
        let mut folders = self.objects.clone();
        let mut packs = Vec::new();
        let mut at = 0;
        while let Some(folder) = folders.get(at).cloned() {
            let shared = fs::read_to_string(folder.join("info/alternates")).unwrap_or_default();
            for other in shared.lines().map(|line| folder.join(line)) {
                if !folders.contains(&other) && folders.len() < MOST_FOLDERS {
                    folders.push(other);
                }
            }
            let entries = fs::read_dir(folder.join("pack")).into_iter().flatten().flatten().map(|e| e.path());
            packs.extend(entries.filter(|path| path.extension().is_some_and(|x| x == "idx")));
            at += 1;
        }
        packs.sort();
        packs
    }

    /// The objects this clone holds, loose and packed, reachable or not, among those that `wanted` asks for.
    pub fn objects(&self, wanted: impl Fn(&Oid) -> bool) -> anyhow::Result<Vec<(Oid, Held)>> {
        let mut ids = Vec::new();
        let mut list = || -> Result<git2::Odb<'_>, git2::Error> {
            let odb = self.inner.odb()?;
            odb.foreach(|id| {
                if wanted(id) {
                    ids.push(*id);
                }
                true
            })?;
            Ok(odb)
        };
        let odb = list()
            .with_context(|| format!("cannot list the objects of `{}`; run `git fsck`", self.git_dir().display()))?;
        ids.dedup();
        let held = |id: Oid| match odb.read_header(id) {
            Ok((_, ObjectType::Commit)) => (id, Held::Commit),
            Ok((_, ObjectType::Tree | ObjectType::Tag)) => (id, Held::Other),
            // Whether it was one shows when it is read.
            Ok(_) | Err(_) => (id, Held::Blob),
        };
        Ok(ids.into_iter().map(held).collect())
    }
}

/// What kind of object a clone holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A commit.
    Commit,
    /// A blob, or what cannot be told.
    Blob,
    /// A tree or a tag.
    Other,
}

/// What a reference points at.
#[derive(Clone, Debug)]
pub struct Tip {
    /// The object's id, tags peeled.
    pub id: Oid,
    /// What it is.
    pub kind: TipKind,
    /// A reference that points at it.
    pub name: String,
}

/// The kind of object a reference points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TipKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
}

/// The kind of a tree's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Tree,
    /// A file, or a link.
    Blob,
    /// A submodule's commit.
    Submodule,
}

impl Entry {
    /// By its octal mode.
    fn of_mode(mode: &[u8]) -> Self {
        match mode {
            b"40000" => Entry::Tree,
            b"160000" => Entry::Submodule,
            _ => Entry::Blob,
        }
    }
}

/// A commit as reports name it, and what it consists of.
pub struct CommitInfo {
    /// For reports.
    pub info: Commit,
    /// Its tree.
    pub tree: Oid,
    /// Its parents.
    pub parents: Vec<Oid>,
}

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

/// `GIT_INDEX_ENTRY_INTENT_TO_ADD` of the index format, version 3.
const INTENT_TO_ADD: u16 = 1 << 13;

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

fn missing(error: &git2::Error) -> Missing {
    if error.code() == ErrorCode::NotFound { Missing::Absent } else { Missing::Damaged(error.message().to_owned()) }
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

fn rfc3339(time: git2::Time) -> String {
    let Ok(stamp) = jiff::Timestamp::from_second(time.seconds()) else { return String::new() };
    let offset = jiff::tz::Offset::from_seconds(time.offset_minutes() * 60).unwrap_or(jiff::tz::Offset::UTC);
    stamp.display_with_offset(offset).to_string()
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
