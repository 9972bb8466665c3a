//! The whole history: every blob reachable from any reference, each looked at once, with the commit that introduced it.
//!
//! 1. `blobs.rs` inflates each blob once, in the order of the packs; `novelty.rs` keeps what stands in it for the first
//!    time, and a [`Probe`] says whether that could hold a finding. Nearly all text of a history is repetition, and most
//!    of that git's deltas name as such.
//! 2. Only if something could: `attribute.rs` walks the commits, oldest first, to the first place of each such blob.
//!    A blob that no commit reaches is dropped.
//! 3. Those blobs go to the sink in that order; lines that came before at the same path do not count again.
//! 4. `cache.rs` remembers the references and what the caller made of them: the next run reads only what is new, as
//!    [`super::range`] does.

mod attribute;
mod blobs;
mod cache;
mod novelty;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::exclude::Excludes;
use super::git::{self, Location, Oid, Repo, Tip, TipKind};
use super::kind::{Kind, kind};
use super::name::printable_bytes;
use super::range::{Limits, visit_commits};
use super::read::{Out, Reader};
use super::staged::count_missing;
use super::utf16::Utf16;
use super::{Coverage, Sink, SkipReason, Source};

use attribute::{Ids, Place, Search};
use blobs::{Found, Listing};
use cache::State;
use novelty::{LineSet, Novelty};

/// Says quickly whether a text could hold a finding. Its path is not known: every rule that depends on it must be
/// taken to apply. A "yes" costs a look at the whole blob later, a wrong "no" loses a finding.
pub trait Probe: Sync {
    /// Whether the sink could find something in this text.
    fn could_hit(&self, text: &[u8]) -> bool;
}

impl<F: Fn(&[u8]) -> bool + Sync> Probe for F {
    fn could_hit(&self, text: &[u8]) -> bool {
        self(text)
    }
}

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which repository.
    pub location: Location,
    /// Globs over paths from the repository's root that are left out, and counted where they hide something.
    pub exclude: Excludes,
    /// Larger blobs are left out, and counted; bytes.
    pub max_file_size: u64,
    /// Where to remember this run; `None`: nowhere.
    pub cache: Option<Cache>,
}

/// Where a run is remembered, and what it depends on.
#[derive(Clone, Debug)]
pub struct Cache {
    /// The file, made with mode 0600.
    pub path: PathBuf,
    /// A hash of everything that decides what is found: rules, policy, excludes, version. Another key is a full run.
    pub key: String,
}

/// The history of one repository as it stands.
pub struct History<'a> {
    options: &'a Options,
    repo: Repo,
    tips: Vec<Tip>,
    state: State,
    stored: Option<cache::Stored>,
}

impl<'a> History<'a> {
    /// Opens the repository and reads what the last run stored, if that still holds.
    pub fn open(options: &'a Options) -> anyhow::Result<Self> {
        let repo = Repo::open(&options.location)?;
        git::trust_object_names();
        let mut tips = repo.tips()?;
        tips.dedup_by_key(|t| t.id);
        let key = options.cache.as_ref().map_or("", |c| c.key.as_str());
        let state = State::new(key, &tips, &repo.shallow());
        let stored =
            options.cache.as_ref().and_then(|c| cache::read(&c.path)).filter(|s| holds(&repo, &s.state, &state));
        Ok(Self { options, repo, tips, state, stored })
    }

    /// What the caller stored with the last run: it still holds, and [`History::visit`] only adds to it.
    pub fn stored(&self) -> Option<&[u8]> {
        self.stored.as_ref().map(|s| s.payload.as_slice())
    }

    /// Whether nothing is new since then, so that [`History::visit`] will do nothing.
    pub fn is_current(&self) -> bool {
        self.stored.as_ref().is_some_and(|s| s.state == self.state)
    }

    /// Looks at what is not in [`History::stored`]: all of the history where that is `None`.
    pub fn visit(&self, coverage: &Coverage, probe: &dyn Probe, sink: &dyn Sink) -> anyhow::Result<()> {
        let shallow = self.repo.shallow();
        if !shallow.is_empty() {
            let detail = format!("{} commits end this clone; run `git fetch --unshallow`", shallow.len());
            coverage.skip(SkipReason::ShallowHistory, printable_dir(&self.repo), detail);
        }
        let out = Out { coverage, sink };
        match &self.stored {
            Some(_) if self.is_current() => Ok(()),
            Some(stored) => self.visit_new(&stored.state, out),
            None => self.visit_all(probe, out),
        }
    }

    /// Remembers this run with what the caller made of it (findings are masked; nothing else may be in it). Written
    /// aside and renamed; without a cache in the options it does nothing.
    pub fn store(&self, payload: &[u8]) -> anyhow::Result<()> {
        self.options.cache.as_ref().map_or(Ok(()), |c| cache::write(&c.path, &self.state, payload))
    }

    fn visit_new(&self, old: &State, out: Out<'_>) -> anyhow::Result<()> {
        let limits = Limits { exclude: &self.options.exclude, max_file_size: self.options.max_file_size, whole: true };
        visit_commits(&self.repo, &self.state.commits, &old.commits, limits, out)
    }

    fn visit_all(&self, probe: &dyn Probe, out: Out<'_>) -> anyhow::Result<()> {
        let (hits, held) = self.hits(probe, out.coverage)?;
        out.coverage.commits(held.commits);
        // A partial clone lacks blobs, and so does a damaged one: all trees are walked to name what is not there.
        let search = Search::new(&self.repo, &self.options.exclude, out.coverage, hits, held.blobs);
        self.deliver(&search.places(&self.tips)?, out)
    }

    /// The blobs that could hold a finding, and what this clone holds.
    fn hits(&self, probe: &dyn Probe, coverage: &Coverage) -> anyhow::Result<(Ids, Listing)> {
        let (mut hits, mut novelty) = (Ids::default(), Novelty::default());
        let mut visit = |id: Oid, found: Found<'_>| match found.map(|(bytes, known)| (text_of(bytes), known)) {
            Ok((Ok(text), known)) => {
                coverage.scanned(text.len());
                let is_raw = matches!(text, Cow::Borrowed(_));
                let hit = novelty.could_hit(&text, if is_raw { known } else { &[] }, probe);
                if hit {
                    hits.insert(id);
                }
                is_raw && !hit
            }
            Ok((Err(reason), _)) => {
                coverage.skip(reason, id.to_string(), "");
                false
            }
            Err(missing) => {
                count_missing(Err(missing), coverage, &id.to_string(), id);
                false
            }
        };
        let held = blobs::each(&self.repo, self.options.max_file_size, &mut visit)?;
        Ok((hits, held))
    }

    fn deliver(&self, places: &[Place], out: Out<'_>) -> anyhow::Result<()> {
        let mut reader = Reader::default();
        let mut before: HashMap<&[u8], LineSet> = HashMap::new();
        // These texts have been counted when they were first read.
        let counted = Coverage::default();
        let mut commit = None;
        for place in places {
            if commit.as_ref().map(|(id, _)| *id) != place.commit {
                commit = place.commit.map(|id| self.repo.commit(id).map(|c| (id, c.info))).transpose()?;
            }
            let name = printable_bytes(&place.path);
            let seen = before.entry(&place.path).or_default();
            let info = commit.as_ref().map(|(_, info)| info);
            let read = self.repo.blob(place.blob, self.options.max_file_size, |bytes| {
                let Ok(text) = text_of(bytes) else { return };
                let lines = seen.add(&text);
                if lines.as_ref().is_none_or(|l| !l.is_empty()) {
                    let about = Source { only_lines: lines.as_deref(), commit: info, ..Source::file(&name, &[]) };
                    reader.blob(&text, about, Out { coverage: &counted, sink: out.sink });
                }
            });
            count_missing(read, out.coverage, &name, place.blob);
        }
        Ok(())
    }
}

/// Whether what was stored under `old` still holds under `new`: everything looked at then is still reachable.
fn holds(repo: &Repo, old: &State, new: &State) -> bool {
    old.key == new.key
        && old.shallow == new.shallow
        && old.others == new.others
        && (old.commits == new.commits || repo.walk(&old.commits, &new.commits).is_ok_and(|gone| gone.is_empty()))
}

/// The text of a blob in UTF-8, or why there is none.
fn text_of(bytes: &[u8]) -> Result<Cow<'_, [u8]>, SkipReason> {
    let big_endian = match kind(bytes) {
        Kind::Bytes => return Ok(Cow::Borrowed(bytes)),
        Kind::Skip(reason) => return Err(reason),
        Kind::Utf16Le => false,
        Kind::Utf16Be => true,
    };
    let mut text = Vec::new();
    // Reading memory does not fail.
    let _ = Utf16::new(bytes, big_endian).read_to_end(&mut text);
    Ok(Cow::Owned(text))
}

fn printable_dir(repo: &Repo) -> String {
    super::name::printable(repo.work_tree().unwrap_or(Path::new(repo.git_dir())))
}

/// The commits, and the other objects, that references point at.
fn split_tips(tips: &[Tip]) -> (Vec<Oid>, Vec<Oid>) {
    let (commits, others): (Vec<_>, Vec<_>) = tips.iter().partition(|t| t.kind == TipKind::Commit);
    (commits.into_iter().map(|t| t.id).collect(), others.into_iter().map(|t| t.id).collect())
}
