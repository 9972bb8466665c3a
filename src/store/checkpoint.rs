//! Signing what is durable. A stored checkpoint carries the frontier of its tree, so the next one hashes only what came
//! since; the frontier is worth nothing unless it leads to the signed root.

use std::ops::Range;

use rusqlite::{OptionalExtension as _, params};
use serde_json::json;

use super::error::{Cause, StoreError};
use super::{Store, int, unsigned};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::entry::{Actor, Entry, Event};
use crate::audit::kind::EventType;
use crate::audit::note::SignedNote;
use crate::audit::proof::Proof;
use crate::audit::tree::{self, Frontier, Hash};

/// A checkpoint that the database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// The size it speaks of.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

impl Store {
    /// The log's name, from its first entry.
    ///
    /// # Errors
    /// A first entry that does not read.
    pub fn origin(&self) -> Result<String, StoreError> {
        let body: String = self.conn.query_row("SELECT body FROM entry WHERE seq = 0", [], |r| r.get(0))?;
        let entry: Option<Entry> = serde_json::from_str(&body).ok();
        let origin = entry.and_then(|e| e.data).and_then(|d| d.get("origin")?.as_str().map(str::to_owned));
        origin.ok_or_else(|| Cause::Tampered { seq: 0, why: "it does not name the log's origin".into() }.into())
    }

    /// How many entries.
    ///
    /// # Errors
    /// The disk.
    pub fn size(&self) -> Result<u64, StoreError> {
        let size = self.conn.query_row("SELECT coalesce(max(seq), -1) + 1 FROM entry", [], |r| r.get(0))?;
        Ok(unsigned(size))
    }

    /// Signs the log as it is now, unless the newest checkpoint already does.
    ///
    /// # Errors
    /// No key, no disk.
    pub fn checkpoint(&mut self) -> Result<StoredCheckpoint, StoreError> {
        self.write(|tx| tx.log_dropped())?;
        self.sign_now()
    }

    /// Notes in the log that a checkpoint was handed to somebody.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn log_published(&mut self, checkpoint: &StoredCheckpoint, to: &str) -> Result<(), StoreError> {
        let mut event = Event::new(EventType::LogCheckpoint, Actor::system());
        let text = SignedNote::parse(&checkpoint.note)?;
        let root = Checkpoint::parse(text.text())?.root.base64();
        event.data = Some(json!({ "published": to, "size": checkpoint.size, "root": root }));
        self.append(&event).map(drop)
    }

    /// The checkpoints, oldest first.
    ///
    /// # Errors
    /// The disk.
    pub fn checkpoints(&self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let mut select = self.conn.prepare("SELECT size, note FROM checkpoint ORDER BY size")?;
        let rows = select.query_map([], |r| Ok(StoredCheckpoint { size: unsigned(r.get(0)?), note: r.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A proof that entry `seq` is in the log, under the newest checkpoint that covers it (made now if none does).
    ///
    /// # Errors
    /// No such entry, no key, the disk.
    pub fn prove(&mut self, seq: u64) -> Result<Proof, StoreError> {
        let size = self.size()?;
        if seq >= size {
            return Err(StoreError::other(format!("there is no entry {seq}: the log has {size}, numbered from 0")));
        }
        let newest = self.checkpoints()?.pop().filter(|c| c.size > seq);
        let checkpoint = newest.map_or_else(|| self.sign_now(), Ok)?;
        // One part of the tree after the other: all leaves at once would be 32 bytes an entry.
        let root = |range: &Range<u64>| self.grown(Frontier::default(), range).map(|tree| tree.root());
        let path = tree::inclusion_ranges(checkpoint.size, seq).iter().map(root).collect::<Result<_, _>>()?;
        let body = self.conn.query_row("SELECT body FROM entry WHERE seq = ?1", [int(seq)], |r| {
            Ok(r.get_ref(0)?.as_bytes()?.to_vec())
        })?;
        Ok(Proof { body, index: seq, path, checkpoint: checkpoint.note })
    }

    pub(super) fn checkpoint_when_due(&mut self) {
        let every = self.options.checkpoint_every;
        if every == 0 {
            return;
        }
        let due = || -> Result<bool, StoreError> {
            let sql =
                "SELECT (SELECT coalesce(max(seq), -1) + 1 FROM entry) >= coalesce(max(size), 0) + ?1 FROM checkpoint";
            Ok(self.conn.prepare_cached(sql)?.query_row([int(every)], |r| r.get(0))?)
        };
        let signed = due().and_then(|due| if due { self.checkpoint().map(drop) } else { Ok(()) });
        if let Err(e) = signed {
            // The entries are durable; only the signature is late.
            self.warnings.push(format!("no checkpoint was signed: {e}"));
        }
    }

    fn sign_now(&mut self) -> Result<StoredCheckpoint, StoreError> {
        let tree = self.frontier()?;
        if let Some(newest) = self.checkpoints_newest()?.filter(|c| c.size == tree.size()) {
            return Ok(newest);
        }
        let signer = self.signer()?;
        let checkpoint = Checkpoint { origin: self.origin()?, size: tree.size(), root: tree.root() };
        let note = checkpoint.sign(&[&signer])?.to_string();
        self.remember_checkpoint(&tree, &note)?;
        Ok(StoredCheckpoint { size: tree.size(), note })
    }

    fn checkpoints_newest(&self) -> Result<Option<StoredCheckpoint>, StoreError> {
        let sql = "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1";
        let row = |r: &rusqlite::Row<'_>| Ok(StoredCheckpoint { size: unsigned(r.get(0)?), note: r.get(1)? });
        Ok(self.conn.query_row(sql, [], row).optional()?)
    }

    pub(super) fn remember_checkpoint(&mut self, tree: &Frontier, note: &str) -> Result<(), StoreError> {
        self.write(|tx| {
            let row = params![int(tree.size()), note, tree.to_bytes()];
            tx.sql().execute("INSERT OR IGNORE INTO checkpoint VALUES (?1, ?2, ?3)", row)?;
            Ok(())
        })
    }

    /// The tree over all entries: from the newest checkpoint on where its frontier leads to its root, else from the start.
    pub(super) fn frontier(&self) -> Result<Frontier, StoreError> {
        let newest = "SELECT size, note, frontier FROM checkpoint ORDER BY size DESC LIMIT 1";
        let known = self
            .conn
            .query_row(newest, [], |r| Ok((unsigned(r.get(0)?), r.get::<_, String>(1)?, r.get::<_, Vec<u8>>(2)?)))
            .optional()?;
        let start = known.and_then(|(size, note, bytes)| {
            let tree = Frontier::from_bytes(size, &bytes)?;
            let signed = Checkpoint::parse(SignedNote::parse(&note).ok()?.text()).ok()?;
            (signed.size == size && signed.root == tree.root()).then_some(tree)
        });
        let tree = start.unwrap_or_default();
        let range = tree.size()..self.size()?;
        self.grown(tree, &range)
    }

    /// The tree with these entries' leaves added, one after the other.
    fn grown(&self, mut tree: Frontier, range: &Range<u64>) -> Result<Frontier, StoreError> {
        let size = tree.size() + (range.end.saturating_sub(range.start));
        let sql = "SELECT leaf FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        let mut select = self.conn.prepare_cached(sql)?;
        let mut rows = select.query([int(range.start), int(range.end)])?;
        while let Some(row) = rows.next()? {
            let leaf = Hash::from_slice(row.get_ref(0)?.as_bytes().unwrap_or_default());
            tree.push(
                leaf.ok_or_else(|| StoreError::other("a stored leaf has not 32 bytes: run `govctl audit verify`"))?,
            );
        }
        match tree.size() == size {
            true => Ok(tree),
            false => Err(StoreError::other("entries are missing: run `govctl audit verify`")),
        }
    }
}
