//! The signing key: a file beside the database, made when it is first needed, readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::params;
use serde_json::json;

use super::error::{Cause, StoreError};
use super::{Store, Tx, int, unsigned};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::entry::{Actor, Event};
use crate::audit::kind::EventType;
use crate::audit::note::{Signer, Verifier};

/// A key of the log.
#[derive(Clone, Debug)]
pub struct LogKey {
    /// The public half.
    pub verifier: Verifier,
    /// The size of the log when it was made.
    pub since: u64,
    /// The size of the log when it was replaced.
    pub until: Option<u64>,
}

impl Store {
    /// Where the signing key lies.
    pub fn key_path(&self) -> PathBuf {
        self.location.db.with_extension("key")
    }

    /// Every key that this log was ever signed with, as the database tells. Whoever can write the database can write
    /// this list: to be sure, keep a verifier key elsewhere.
    ///
    /// # Errors
    /// A key that does not read.
    pub fn keys(&self) -> Result<Vec<LogKey>, StoreError> {
        let mut select = self.conn.prepare("SELECT vkey, since, until FROM log_key ORDER BY since, until IS NULL")?;
        let mut rows = select.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            let verifier = Verifier::parse(&row.get::<_, String>(0)?)?;
            let until: Option<i64> = row.get(2)?;
            keys.push(LogKey { verifier, since: unsigned(row.get(1)?), until: until.map(unsigned) });
        }
        Ok(keys)
    }

    /// The signing key; made now if there is none and none was used before.
    ///
    /// # Errors
    /// A key file that is missing though the log was signed, readable by others, or damaged.
    pub fn signer(&mut self) -> Result<Signer, StoreError> {
        let path = self.key_path();
        if !path.exists() {
            if let Some(key) = self.keys()?.last() {
                let what = format!(
                    "the signing key {} is gone, and the log was signed with {}: restore it, or begin a new one with `govctl audit key rotate`",
                    path.display(),
                    key.verifier.vkey()
                );
                return Err(StoreError::other(what));
            }
            let signer = new_signer(&self.origin()?)?;
            create_secret(&path, &signer)?;
        }
        let signer = read_secret(&path)?;
        let vkey = signer.verifier().vkey();
        if self.keys()?.iter().all(|k| k.verifier.vkey() != vkey) {
            self.write(|tx| tx.remember_key(&vkey))?;
        }
        Ok(signer)
    }

    /// Replaces the signing key. The checkpoint of that moment is signed by both, so that whoever trusts the old key can
    /// follow; the old secret is deleted.
    ///
    /// # Errors
    /// As [`Store::signer`].
    pub fn rotate_key(&mut self) -> Result<(Option<Verifier>, Verifier), StoreError> {
        let path = self.key_path();
        let old = if path.exists() { Some(self.signer()?) } else { None };
        let new = new_signer(&self.origin()?)?;
        let (old_vkey, new_vkey) = (old.as_ref().map(|s| s.verifier().vkey()), new.verifier().vkey());
        self.write(|tx| {
            tx.sql().execute("UPDATE log_key SET until = (SELECT count(*) FROM entry) WHERE until IS NULL", [])?;
            tx.remember_key(&new_vkey)?;
            let mut event = Event::new(EventType::LogCheckpoint, Actor::system());
            event.data = Some(json!({ "rotated": { "from": old_vkey, "to": new_vkey } }));
            tx.append(&event).map(drop)
        })?;
        let tree = self.frontier()?;
        let checkpoint = Checkpoint { origin: self.origin()?, size: tree.size(), root: tree.root() };
        let signers: Vec<&Signer> = old.iter().chain([&new]).collect();
        let note = checkpoint.sign(&signers)?.to_string();
        self.remember_checkpoint(&tree, &note)?;
        replace_secret(&path, &new)?;
        Ok((old.map(|s| s.verifier()), new.verifier()))
    }
}

impl Tx<'_> {
    fn remember_key(&self, vkey: &str) -> Result<(), StoreError> {
        let size: i64 = self.sql().query_row("SELECT coalesce(max(seq), -1) + 1 FROM entry", [], |r| r.get(0))?;
        self.sql()
            .execute("INSERT OR IGNORE INTO log_key VALUES (?1, ?2, NULL)", params![vkey, int(unsigned(size))])?;
        Ok(())
    }
}

fn new_signer(origin: &str) -> Result<Signer, StoreError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|e| StoreError::other(format!("no randomness: {e}")))?;
    Ok(Signer::from_seed(origin, &seed)?)
}

/// Two processes may come here at once: the key is written aside and linked to its name, which succeeds for one of them.
fn create_secret(path: &Path, signer: &Signer) -> Result<(), StoreError> {
    let aside = write_aside(path, signer)?;
    let linked = fs::hard_link(&aside, path);
    let removed = fs::remove_file(&aside);
    match linked {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(io_error("create the signing key", path, e)),
        _ => removed.map_err(|e| io_error("remove", &aside, e)),
    }
}

fn replace_secret(path: &Path, signer: &Signer) -> Result<(), StoreError> {
    let aside = write_aside(path, signer)?;
    fs::rename(&aside, path).map_err(|e| io_error("replace the signing key", path, e))
}

fn write_aside(path: &Path, signer: &Signer) -> Result<PathBuf, StoreError> {
    let aside = path.with_extension(format!("key.{}", std::process::id()));
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(signer.to_secret_text().as_bytes())?;
        file.sync_all()
    };
    write().map_err(|e| io_error("write", &aside, e))?;
    Ok(aside)
}

fn read_secret(path: &Path) -> Result<Signer, StoreError> {
    let mode = fs::metadata(path).map_err(|e| io_error("read the signing key", path, e))?.permissions().mode();
    if mode & 0o077 != 0 {
        let what = format!(
            "others may read the signing key {} (mode {:o}): chmod 600 it, and rotate it",
            path.display(),
            mode & 0o777
        );
        return Err(StoreError::other(what));
    }
    let text = fs::read_to_string(path).map_err(|e| io_error("read the signing key", path, e))?;
    Ok(Signer::parse(&text)?)
}

fn io_error(what: &str, path: &Path, e: io::Error) -> StoreError {
    Cause::Io(format!("cannot {what} {}", path.display()), e).into()
}
