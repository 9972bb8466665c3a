//! References, and what they point at.

use std::fs;

use anyhow::Context as _;
use git2::{ObjectType, Oid};

use super::Repo;
use crate::source::name::printable_bytes;

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

impl Repo {
    /// What an object is, tags peeled; `name` is for the error.
    pub fn peel(&self, id: Oid, name: &str) -> anyhow::Result<Tip> {
        self.tip(id, name.to_owned())
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
}
