//! Data past its retention time goes; the entries with their hashes and commitments stay.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use rusqlite::params;
use serde_json::json;

use super::error::{Cause, StoreError};
use super::{Store, index, int, unsigned};
use crate::audit::entry::{Actor, Event};
use crate::audit::kind::EventType;
use crate::audit::segment;
use crate::finding::hex;

/// What is done with the data before it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// It is kept in a compressed file beside the log.
    Gzip,
    /// Nothing.
    None,
}

/// What a pruning takes, or took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// The last entry whose data goes; `None`: nothing is that old.
    pub through: Option<u64>,
    /// How many entries lose their data.
    pub payloads: u64,
    /// How many bytes that is.
    pub bytes: u64,
    /// Where it is kept.
    pub archive: Option<PathBuf>,
}

impl Store {
    /// What [`Store::prune`] would take.
    ///
    /// # Errors
    /// The disk.
    pub fn prunable(&self, before: Timestamp) -> Result<Pruned, StoreError> {
        // Up to the first entry that must keep its data: a clock that once went wrong never makes younger data go.
        let sql = "SELECT min(segment) FROM sealed WHERE last >= ?1";
        let before_text = format!("{before:.3}");
        let segment: Option<i64> =
            self.conn.query_row(sql, [&before_text], |r| r.get(0)).map_err(|e| self.failed(e))?;
        let from = match segment {
            Some(n) => segment::start(unsigned(n)),
            None => segment::start(index::sealed(&self.conn).map_err(|e| self.failed(e))?),
        };
        let sql = "SELECT coalesce((SELECT seq FROM entry WHERE seq >= ?1 AND json_extract(body, '$.ts') >= ?2 ORDER BY seq LIMIT 1), \
                   (SELECT max(seq) + 1 FROM entry), 0)";
        let end: i64 =
            self.conn.query_row(sql, params![int(from), before_text], |r| r.get(0)).map_err(|e| self.failed(e))?;
        let Some(through) = unsigned(end).checked_sub(1) else { return Ok(Pruned::default()) };
        let sql = "SELECT count(*), coalesce(sum(octet_length(data)), 0) FROM payload WHERE seq <= ?1";
        let (payloads, bytes) = self
            .conn
            .query_row(sql, [int(through)], |r| Ok((unsigned(r.get(0)?), unsigned(r.get(1)?))))
            .map_err(|e| self.failed(e))?;
        Ok(Pruned { through: Some(through), payloads, bytes, archive: None })
    }

    /// Purges the data of entries older than `before` and logs that it did; does nothing where there is none.
    ///
    /// # Errors
    /// The disk, the lock; nothing is purged that could not be archived.
    pub fn prune(&mut self, before: Timestamp, archive: Archive) -> Result<Pruned, StoreError> {
        let mut pruned = self.prunable(before)?;
        let Some(through) = pruned.through.filter(|_| pruned.payloads > 0) else { return Ok(pruned) };
        if archive == Archive::Gzip {
            pruned.archive = Some(self.write_archive(through).map_err(|e| e.at(&self.location.db))?);
        }
        let file = pruned.archive.as_ref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
        // Without it the bytes would stay in the file until their pages are used again.
        self.conn.execute_batch("PRAGMA secure_delete=ON").map_err(|e| self.failed(e))?;
        self.write(|tx| {
            tx.sql().execute("INSERT INTO pruning VALUES (?1)", [int(through)])?;
            let payloads = tx.sql().execute("DELETE FROM payload WHERE seq <= ?1", [int(through)])?;
            tx.sql().execute("DELETE FROM pruning", [])?;
            let mut event = Event::new(EventType::LogPruned, Actor::system());
            let mut data = json!({ "through": through, "payloads": payloads, "before": format!("{before:.3}") });
            if let Some(file) = &file {
                data["archive"] = json!(file);
            }
            event.data = Some(data);
            tx.append(&event).map(drop)
        })?;
        let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.conn.query_row(truncate, [], |_| Ok(())).map_err(|e| self.failed(e))?;
        Ok(pruned)
    }

    /// One line of JSON an entry: `{"data":…,"salt":"<hex>","seq":n}`.
    fn write_archive(&self, through: u64) -> Result<PathBuf, StoreError> {
        let failed = |e: io::Error| StoreError::from(Cause::Io("cannot write the archive".into(), e));
        let dir = self.location.dir().join("archive");
        DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(failed)?;
        let path = dir.join(format!("data-through-{through}.jsonl.gz"));
        let part = path.with_extension("part");
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part).map_err(failed)?;
        let mut out = GzEncoder::new(io::BufWriter::new(file), Compression::default());
        let mut select = self.conn.prepare("SELECT seq, salt, data FROM payload WHERE seq <= ?1 ORDER BY seq")?;
        let mut rows = select.query([int(through)])?;
        while let Some(row) = rows.next()? {
            let (seq, salt, data): (i64, Vec<u8>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            writeln!(out, r#"{{"data":{data},"salt":"{}","seq":{seq}}}"#, hex(&salt)).map_err(failed)?;
        }
        let file = out.finish().map_err(failed)?.into_inner().map_err(|e| failed(e.into_error()))?;
        file.sync_all().map_err(failed)?;
        fs::rename(&part, &path).map_err(failed)?;
        Ok(path)
    }
}
