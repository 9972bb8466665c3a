//! Objects: what a clone holds, and what it lacks.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use git2::{ErrorCode, ObjectType, Oid};

use super::Repo;

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

impl Repo {
    /// Whether this clone holds an object.
    pub fn has(&self, id: Oid) -> bool {
        self.inner.odb().is_ok_and(|odb| odb.exists(id))
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

fn missing(error: &git2::Error) -> Missing {
    if error.code() == ErrorCode::NotFound { Missing::Absent } else { Missing::Damaged(error.message().to_owned()) }
}
