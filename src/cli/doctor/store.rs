//! Is the log where it should be, closed to others, intact; is its key; is the clock behind what it says?

use std::fs;
use std::path::Path;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::{Check, Fix};
use crate::cli::audit::log;
use crate::policy::Policy;
use crate::store::{Cause, Location, Options, Store, StoreError, VerifyOnOpen};

/// How far the clock may be behind the log: several machines may share one.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// The checks.
pub fn examine(policy: &Policy) -> Vec<Check> {
    let audit = &policy.sections().audit;
    if !audit.enabled {
        return vec![Check::bad(
            "log",
            "the policy has it off: nothing is remembered",
            "govctl policy set audit.enabled true",
        )];
    }
    let location = match log::location(audit) {
        Ok(location) => location,
        Err(error) => {
            let mend = "set GOVCTL_STATE_DIR, or [audit.storage] path, to a place outside the repository";
            return vec![Check::bad("log", format!("{error:#}"), mend)];
        }
    };
    if !location.db.exists() {
        return vec![Check::good("log", format!("{} begins with the first entry", location.db.display()))];
    }
    let mut checks = vec![private("log folder", location.dir(), 0o700), private("log file", &location.db, 0o600)];
    let options = Options { verify_on_open: VerifyOnOpen::Tail, ..log::options(audit) };
    match Store::open_existing(&location, options) {
        Ok(store) => {
            checks.push(Check::good("log", format!("{}: its end is intact", location.db.display())));
            checks.push(key(&store, &location));
            checks.push(clock(&store).unwrap_or_else(|e| Check::unknown("clock", format!("{e:#}"))));
        }
        Err(error) => checks.push(broken(&error)),
    }
    checks
}

fn broken(error: &StoreError) -> Check {
    match &error.cause {
        Cause::Tampered { .. } | Cause::Foreign => Check::bad("log", error.to_string(), "govctl audit verify"),
        Cause::Newer { .. } => Check::bad("log", error.to_string(), "cargo install --locked govctl-suite"),
        _ => Check::unknown("log", error.to_string()),
    }
}

#[cfg(unix)]
fn private(name: &str, path: &Path, mode: u32) -> Check {
    use std::os::unix::fs::PermissionsExt as _;
    let is = match fs::metadata(path) {
        Ok(meta) => meta.permissions().mode() & 0o777,
        Err(error) => return Check::unknown(name, format!("cannot look at {}: {error}", path.display())),
    };
    if is & 0o077 == 0 {
        return Check::good(name, format!("{} is closed to others ({is:04o})", path.display()));
    }
    let detail = format!("{} is open to others ({is:04o})", path.display());
    Check::bad(name, detail, format!("chmod {mode:04o} '{}'", path.display()))
        .fixed_by(Fix::Mode(path.to_owned(), mode))
}

#[cfg(not(unix))]
fn private(name: &str, path: &Path, _: u32) -> Check {
    Check::unknown(name, format!("who can read {} cannot be told here", path.display()))
}

fn key(store: &Store, location: &Location) -> Check {
    const NAME: &str = "log key";
    let path = store.key_path();
    if path.exists() {
        return private(NAME, &path, 0o600);
    }
    match store.keys() {
        Ok(keys) if keys.is_empty() => Check::good(NAME, "it is made when the first checkpoint is signed"),
        Ok(_) => {
            let detail =
                format!("{} is gone, and the log in {} was signed with it", path.display(), location.dir().display());
            Check::bad(NAME, detail, "restore it, or `govctl audit key rotate`")
        }
        Err(error) => Check::unknown(NAME, error.to_string()),
    }
}

fn clock(store: &Store) -> Result<Check> {
    const NAME: &str = "clock";
    let Some(last) = store.size()?.checked_sub(1) else {
        return Ok(Check::good(NAME, "the log has no entry to compare it with"));
    };
    let mut told = None;
    store.entries_from::<anyhow::Error>(last, 1, |_, body| {
        let entry: serde_json::Value = serde_json::from_str(body)?;
        told = entry["ts"].as_str().map(str::parse::<Timestamp>).transpose()?;
        Ok(())
    })?;
    let (Some(told), now) = (told, Timestamp::now()) else {
        return Ok(Check::unknown(NAME, "the last entry has no time"));
    };
    Ok(if told > now + TOLERANCE {
        Check::bad(
            NAME,
            format!("it says {now:.0}, and the last entry is of {told:.0}"),
            "set the clock of this machine",
        )
    } else {
        Check::good(NAME, "it is not behind the last entry")
    })
}
