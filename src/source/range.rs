//! A range of commits: only the lines each of them adds, so that a secret added and removed again is still seen.

use std::collections::HashSet;

use anyhow::bail;

use crate::finding::Commit;

use super::exclude::Excludes;
use super::git::{self, Change, CommitInfo, Location, Oid, Repo, TipKind};
use super::kind::{Kind, kind};
use super::name::printable_bytes;
use super::read::{Out, Reader};
use super::staged::count_missing;
use super::{Coverage, Sink, SkipReason, Source};

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which repository.
    pub location: Location,
    /// `A..B`: the commits in B that are not in A. `A...B`: those since B left A. An A of zeros: those no remote has yet.
    pub range: String,
    /// Globs over paths from the repository's root that are left out, and counted.
    pub exclude: Excludes,
    /// Larger blobs are left out, and counted; bytes.
    pub max_file_size: u64,
}

/// Hands every file that a commit of the range changes to the sink, oldest commit first, with the lines it adds.
pub fn visit(options: &Options, coverage: &Coverage, sink: &dyn Sink) -> anyhow::Result<()> {
    let repo = Repo::open(&options.location)?;
    let (from, hide) = ends(&repo, &options.range)?;
    let limits = Limits { exclude: &options.exclude, max_file_size: options.max_file_size, whole: true };
    visit_commits(&repo, &from, &hide, limits, Out { coverage, sink })
}

/// The commits of a range, oldest first.
pub fn commits(repo: &Repo, range: &str) -> anyhow::Result<Vec<Oid>> {
    let (from, hide) = ends(repo, range)?;
    repo.walk(&from, &hide)
}

/// Which commits, by what they are reachable from.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// Commits reachable from these,
    pub from: Vec<Oid>,
    /// and not from these.
    pub hide: Vec<Oid>,
    /// Tags, blobs and trees that come beside them.
    pub others: Vec<Oid>,
}

/// Hands on what new commits add, and their messages.
pub fn visit_new(
    new: &New,
    location: &Location,
    exclude: &Excludes,
    max_file_size: u64,
    out: Out<'_>,
) -> anyhow::Result<()> {
    let repo = Repo::open(location)?;
    let mut reader = Reader::default();
    for id in repo.walk(&new.from, &new.hide)? {
        let info = repo.commit(id)?.info;
        for message in repo.messages(id)? {
            reader.blob(&message, Source { commit: Some(&info), ..Source::file(MESSAGE, &[]) }, out);
        }
    }
    // What a shallow clone lacks, it does not send either; of the commit where it ends all lines count.
    visit_commits(&repo, &new.from, &new.hide, Limits { exclude, max_file_size, whole: false }, out)?;
    for id in &new.others {
        for message in repo.messages(*id)? {
            reader.blob(&message, Source::file(MESSAGE, &[]), out);
        }
        let tip = repo.peel(*id, &id.to_string())?;
        let changes = match tip.kind {
            TipKind::Commit => continue,
            TipKind::Tree => {
                repo.changes(None, tip.id)?.into_iter().map(|c| (printable_bytes(&c.path), c.new)).collect()
            }
            TipKind::Blob => vec![(tip.id.to_string(), tip.id)],
        };
        for (name, blob) in changes {
            let read = repo.blob(blob, max_file_size, |bytes| reader.blob(bytes, Source::file(&name, &[]), out));
            count_missing(read, out.coverage, &name, blob);
        }
    }
    Ok(())
}

/// What a message is called where a finding needs a path.
pub const MESSAGE: &str = "COMMIT_EDITMSG";

/// What is left out.
#[derive(Clone, Copy)]
pub(super) struct Limits<'a> {
    pub exclude: &'a Excludes,
    pub max_file_size: u64,
    /// Whether history that a shallow clone lacks was asked for.
    pub whole: bool,
}

/// Hands on what the commits reachable from `from` and not from `hide` add.
pub(super) fn visit_commits(
    repo: &Repo,
    from: &[Oid],
    hide: &[Oid],
    limits: Limits<'_>,
    out: Out<'_>,
) -> anyhow::Result<()> {
    let commits = repo.walk(from, hide)?;
    let shallow: HashSet<_> = repo.shallow().into_iter().collect();
    let mut added = Added { repo, limits, out, reader: Reader::default(), seen: HashSet::new() };
    for id in &commits {
        let commit = repo.commit(*id)?;
        if limits.whole && shallow.contains(id) {
            let detail = "its parents are not here, so all of its lines count; run `git fetch --unshallow`";
            out.coverage.skip(SkipReason::ShallowHistory, id.to_string(), detail);
        }
        added.commit(&commit)?;
    }
    out.coverage.commits(commits.len() as u64);
    Ok(())
}

fn ends(repo: &Repo, range: &str) -> anyhow::Result<(Vec<Oid>, Vec<Oid>)> {
    let (a, b, since) = match (range.split_once("..."), range.split_once("..")) {
        (Some((a, b)), _) => (a, b, true),
        (None, Some((a, b))) => (a, b, false),
        (None, None) => bail!("`{range}` is not a range: write `A..B`, such as `main..HEAD`"),
    };
    let named = |revision: &str| repo.resolve(if revision.is_empty() { "HEAD" } else { revision });
    let to = named(b)?;
    if a.len() >= 40 && a.bytes().all(|c| c == b'0') {
        let tips = repo.tips()?.into_iter();
        let remote = tips.filter(|t| t.kind == TipKind::Commit && t.name.starts_with("refs/remotes/"));
        return Ok((vec![to], remote.map(|t| t.id).collect()));
    }
    let from = named(a)?;
    let hide = if since { repo.merge_base(from, to)? } else { Some(from) };
    Ok((vec![to], hide.into_iter().collect()))
}

struct Added<'a> {
    repo: &'a Repo,
    limits: Limits<'a>,
    out: Out<'a>,
    reader: Reader,
    seen: HashSet<(Oid, Vec<u8>)>,
}

impl Added<'_> {
    fn commit(&mut self, commit: &CommitInfo) -> anyhow::Result<()> {
        let mut against = Vec::new();
        for parent in &commit.parents {
            let base = self.repo.commit(*parent)?.tree;
            against.push(self.repo.changes(Some(base), commit.tree)?);
        }
        if against.is_empty() {
            against.push(self.repo.changes(None, commit.tree)?);
        }
        let (first, others) = against.split_first().map_or((&[][..], &[][..]), |(f, o)| (f.as_slice(), o));
        for change in first {
            // What is as in one of the parents is not new in a merge.
            let same = |changes: &Vec<Change>| changes.iter().find(|c| c.path == change.path).map(|c| c.old);
            let Some(others) = others.iter().map(same).collect::<Option<Vec<_>>>() else { continue };
            let olds: Vec<_> = std::iter::once(change.old).chain(others).collect();
            self.change(change, &olds, &commit.info)?;
        }
        Ok(())
    }

    fn change(&mut self, change: &Change, olds: &[Option<Oid>], commit: &Commit) -> anyhow::Result<()> {
        let coverage = self.out.coverage;
        let name = printable_bytes(&change.path);
        if change.is_submodule {
            coverage.skip(SkipReason::Submodule, name, "");
            return Ok(());
        }
        if self.limits.exclude.file(&name) {
            coverage.skip(SkipReason::Excluded, name, "");
            return Ok(());
        }
        if !self.seen.insert((change.new, change.path.clone())) {
            return Ok(());
        }
        let (repo, max, reader, out) = (self.repo, self.limits.max_file_size, &mut self.reader, self.out);
        let read = repo.blob(change.new, max, |bytes| -> anyhow::Result<()> {
            let lines = new_lines(repo, bytes, olds, max)?;
            if lines.as_ref().is_none_or(|l| !l.is_empty()) {
                let about = Source { only_lines: lines.as_deref(), commit: Some(commit), ..Source::file(&name, &[]) };
                reader.blob(bytes, about, out);
            }
            Ok(())
        });
        match read {
            Ok(done) => done,
            Err(missing) => {
                count_missing(Err(missing), coverage, &name, change.new);
                Ok(())
            }
        }
    }
}

/// The lines that are in none of `olds`; `None`: all of them.
fn new_lines(repo: &Repo, new: &[u8], olds: &[Option<Oid>], max: u64) -> anyhow::Result<Option<Vec<u32>>> {
    let mut lines: Option<Vec<u32>> = None;
    // Lines of UTF-16 are others once they are UTF-8.
    if matches!(kind(new), Kind::Utf16Le | Kind::Utf16Be) {
        return Ok(None);
    }
    for old in olds.iter().flatten() {
        // A parent's blob that cannot be had takes nothing away.
        let Ok(added) = repo.blob(*old, max, |old| git::added_lines(old, new)) else { continue };
        let added = added?;
        lines = Some(match lines {
            None => added,
            Some(mut lines) => {
                lines.retain(|line| added.binary_search(line).is_ok());
                lines
            }
        });
    }
    Ok(lines)
}
