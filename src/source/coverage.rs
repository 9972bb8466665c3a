//! What was covered and what was left out: nothing is silently skipped.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// Why something was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// Excluded by the policy.
    Excluded,
    /// Larger than `checks.max_file_size`.
    TooLarge,
    /// A compressed or media format, in which no text can be read.
    Binary,
    /// A git submodule: a repository of its own.
    Submodule,
    /// A git LFS pointer: the content is elsewhere.
    LfsPointer,
    /// A symbolic link that leads out of the tree, or to nothing.
    Symlink,
    /// A FIFO, socket or device.
    Special,
    /// Could not be read.
    Unreadable,
    /// An object that this clone does not hold (partial clone, damaged repository).
    MissingObject,
    /// History that a shallow clone does not hold.
    ShallowHistory,
    /// Did not parse, or is too large to parse.
    Unparsed,
}

impl SkipReason {
    /// Whether what was asked for could not be covered, so that the exit status must be 2.
    pub fn is_failure(self) -> bool {
        matches!(self, SkipReason::Unreadable | SkipReason::MissingObject | SkipReason::ShallowHistory)
    }

    /// Like [`SkipReason::describe`], as the object of "could not look at `count` …".
    pub fn describe_many(self, count: u64) -> &'static str {
        match (self, count) {
            (SkipReason::Unreadable, 1) => "unreadable file",
            (SkipReason::Unreadable, _) => "unreadable files",
            (SkipReason::MissingObject, 1) => "object that this clone does not hold",
            (SkipReason::MissingObject, _) => "objects that this clone does not hold",
            (SkipReason::ShallowHistory, 1) => "line of history that this shallow clone does not hold",
            (SkipReason::ShallowHistory, _) => "lines of history that this shallow clone does not hold",
            _ => self.describe(),
        }
    }

    /// In words, for the summary.
    pub fn describe(self) -> &'static str {
        match self {
            SkipReason::Excluded => "excluded by the policy",
            SkipReason::TooLarge => "larger than max_file_size",
            SkipReason::Binary => "compressed or media",
            SkipReason::Submodule => "submodule",
            SkipReason::LfsPointer => "LFS pointer",
            SkipReason::Symlink => "symbolic link out of the tree",
            SkipReason::Special => "FIFO, socket or device",
            SkipReason::Unreadable => "unreadable",
            SkipReason::MissingObject => "object missing from this clone",
            SkipReason::ShallowHistory => "history missing from this shallow clone",
            SkipReason::Unparsed => "not parsed",
        }
    }
}

/// One thing that was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skip {
    /// Why.
    pub reason: SkipReason,
    /// What: a path, or an object id.
    pub path: String,
    /// More, where there is more to say (an error's text).
    pub detail: String,
}

/// How many skips of one reason are named; the rest are counted.
const NAMED: usize = 50;

/// Counts what was scanned and what was skipped; shared between threads.
#[derive(Default)]
pub struct Coverage {
    files: AtomicU64,
    bytes: AtomicU64,
    commits: AtomicU64,
    skipped: Mutex<BTreeMap<SkipReason, (u64, Vec<Skip>)>>,
}

impl Coverage {
    /// One text of `bytes` bytes was scanned.
    pub fn scanned(&self, bytes: usize) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// So many commits were walked.
    pub fn commits(&self, count: u64) {
        self.commits.fetch_add(count, Ordering::Relaxed);
    }

    /// What an earlier run had covered, whose result still holds.
    pub fn scanned_before(&self, files: u64, bytes: u64, commits: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.commits.fetch_add(commits, Ordering::Relaxed);
    }

    /// Texts, bytes and commits so far.
    pub fn totals(&self) -> (u64, u64, u64) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (read(&self.files), read(&self.bytes), read(&self.commits))
    }

    /// Whether nothing that was asked for is missing so far.
    pub fn is_complete(&self) -> bool {
        let skipped = self.skipped.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        !skipped.keys().any(|reason| reason.is_failure())
    }

    /// Whether nothing was looked at yet.
    pub fn is_empty(&self) -> bool {
        self.files.load(Ordering::Relaxed) == 0
    }

    /// Something was left out.
    pub fn skip(&self, reason: SkipReason, path: impl Into<String>, detail: impl Into<String>) {
        let mut skipped = self.skipped.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (count, named) = skipped.entry(reason).or_default();
        *count += 1;
        // Which of many are named must not depend on the threads: keep the smallest.
        let skip = Skip { reason, path: path.into(), detail: detail.into() };
        let at = named.binary_search(&skip).unwrap_or_else(|at| at);
        named.insert(at, skip);
        named.truncate(NAMED);
    }

    /// The finished record.
    pub fn finish(self) -> CoverageRecord {
        let skipped = self.skipped.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        CoverageRecord {
            files: self.files.into_inner(),
            bytes: self.bytes.into_inner(),
            commits: self.commits.into_inner(),
            skipped: skipped.iter().map(|(reason, (count, _))| (*reason, *count)).collect(),
            named: skipped.into_values().flat_map(|(_, named)| named).collect(),
        }
    }
}

/// What a report says of its own completeness.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRecord {
    /// Texts scanned (files; blobs in history).
    pub files: u64,
    /// Bytes scanned.
    pub bytes: u64,
    /// Commits walked, where history was looked at.
    pub commits: u64,
    /// How many were skipped, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// The skipped ones by name, the first fifty of each reason.
    pub named: Vec<Skip>,
}

impl CoverageRecord {
    /// Whether everything that was asked for was looked at.
    pub fn is_complete(&self) -> bool {
        !self.skipped.keys().any(|reason| reason.is_failure())
    }
}
