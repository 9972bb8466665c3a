//! The work tree: files and folders as they lie on the disk, a repository around them or not.
//!
//! Ignore files are respected as ripgrep does (`.gitignore`, `.git/info/exclude`, the global one, `.ignore`, and
//! `.govctlignore`); hidden files are read, `.git` is not. Symbolic links are not followed: what they lead to inside the
//! tree is read at its own place, what is outside is counted as left out.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, FileType, Metadata};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, bail};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::exclude::Excludes;
use super::name::printable;
use super::read::{Out, Reader};
use super::submodules::Boundaries;
use super::{Coverage, Sink, SkipReason};

/// The ignore file of govctl's own, in any folder, in gitignore's syntax.
pub const IGNORE_FILE: &str = ".govctlignore";
/// Below so many files no thread is started.
const FEW: usize = 8;

/// What to look at.
#[derive(Clone, Debug)]
pub struct Options {
    /// The working directory, which relative `paths` start from.
    pub dir: PathBuf,
    /// The tree: paths are reported relative to it (and outside of it as they were given), links are not followed out of
    /// it. The repository's root, or the working directory.
    pub root: PathBuf,
    /// Files and folders as given; empty: `dir`.
    pub paths: Vec<PathBuf>,
    /// Globs over reported paths that are left out, and counted.
    pub exclude: Excludes,
    /// Whether `exclude` also holds for files that `paths` names.
    pub force_exclude: bool,
    /// Read what ignore files leave out.
    pub no_ignore: bool,
    /// Larger files are left out, and counted; bytes.
    pub max_file_size: u64,
    /// How many threads read.
    pub threads: usize,
}

/// Hands every file to the sink, from `threads` threads. What cannot be read is counted, and the rest still read; that
/// none of the paths exists is an error.
pub fn visit(options: &Options, coverage: &Coverage, sink: &dyn Sink) -> anyhow::Result<()> {
    let walker = Walker { options, root: canonical(&options.root)?, out: Out { coverage, sink } };
    let targets = walker.targets()?;
    let (folders, files): (Vec<_>, Vec<_>) = targets.into_iter().partition(|t| t.kind.is_dir());
    walker.files(&files);
    if !folders.is_empty() {
        walker.folders(&folders, &files);
    }
    Ok(())
}

/// A file or folder that was asked for.
struct Target {
    /// Without links, absolute.
    path: PathBuf,
    /// As it was given.
    given: PathBuf,
    kind: FileType,
}

struct Walker<'a> {
    options: &'a Options,
    root: PathBuf,
    out: Out<'a>,
}

impl Walker<'_> {
    /// What was asked for, each once.
    fn targets(&self) -> anyhow::Result<Vec<Target>> {
        let here = [PathBuf::from(".")];
        let given = if self.options.paths.is_empty() { &here[..] } else { &self.options.paths };
        let mut seen = HashSet::new();
        let mut targets = Vec::new();
        let mut missing = Vec::new();
        for given in given {
            match self.target(given) {
                Ok(Some(target)) if seen.insert(target.path.clone()) => targets.push(target),
                Ok(_) => {}
                Err(error) => missing.push((given, error)),
            }
        }
        let none_is_there = missing.len() == given.len();
        for (given, error) in missing {
            if none_is_there {
                return Err(error);
            }
            self.out.coverage.skip(SkipReason::Unreadable, printable(given), error.root_cause().to_string());
        }
        Ok(targets)
    }

    fn target(&self, given: &Path) -> anyhow::Result<Option<Target>> {
        let typed = self.options.dir.join(given);
        let own = fs::symlink_metadata(&typed).with_context(|| missing(given))?;
        let is_link = own.file_type().is_symlink();
        let Ok(path) = fs::canonicalize(&typed) else {
            return self.unresolved(given, &own);
        };
        // The link's own place, its parents resolved, tells whether it leads out of the tree.
        let place = typed.parent().and_then(|p| fs::canonicalize(p).ok()).unwrap_or_default();
        if is_link && place.starts_with(&self.root) && !path.starts_with(&self.root) {
            self.out.coverage.skip(SkipReason::Symlink, printable(given), "");
            return Ok(None);
        }
        let kind = fs::metadata(&path).with_context(|| missing(given))?.file_type();
        Ok(Some(Target { path, given: given.to_owned(), kind }))
    }

    fn unresolved(&self, given: &Path, own: &Metadata) -> anyhow::Result<Option<Target>> {
        if !own.file_type().is_symlink() {
            bail!("{}", missing(given));
        }
        self.out.coverage.skip(SkipReason::Symlink, printable(given), "leads to nothing");
        Ok(None)
    }

    /// How a path below a target is reported.
    fn name(&self, path: &Path, target: &Target) -> String {
        if let Ok(inside) = path.strip_prefix(&self.root) {
            return printable(inside);
        }
        match path.strip_prefix(&target.path) {
            Ok(below) if below.as_os_str().is_empty() => printable(&target.given),
            Ok(below) => printable(&target.given.join(below)),
            Err(_) => printable(path),
        }
    }

    fn files(&self, files: &[Target]) {
        let threads = if files.len() <= FEW { 1 } else { self.options.threads.clamp(1, files.len()) };
        let next = AtomicUsize::new(0);
        let work = || {
            let mut reader = Reader::default();
            while let Some(target) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let name = self.name(&target.path, target);
                if self.options.force_exclude && self.options.exclude.file(&name) {
                    self.out.coverage.skip(SkipReason::Excluded, name, "");
                } else {
                    self.file(&target.path, &name, target.kind, &mut reader);
                }
            }
        };
        if threads == 1 {
            return work();
        }
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
    }

    fn file(&self, path: &Path, name: &str, kind: FileType, reader: &mut Reader) {
        if kind.is_file() {
            reader.file(path, name, self.options.max_file_size, self.out);
        } else {
            self.out.coverage.skip(SkipReason::Special, name, "");
        }
    }

    fn folders(&self, folders: &[Target], files: &[Target]) {
        for folder in folders {
            // Nothing that is asked for by itself is read a second time on the way.
            let own: HashSet<_> =
                folders.iter().chain(files).map(|t| t.path.as_path()).filter(|p| *p != folder.path).collect();
            let walk = FolderWalk { walker: self, folder, own, boundaries: Boundaries::around(&folder.path) };
            walk.run();
        }
    }

    fn builder(&self, folder: &Path) -> WalkBuilder {
        let mut builder = WalkBuilder::new(folder);
        builder
            .standard_filters(!self.options.no_ignore)
            .hidden(false)
            .follow_links(false)
            .current_dir(&self.options.dir)
            .threads(self.options.threads.max(1));
        if !self.options.no_ignore {
            builder.add_custom_ignore_filename(IGNORE_FILE);
        }
        builder.filter_entry(|entry| entry.file_name() != OsStr::new(".git"));
        builder
    }
}

struct FolderWalk<'a> {
    walker: &'a Walker<'a>,
    folder: &'a Target,
    own: HashSet<&'a Path>,
    boundaries: Boundaries,
}

impl FolderWalk<'_> {
    fn run(&self) {
        self.walker.builder(&self.folder.path).build_parallel().run(|| {
            let mut reader = Reader::default();
            Box::new(move |entry| self.entry(entry, &mut reader))
        });
    }

    fn entry(&self, entry: Result<DirEntry, ignore::Error>, reader: &mut Reader) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.unreadable(&error);
                return WalkState::Continue;
            }
        };
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        if entry.depth() == 0 {
            return WalkState::Continue;
        }
        if self.own.contains(entry.path()) {
            return WalkState::Skip;
        }
        let name = self.walker.name(entry.path(), self.folder);
        if kind.is_dir() {
            return self.enter(entry.path(), &name);
        }
        self.file(entry.path(), &name, kind, reader);
        WalkState::Continue
    }

    fn enter(&self, path: &Path, name: &str) -> WalkState {
        let coverage = self.walker.out.coverage;
        if self.walker.options.exclude.folder(name) {
            coverage.skip(SkipReason::Excluded, format!("{name}/"), "");
            return WalkState::Skip;
        }
        if let Some(why) = self.boundaries.at(path) {
            coverage.skip(SkipReason::Submodule, name, why);
            return WalkState::Skip;
        }
        WalkState::Continue
    }

    fn file(&self, path: &Path, name: &str, kind: FileType, reader: &mut Reader) {
        let coverage = self.walker.out.coverage;
        if self.walker.options.exclude.file(name) {
            coverage.skip(SkipReason::Excluded, name, "");
        } else if kind.is_symlink() {
            match fs::canonicalize(path) {
                Ok(to) if to.starts_with(&self.walker.root) || to.starts_with(&self.folder.path) => {}
                Ok(_) => coverage.skip(SkipReason::Symlink, name, ""),
                Err(_) => coverage.skip(SkipReason::Symlink, name, "leads to nothing"),
            }
        } else {
            self.walker.file(path, name, kind, reader);
        }
    }

    fn unreadable(&self, error: &ignore::Error) {
        let name = path_of(error).map_or_else(
            || self.walker.name(&self.folder.path, self.folder),
            |path| self.walker.name(path, self.folder),
        );
        let detail = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        self.walker.out.coverage.skip(SkipReason::Unreadable, name, detail);
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn canonical(path: &Path) -> anyhow::Result<PathBuf> {
    fs::canonicalize(path).with_context(|| missing(path))
}

fn missing(path: &Path) -> String {
    format!("cannot look at `{}`: give a file or folder that exists and can be read", printable(path))
}
