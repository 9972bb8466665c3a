//! Entries in the order of their numbers.

use rusqlite::types::ValueRef;

use super::error::StoreError;
use super::{Store, int, unsigned};

impl Store {
    /// Hands each entry from number `from` on to `take`, at most `limit` of them. The read transaction ends with the call.
    ///
    /// # Errors
    /// The disk; what `take` returns.
    pub fn entries_from<E: From<StoreError>>(
        &self,
        from: u64,
        limit: u64,
        mut take: impl FnMut(u64, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT seq, body FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
        let mut select = self.conn.prepare_cached(sql).map_err(|e| self.failed(e))?;
        let mut rows = select.query([int(from), int(limit)]).map_err(|e| self.failed(e))?;
        while let Some(row) = rows.next().map_err(|e| self.failed(e))? {
            let seq = unsigned(row.get(0).map_err(|e| self.failed(e))?);
            let body = text(row.get_ref(1).map_err(|e| self.failed(e))?);
            take(seq, body.map_err(|why| StoreError::other(format!("entry {seq} {why}")).at(&self.location.db))?)?;
        }
        Ok(())
    }

    /// A number that changes whenever another process has committed something.
    ///
    /// # Errors
    /// The disk.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        self.conn.query_row("PRAGMA data_version", [], |r| r.get(0)).map_err(|e| self.failed(e))
    }

    /// The data kept beside an entry, in canonical form; `None` where it has none or it was purged.
    ///
    /// # Errors
    /// The disk.
    pub fn data_of(&self, seq: u64) -> Result<Option<String>, StoreError> {
        use rusqlite::OptionalExtension as _;
        let mut select =
            self.conn.prepare_cached("SELECT data FROM payload WHERE seq = ?1").map_err(|e| self.failed(e))?;
        select.query_row([int(seq)], |r| r.get(0)).optional().map_err(|e| self.failed(e))
    }

    pub(super) fn failed(&self, e: rusqlite::Error) -> StoreError {
        StoreError::from(e).at(&self.location.db)
    }
}

/// A text that is only compared; what does not read equals nothing.
pub(super) fn lossy(value: ValueRef<'_>) -> String {
    text(value).map(str::to_owned).unwrap_or_default()
}

pub(super) fn text(value: ValueRef<'_>) -> Result<&str, &'static str> {
    let bytes = value.as_bytes().map_err(|_| "is no text: run `govctl audit verify`")?;
    std::str::from_utf8(bytes).map_err(|_| "is no UTF-8: run `govctl audit verify`")
}
