//! `--history`: every blob that any ref reaches, with what an earlier run found kept between runs.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::args::Args;
use super::settings::Resolved;
use super::{SCRATCH, Scanned};
use crate::cli::audit::log;
use crate::engine::finish::Collected;
use crate::finding::{Finding, hex};
use crate::source::exclude::Excludes;
use crate::source::git::Location;
use crate::source::history::{self, Cache, History};
use crate::source::{Coverage, Sink};

/// What a run leaves for the next: masked findings and what was covered, nothing else.
#[derive(Default, Serialize, Deserialize)]
struct Remembered {
    findings: Vec<Finding>,
    files: u64,
    bytes: u64,
    commits: u64,
}

/// Hands the history to the sink, or adds what is new to what an earlier run found.
///
/// # Errors
/// A repository that cannot be opened or read.
pub fn visit(
    location: Location,
    resolved: &Resolved,
    args: &Args,
    coverage: &Coverage,
    collected: &Collected,
    sink: &dyn Sink,
) -> Result<()> {
    let options = history::Options {
        location,
        exclude: Excludes::new(&resolved.exclude)?,
        max_file_size: resolved.max_file_size,
        cache: if args.no_cache { None } else { cache(resolved) },
    };
    let history = History::open(&options)?;
    let old: Remembered = history.stored().and_then(|b| serde_json::from_slice(b).ok()).unwrap_or_default();
    let probe = |text: &[u8]| SCRATCH.with_borrow_mut(|scratch| resolved.engine.could_hit(text, scratch));
    coverage.scanned_before(old.files, old.bytes, old.commits);
    collected.add(Scanned { findings: old.findings, directives: Vec::new() });
    history.visit(coverage, &probe, sink)?;
    if !history.is_current() && coverage.is_complete() {
        let (files, bytes, commits) = coverage.totals();
        let found = Remembered { findings: collected.findings(), files, bytes, commits };
        let payload = serde_json::to_vec(&found).context("cannot write down what was found")?;
        // Without it the next run takes as long as this one; what this one found stands.
        let _ = history.store(&payload);
    }
    Ok(())
}

/// Beside the log of the repository; none where there is no place for one.
fn cache(resolved: &Resolved) -> Option<Cache> {
    let path = log::location(&resolved.audit).ok()?.dir().join("history.cache");
    Some(Cache { path, key: key(resolved) })
}

/// A hash of everything that decides what is found.
fn key(resolved: &Resolved) -> String {
    let mut hash = Sha256::new();
    hash.update(concat!("govctl.history/1\n", env!("CARGO_PKG_VERSION"), "\n"));
    for rule in resolved.engine.rules() {
        hash.update(format!("{rule:?}\n"));
    }
    hash.update(format!("{:?}\n{:?}\n{:?}", resolved.engine.settings(), resolved.exclude, resolved.max_file_size));
    hash.update(format!("{:?}", resolved.forbid));
    // A comment with a date holds until that day.
    hash.update(crate::cli::clock::today());
    hex(&hash.finalize())
}
