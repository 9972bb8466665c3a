//! The entry of a commit-msg that found nothing, left to the reference-transaction that follows it in the same commit: it
//! opens the log anyway, and writes both at once.
//!
//! It lies beside the log, where only this user can write, until the next hook in this work tree logs something. Whoever
//! could forge it could as well run the hook over a good message; it names no tree and no commit, so it vouches for none.
//! A commit that is killed in between loses nothing: the next hook finds it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::audit::{Event, EventType};
use crate::cli::identity;
use crate::cli::policy::options::working_directory;
use crate::finding::hex;
use crate::policy::raw::policies::EnforcementMode;
use crate::store::Location;

/// The hook that leaves it.
pub const HOOK: &str = "commit-msg";

/// What is remembered of a run that found nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// When it was.
    pub at: String,
    /// How strictly.
    pub mode: EnforcementMode,
    /// The environment that was asked for.
    pub environment: Option<String>,
    /// Findings that something allows.
    pub suppressed: u64,
    /// How much was looked at.
    pub bytes: u64,
    /// How long it took.
    pub milliseconds: u64,
}

impl Left {
    fn event(&self) -> Event {
        let mut event = Event::new(EventType::CheckCompleted, identity::actor());
        event.action = Some("check".to_owned());
        event.resource = Some("commit message".to_owned());
        event.environment.clone_from(&self.environment);
        event.enforced = Some(self.mode == EnforcementMode::Strict);
        event.outcome = Some("complete".to_owned());
        event.tags = vec![format!("hook:{HOOK}")];
        event.data = Some(json!({
            "mode": self.mode.name(), "findings": {}, "suppressed": self.suppressed, "files": 1, "bytes": self.bytes,
            "commits": 0, "milliseconds": self.milliseconds, "hook": HOOK, "at": self.at,
        }));
        event
    }
}

/// Leaves it; `false`: it must be logged now, because there is no log yet or another one is left already.
///
/// # Errors
/// It cannot be written.
pub fn leave(location: &Location, left: &Left) -> Result<bool> {
    if !location.db.exists() {
        return Ok(false);
    }
    let path = path(location)?;
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(false),
        opened => opened,
    }
    .with_context(|| format!("cannot write {} beside the log", path.display()))?;
    let written = file.write_all(&serde_json::to_vec(left)?);
    if written.is_err() {
        drop(fs::remove_file(&path));
    }
    written.with_context(|| format!("cannot write {} beside the log", path.display()))?;
    Ok(true)
}

/// What was left in this work tree, to be logged before anything else.
pub struct Found {
    path: PathBuf,
    /// The entry.
    pub event: Option<Event>,
}

impl Found {
    /// It is in the log. What comes back is to be told.
    pub fn is_logged(self) -> Option<String> {
        drop(fs::remove_file(&self.path));
        let lost = self.event.is_none();
        lost.then(|| format!("{} could not be read: a run of {HOOK} is not in the log", self.path.display()))
    }
}

/// Looks for it.
///
/// # Errors
/// It is there and cannot be opened.
pub fn find(location: &Location) -> Result<Option<Found>> {
    let path = path(location)?;
    match fs::read(&path) {
        Ok(bytes) => {
            let event = serde_json::from_slice::<Left>(&bytes).ok().map(|left| left.event());
            Ok(Some(Found { path, event }))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// One for each work tree: the hooks of a commit run at its top.
fn path(location: &Location) -> Result<PathBuf> {
    let digest = Sha256::digest(working_directory()?.as_os_str().as_encoded_bytes());
    Ok(location.dir().join(format!("{HOOK}-{}.json", hex(&digest[..4]))))
}
