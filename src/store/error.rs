//! What can go wrong with the store: which file, what, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::audit::checkpoint::CheckpointError;
use crate::audit::entry::SealError;
use crate::audit::note::NoteError;

/// An error of the store, with the file it happened in.
#[derive(Debug)]
pub struct StoreError {
    /// The database, where it is known.
    pub path: Option<PathBuf>,
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong.
#[derive(Debug)]
pub enum Cause {
    /// SQLite says no.
    Sql(rusqlite::Error),
    /// The file system says no, while doing what the text says.
    Io(String, io::Error),
    /// There is no log yet.
    NoLog,
    /// A database of something else.
    Foreign,
    /// Made by a newer govctl.
    Newer {
        /// Its schema.
        found: i64,
        /// The newest this govctl knows.
        known: i64,
    },
    /// The log's end is not what was written.
    Tampered {
        /// The entry.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The event cannot become an entry.
    Seal(SealError),
    /// A key or a note that does not read.
    Note(NoteError),
    /// A checkpoint that cannot be relied on.
    Checkpoint(CheckpointError),
    /// Anything else, in words.
    Other(String),
}

impl StoreError {
    /// Says in which file it happened, unless that is known already.
    pub fn at(mut self, path: &Path) -> Self {
        self.path.get_or_insert_with(|| path.to_owned());
        self
    }

    /// An error in words.
    pub fn other(what: impl Into<String>) -> Self {
        Cause::Other(what.into()).into()
    }

    /// Whether somebody else holds the lock, so that trying again may help.
    pub fn is_busy(&self) -> bool {
        matches!(&self.cause, Cause::Sql(e) if is_busy(e))
    }
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

impl From<Cause> for StoreError {
    fn from(cause: Cause) -> Self {
        Self { path: None, cause }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> Self {
        Cause::Sql(e).into()
    }
}

impl From<SealError> for StoreError {
    fn from(e: SealError) -> Self {
        Cause::Seal(e).into()
    }
}

impl From<NoteError> for StoreError {
    fn from(e: NoteError) -> Self {
        Cause::Note(e).into()
    }
}

impl From<CheckpointError> for StoreError {
    fn from(e: CheckpointError) -> Self {
        Cause::Checkpoint(e).into()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "audit log {}: {}", path.display(), self.cause),
            None => write!(f, "audit log: {}", self.cause),
        }
    }
}

impl std::error::Error for StoreError {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Sql(e) => write!(f, "{}", explain(e)),
            Cause::Io(what, e) => write!(f, "{what}: {e}"),
            Cause::NoLog => f.write_str(
                "there is no log yet; `govctl check` begins one where a governance.toml is, or name one with --db FILE",
            ),
            Cause::Foreign => f.write_str("this is a database of another program; nothing was changed in it"),
            Cause::Newer { found, known } => write!(
                f,
                "it was written by a newer govctl (schema {found}, this one knows {known}): update govctl; nothing was changed"
            ),
            Cause::Tampered { seq, why } => {
                write!(f, "entry {seq}: {why}; nothing is added to a damaged log: run `govctl audit verify`")
            }
            Cause::Seal(e) => e.fmt(f),
            Cause::Note(e) => e.fmt(f),
            Cause::Checkpoint(e) => e.fmt(f),
            Cause::Other(what) => f.write_str(what),
        }
    }
}

fn explain(error: &rusqlite::Error) -> String {
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds the lock for too long; find it with `fuser` and try again"
        }
        Some(ErrorCode::DiskFull) => "the disk is full; nothing was written",
        Some(ErrorCode::ReadOnly) => "it cannot be written to; check the permissions of the file and its folder",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "it cannot be opened; check that its folder exists and may be written to, or set GOVCTL_STATE_DIR"
        }
        Some(ErrorCode::NotADatabase) => "this file is no SQLite database; nothing was changed in it",
        Some(ErrorCode::DatabaseCorrupt) => {
            "the database is damaged; keep the file, restore a copy, and compare it with a checkpoint"
        }
        Some(ErrorCode::SystemIoFailure) => "the disk failed; nothing was written",
        _ => return error.to_string(),
    };
    format!("{advice} ({error})")
}
