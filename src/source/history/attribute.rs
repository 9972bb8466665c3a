//! From a blob to where it came from: the first commit, oldest first, and the path it has there.

use std::collections::{HashMap, HashSet};

use crate::source::exclude::Excludes;
use crate::source::git::{Entry, Missing, Oid, Repo, Tip, TipKind};
use crate::source::name::printable_bytes;
use crate::source::{Coverage, SkipReason};

use super::split_tips;

/// The first place of a blob.
pub struct Place {
    /// The commit that introduced it; `None`: a reference points at its tree, or at itself.
    pub commit: Option<Oid>,
    /// Its path there, as git holds it.
    pub path: Vec<u8>,
    /// The blob.
    pub blob: Oid,
}

/// Ids of objects. Millions of look-ups make the standard hasher felt.
pub type Ids = HashSet<Oid, foldhash::fast::RandomState>;

/// Looks for the first places of blobs.
pub struct Search<'a> {
    repo: &'a Repo,
    exclude: &'a Excludes,
    coverage: &'a Coverage,
    /// The blobs without a place.
    pending: Ids,
    /// The blobs this clone holds.
    held: Ids,
    /// Trees in which nothing is left to find.
    seen: Ids,
    excluded: HashMap<Oid, String>,
    places: Vec<Place>,
    commit: Option<Oid>,
}

impl<'a> Search<'a> {
    /// For `blobs`. Every reachable blob that is not in `held` is counted as missing.
    pub fn new(repo: &'a Repo, exclude: &'a Excludes, coverage: &'a Coverage, blobs: Ids, held: Ids) -> Self {
        Self {
            repo,
            exclude,
            coverage,
            pending: blobs,
            held,
            seen: Ids::default(),
            excluded: HashMap::new(),
            places: Vec::new(),
            commit: None,
        }
    }

    /// The first place of each blob, in the order of the commits. Those that no reference reaches have none.
    pub fn places(mut self, tips: &[Tip]) -> anyhow::Result<Vec<Place>> {
        for id in self.repo.walk(&split_tips(tips).0, &[])? {
            self.commit = Some(id);
            self.tree(self.repo.commit(id)?.tree, &mut Vec::new());
        }
        self.commit = None;
        for tip in tips {
            match tip.kind {
                TipKind::Commit => {}
                TipKind::Tree => drop(self.tree(tip.id, &mut Vec::new())),
                TipKind::Blob => drop(self.blob(tip.id, tip.name.as_bytes())),
            }
        }
        for (id, path) in self.excluded {
            if self.pending.contains(&id) {
                self.coverage.skip(SkipReason::Excluded, path, "");
            }
        }
        Ok(self.places)
    }

    /// Looks through a tree; says whether it need not be looked through again, at whatever path.
    fn tree(&mut self, id: Oid, path: &mut Vec<u8>) -> bool {
        if self.seen.contains(&id) {
            return true;
        }
        let mut entries = Vec::new();
        // Most of a tree is as it was in the commit before: only names that are needed are copied.
        let is_done = |id: &Oid, entry| match entry {
            Entry::Submodule => true,
            Entry::Tree => self.seen.contains(id),
            _ => self.held.contains(id) && !self.pending.contains(id),
        };
        let read = self.repo.tree(id, |name, id, entry| {
            if !is_done(&id, entry) {
                entries.push((name.to_owned(), id, entry));
            }
        });
        self.count(read, id, path);
        let mut done = true;
        for (name, id, entry) in entries {
            let length = path.len();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            done &= if entry == Entry::Tree { self.tree(id, path) } else { self.blob(id, path) };
            path.truncate(length);
        }
        if done {
            self.seen.insert(id);
        }
        done
    }

    fn blob(&mut self, id: Oid, path: &[u8]) -> bool {
        if !self.pending.contains(&id) {
            if self.held.insert(id) {
                self.coverage.skip(SkipReason::MissingObject, printable_bytes(path), format!("blob {id}"));
            }
            return true;
        }
        if !self.exclude.is_empty() {
            let name = printable_bytes(path);
            if self.exclude.file(&name) {
                // It may stand elsewhere under a name that is not excluded.
                self.excluded.entry(id).or_insert(name);
                return false;
            }
        }
        self.pending.remove(&id);
        self.places.push(Place { commit: self.commit, path: path.to_owned(), blob: id });
        true
    }

    fn count(&self, read: Result<(), Missing>, id: Oid, path: &[u8]) {
        let (reason, why) = match read {
            Ok(()) => return,
            Err(Missing::Damaged(why)) => (SkipReason::Unreadable, why),
            Err(_) => (SkipReason::MissingObject, String::new()),
        };
        self.coverage.skip(reason, format!("{}/", printable_bytes(path)), format!("tree {id} {why}"));
    }
}
