//! Where the log of a repository lies: `<state directory>/<repository's name>-<8 hex of its path>/govctl.db`.
//!
//! The path is that of the repository's common folder, so every worktree finds the same log. `[audit.storage] path` wins
//! over `GOVCTL_STATE_DIR`: an agent that can set its own environment must not be able to choose another log than the
//! policy's. A log inside the work tree is refused: whoever can write there could write it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::{Cause, StoreError};
use crate::finding::hex;

/// What decides where the log lies.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// `[audit.storage] path`, where it is not empty; a leading `~/` is the home directory.
    pub policy_path: Option<PathBuf>,
    /// `GOVCTL_STATE_DIR`.
    pub state_dir: Option<OsString>,
    /// `XDG_STATE_HOME`.
    pub xdg_state_home: Option<OsString>,
    /// `HOME`.
    pub home: Option<OsString>,
}

/// The place of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The database.
    pub db: PathBuf,
    /// The repository's name, for the log's default origin.
    pub name: String,
}

impl Location {
    /// A database by its path.
    pub fn file(db: impl Into<PathBuf>) -> Self {
        let db = db.into();
        let name = db.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        Self { db, name }
    }

    /// The log of the repository that `start` is in (of `start` itself, where it is in none).
    ///
    /// # Errors
    /// No home directory to put it in, a place inside the work tree, a folder that cannot be resolved.
    pub fn find(start: &Path, lookup: &Lookup) -> Result<Self, StoreError> {
        let start = canonical(start)?;
        let repository = Repository::around(&start)?;
        let name = repository.root.file_name().unwrap_or_default().to_string_lossy();
        let name: String =
            name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
        let name = name.trim_end_matches(".git").to_owned();
        let db = match &lookup.policy_path {
            Some(path) => expand_home(path, lookup)?,
            None => {
                let digest = Sha256::digest(repository.root.as_os_str().as_encoded_bytes());
                state_dir(lookup)?.join(format!("{name}-{}", hex(&digest[..4]))).join("govctl.db")
            }
        };
        let db = if db.is_absolute() { db } else { start.join(db) };
        repository.refuse_inside(&db)?;
        Ok(Self { db, name })
    }

    /// The folder of the database, in which the signing key lies too.
    pub fn dir(&self) -> &Path {
        self.db.parent().unwrap_or(Path::new("."))
    }
}

fn state_dir(lookup: &Lookup) -> Result<PathBuf, StoreError> {
    let set = |v: &Option<OsString>| v.clone().filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(dir) = set(&lookup.state_dir) {
        return Ok(dir);
    }
    // The XDG specification has relative paths ignored.
    if let Some(dir) = set(&lookup.xdg_state_home).filter(|d| d.is_absolute()) {
        return Ok(dir.join("govctl"));
    }
    let home =
        set(&lookup.home).ok_or_else(|| StoreError::other("no HOME: set GOVCTL_STATE_DIR to a folder for it"))?;
    Ok(home.join(".local/state/govctl"))
}

fn expand_home(path: &Path, lookup: &Lookup) -> Result<PathBuf, StoreError> {
    match path.strip_prefix("~") {
        Ok(rest) => match &lookup.home {
            Some(home) => Ok(Path::new(home).join(rest)),
            None => Err(StoreError::other("[audit.storage] path begins with ~, and there is no HOME")),
        },
        Err(_) => Ok(path.to_owned()),
    }
}

struct Repository {
    /// What names it: the main work tree, or the bare repository.
    root: PathBuf,
    /// The work tree that `start` is in, if it is in one.
    work_tree: Option<PathBuf>,
}

impl Repository {
    /// Looks for `.git` upwards: a folder, or a file `gitdir: …` in a linked worktree or submodule, whose folder may name
    /// the common one in `commondir`.
    fn around(start: &Path) -> Result<Self, StoreError> {
        for dir in start.ancestors() {
            let dot_git = dir.join(".git");
            if dot_git.exists() {
                let common = common_dir(&dot_git, dir)?;
                let root = match (common.file_name(), common.parent()) {
                    (Some(name), Some(parent)) if name == ".git" => parent.to_owned(),
                    _ => common,
                };
                return Ok(Self { root, work_tree: Some(dir.to_owned()) });
            }
            if dir.join("HEAD").is_file() && dir.join("objects").is_dir() && dir.join("refs").is_dir() {
                return Ok(Self { root: dir.to_owned(), work_tree: None });
            }
        }
        Ok(Self { root: start.to_owned(), work_tree: None })
    }

    fn refuse_inside(&self, db: &Path) -> Result<(), StoreError> {
        let Some(tree) = &self.work_tree else { return Ok(()) };
        // What does not exist yet is resolved from the part that does.
        let existing = db.ancestors().find_map(|a| fs::canonicalize(a).ok()).unwrap_or_default();
        if existing.starts_with(tree) || existing.starts_with(&self.root) || db.starts_with(tree) {
            let why = "the log would lie inside the repository, where those it watches can write: choose another place";
            return Err(StoreError::other(why).at(db));
        }
        Ok(())
    }
}

fn common_dir(dot_git: &Path, dir: &Path) -> Result<PathBuf, StoreError> {
    if dot_git.is_dir() {
        return canonical(dot_git);
    }
    let text = read(dot_git)?;
    let git_dir = dir.join(text.trim_end().strip_prefix("gitdir: ").unwrap_or_default());
    let common = git_dir.join("commondir");
    if !common.is_file() {
        return canonical(&git_dir);
    }
    canonical(&git_dir.join(read(&common)?.trim_end()))
}

fn read(path: &Path) -> Result<String, StoreError> {
    fs::read_to_string(path).map_err(|e| Cause::Io(format!("cannot read {}", path.display()), e).into())
}

fn canonical(path: &Path) -> Result<PathBuf, StoreError> {
    fs::canonicalize(path).map_err(|e| Cause::Io(format!("cannot resolve {}", path.display()), e).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(dir: &Path) -> Lookup {
        Lookup { state_dir: Some(dir.as_os_str().to_owned()), ..Lookup::default() }
    }

    #[test]
    fn every_worktree_finds_the_same_log() {
        let temp = tempfile::tempdir().unwrap();
        let (main, linked, state) = (temp.path().join("app"), temp.path().join("elsewhere"), temp.path().join("state"));
        fs::create_dir_all(main.join(".git/worktrees/elsewhere")).unwrap();
        fs::create_dir_all(main.join("src/deep")).unwrap();
        fs::create_dir(&linked).unwrap();
        fs::write(main.join(".git/worktrees/elsewhere/commondir"), "../..\n").unwrap();
        fs::write(linked.join(".git"), format!("gitdir: {}\n", main.join(".git/worktrees/elsewhere").display()))
            .unwrap();
        let here = Location::find(&main, &lookup(&state)).unwrap();
        assert!(here.db.parent().unwrap().file_name().unwrap().to_str().unwrap().starts_with("app-"), "{here:?}");
        assert_eq!(Location::find(&linked, &lookup(&state)).unwrap(), here);
        assert_eq!(Location::find(&main.join("src/deep"), &lookup(&state)).unwrap(), here);
    }

    #[test]
    fn never_inside_the_tree() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join(".git")).unwrap();
        let error = Location::find(temp.path(), &lookup(&temp.path().join("state"))).unwrap_err().to_string();
        assert!(error.contains("inside the repository"), "{error}");
        let policy = Lookup { policy_path: Some("log.db".into()), ..Lookup::default() };
        assert!(Location::find(temp.path(), &policy).is_err());
    }

    #[test]
    fn the_state_directory() {
        let temp = tempfile::tempdir().unwrap();
        let at = |l: Lookup| Location::find(temp.path(), &l).map(|l| l.db);
        let home = Lookup { home: Some("/home/x".into()), ..Lookup::default() };
        assert!(at(home.clone()).unwrap().starts_with("/home/x/.local/state/govctl"));
        let xdg = Lookup { xdg_state_home: Some("/xdg".into()), ..home.clone() };
        assert!(at(xdg).unwrap().starts_with("/xdg/govctl"));
        let relative = Lookup { xdg_state_home: Some("xdg".into()), ..home.clone() };
        assert!(at(relative).unwrap().starts_with("/home/x"));
        let policy = Lookup { policy_path: Some("~/log.db".into()), state_dir: Some("/agent".into()), ..home };
        assert_eq!(at(policy).unwrap(), Path::new("/home/x/log.db"));
        assert!(at(Lookup::default()).unwrap_err().to_string().contains("GOVCTL_STATE_DIR"));
    }
}
