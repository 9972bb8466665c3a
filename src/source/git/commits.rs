//! Commits: who made them and what they have in common.

use anyhow::Context as _;
use git2::{ErrorCode, Oid, Sort};

use crate::finding::Commit;

use super::Repo;

/// A commit as reports name it, and what it consists of.
pub struct CommitInfo {
    /// For reports.
    pub info: Commit,
    /// Its tree.
    pub tree: Oid,
    /// Its parents.
    pub parents: Vec<Oid>,
}

impl Repo {
    /// The best common ancestor; `None` where there is none.
    pub fn merge_base(&self, one: Oid, two: Oid) -> anyhow::Result<Option<Oid>> {
        match self.inner.merge_base(one, two) {
            Ok(id) => Ok(Some(id)),
            Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot find what {one} and {two} have in common")),
        }
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
}

fn rfc3339(time: git2::Time) -> String {
    let Ok(stamp) = jiff::Timestamp::from_second(time.seconds()) else { return String::new() };
    let offset = jiff::tz::Offset::from_seconds(time.offset_minutes() * 60).unwrap_or(jiff::tz::Offset::UTC);
    stamp.display_with_offset(offset).to_string()
}
