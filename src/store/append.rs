//! Events become entries.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde_json::json;
use uuid::{NoContext, Uuid};

use super::error::{Cause, StoreError};
use super::{Store, Tx, index, int, unsigned};
use crate::audit::entry::{self, Actor, Event, Stamp};
use crate::audit::filter::Verdict;
use crate::audit::kind::EventType;
use crate::audit::segment;
use crate::audit::tree::{self, Hash};

/// How many dropped events are counted before a `log.dropped` entry says so.
const DROPPED_AT_MOST: i64 = 1000;

/// Where an event went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Into the log.
    Entry {
        /// Its number.
        seq: u64,
        /// Its id.
        id: Uuid,
    },
    /// Sampled away or silenced by the policy, and counted.
    Dropped,
}

impl Appended {
    /// The entry's number.
    pub fn seq(&self) -> Option<u64> {
        match self {
            Appended::Entry { seq, .. } => Some(*seq),
            Appended::Dropped => None,
        }
    }
}

/// The last entry of the log.
#[derive(Clone, Copy)]
pub(super) struct Last {
    seq: u64,
    leaf: Hash,
}

impl Store {
    /// Logs one event durably; when it returns, the entry is on the disk.
    ///
    /// # Errors
    /// An event that cannot become an entry, a log whose end was changed, the disk, the lock. Nothing is written then.
    pub fn append(&mut self, event: &Event) -> Result<Appended, StoreError> {
        let appended = self.write(|tx| tx.append(event))?;
        self.checkpoint_when_due();
        Ok(appended)
    }

    /// Logs many events in one transaction: all of them or none.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn append_all(&mut self, events: &[Event]) -> Result<Vec<Appended>, StoreError> {
        let appended = self.write(|tx| events.iter().map(|e| tx.append(e)).collect())?;
        self.checkpoint_when_due();
        Ok(appended)
    }
}

impl Tx<'_> {
    /// Logs an event within this transaction.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn append(&self, event: &Event) -> Result<Appended, StoreError> {
        self.append_at(event, Timestamp::now())
    }

    /// Logs an event with a given time (for whoever keeps the clock himself).
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn append_at(&self, event: &Event, at: Timestamp) -> Result<Appended, StoreError> {
        let seconds = u64::try_from(at.as_second()).unwrap_or(0);
        let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or(0);
        let id = Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos));
        if let Verdict::Drop(name) = self.sieve.judge(event, &id) {
            self.dropped.borrow_mut().push(name);
            return Ok(Appended::Dropped);
        }
        let last = self.last_entry()?;
        let (seq, prev) = last.map_or((0, Hash::ZERO), |l| (l.seq + 1, l.leaf));
        let mut salt = [0; 16];
        if event.data.is_some() {
            getrandom::fill(&mut salt).map_err(|e| StoreError::other(format!("no randomness: {e}")))?;
        }
        let sealed = entry::seal(event, &Stamp { seq, prev, at, id, salt })?;
        let leaf = tree::leaf(sealed.body.as_bytes());
        let mut insert = self.sql().prepare_cached("INSERT INTO entry (seq, body, leaf) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![int(seq), sealed.body, leaf.0])?;
        if let Some((data, salt)) = &sealed.payload {
            let mut insert = self.sql().prepare_cached("INSERT INTO payload (seq, salt, data) VALUES (?1, ?2, ?3)")?;
            insert.execute(params![int(seq), salt, data])?;
        }
        self.last.set(Some(Last { seq, leaf }));
        if segment::offset(seq + 1) == 0 {
            index::seal_whole(self.sql())?;
        }
        Ok(Appended::Entry { seq, id })
    }

    /// Reads the last entry and checks that it is what was written: an entry after a changed one would vouch for it.
    fn last_entry(&self) -> Result<Option<Last>, StoreError> {
        if let Some(last) = self.last.get() {
            return Ok(Some(last));
        }
        let mut select = self.sql().prepare_cached("SELECT seq, body, leaf FROM entry ORDER BY seq DESC LIMIT 1")?;
        let found = select
            .query_row([], |r| {
                Ok((unsigned(r.get(0)?), tree::leaf(r.get_ref(1)?.as_bytes()?), r.get::<_, Vec<u8>>(2)?))
            })
            .optional()?;
        let Some((seq, leaf, stored)) = found else { return Ok(None) };
        if stored != leaf.0 {
            return Err(Cause::Tampered { seq, why: "its body was changed".into() }.into());
        }
        self.last.set(Some(Last { seq, leaf }));
        Ok(self.last.get())
    }

    /// The first entry, which names the log.
    pub(super) fn ensure_genesis(&self, origin: &str) -> Result<(), StoreError> {
        if self.last_entry()?.is_some() {
            return Ok(());
        }
        let mut genesis = Event::new(EventType::LogGenesis, Actor::system());
        genesis.data = Some(json!({ "origin": origin, "log": Uuid::now_v7().to_string() }));
        self.append(&genesis).map(drop)
    }

    /// Counts what this transaction dropped; a `log.dropped` entry follows when enough came together.
    pub(super) fn count_dropped(&self) -> Result<(), StoreError> {
        let names = std::mem::take(&mut *self.dropped.borrow_mut());
        if names.is_empty() {
            return Ok(());
        }
        let mut count = self.sql().prepare_cached(
            "INSERT INTO dropped VALUES (?1, 1, ?2) ON CONFLICT (name) DO UPDATE SET count = count + 1",
        )?;
        for name in names {
            count.execute(params![name, format!("{:.3}", Timestamp::now())])?;
        }
        let total: i64 = self.sql().query_row("SELECT sum(count) FROM dropped", [], |r| r.get(0))?;
        if total >= DROPPED_AT_MOST { self.log_dropped() } else { Ok(()) }
    }

    /// Writes what was dropped since the last time into the log.
    pub(super) fn log_dropped(&self) -> Result<(), StoreError> {
        let mut counts = serde_json::Map::new();
        let mut since: Option<String> = None;
        let mut select = self.sql().prepare("SELECT name, count, since FROM dropped ORDER BY name")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            counts.insert(row.get(0)?, json!(row.get::<_, i64>(1)?));
            let from: String = row.get(2)?;
            since = Some(since.map_or(from.clone(), |s| s.min(from)));
        }
        let Some(since) = since else { return Ok(()) };
        let mut event = Event::new(EventType::LogDropped, Actor::system());
        event.data = Some(json!({ "counts": counts, "since": since }));
        self.append(&event)?;
        self.sql().execute("DELETE FROM dropped", [])?;
        Ok(())
    }
}
