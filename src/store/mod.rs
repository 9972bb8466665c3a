//! The SQLite file the log lives in; the only folder with SQL.
//!
//! | file | what it holds |
//! |---|---|
//! | [`location`] | where the log of a repository lies |
//! | `open`, `migrations` | permissions, pragmas, schema |
//! | `write`, `append` | `BEGIN IMMEDIATE` with retry; events become entries |
//! | `index` | where entries are by what queries filter by, a segment at a time |
//! | `read`, `query`, `stats` | entries in order, by filter, counted |
//! | `checkpoint`, `keys` | signing what is durable, and the key |
//! | `verify`, `verify_index` | every entry against its hashes, the index against the bodies |
//! | [`approvals`] | the queue of approvals |
//! | [`clock`] | the wall clock and the boot clock |
//! | `prune` | data past its retention time |
//!
//! Every transaction that will write begins with `BEGIN IMMEDIATE`: a deferred one fails when two of them want to go on to
//! write. What an `append` returned is on the disk.

mod append;
pub mod approvals;
mod checkpoint;
pub mod clock;
mod error;
mod index;
mod keys;
pub mod location;
mod migrations;
mod open;
mod prune;
mod query;
mod read;
mod stats;
mod verify;
mod verify_index;
mod write;

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

pub use append::Appended;
pub use checkpoint::StoredCheckpoint;
pub use error::{Cause, StoreError};
pub use keys::LogKey;
pub use location::{Location, Lookup};
pub use prune::{Archive, Pruned};
pub use verify::Verification;
pub use write::Tx;

use crate::audit::filter::{Filters, Sieve};

/// How much of the log is verified when it is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VerifyOnOpen {
    /// The last entries.
    #[default]
    Tail,
    /// All of it.
    Full,
    /// Nothing.
    Off,
}

/// `[audit]` as the store needs it.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long to wait for a lock before trying again with jitter.
    pub busy_timeout: Duration,
    /// See [`VerifyOnOpen`].
    pub verify_on_open: VerifyOnOpen,
    /// The log's name in checkpoints, for a log that is begun now; default `govctl.local/<repository>`.
    pub origin: Option<String>,
    /// Sign a checkpoint every so many entries; 0: only when asked.
    pub checkpoint_every: u64,
    /// What is not logged.
    pub filters: Filters,
    /// Leave the write-ahead log to the next process when this one ends, instead of writing it back: one `fsync` an entry
    /// instead of five. For what runs often and shortly.
    pub leave_wal: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(30),
            verify_on_open: VerifyOnOpen::Tail,
            origin: None,
            checkpoint_every: 256,
            filters: Filters::default(),
            leave_wal: false,
        }
    }
}

/// An open log.
pub struct Store {
    conn: Connection,
    location: Location,
    options: Options,
    sieve: Sieve,
    warnings: Vec<String>,
}

impl Store {
    /// The database's path.
    pub fn path(&self) -> &Path {
        &self.location.db
    }

    /// What went wrong beside what was asked for (a checkpoint that could not be signed), to be told to people.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

/// SQLite's integers are signed; numbers of entries stay far below.
fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
