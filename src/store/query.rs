//! Entries by filter. Rows are handed on one by one, whatever the size of the result.

use std::ops::ControlFlow;

use rusqlite::{CachedStatement, OptionalExtension as _, Row, Transaction};

use super::error::StoreError;
use super::index::Picked;
use super::read::text;
use super::{Store, int, unsigned};
use crate::audit::matcher::Matcher;
use crate::audit::query::Query;
use crate::audit::segment;

/// So many entries of a segment are looked up one by one; for more all of it is read.
const FEW: u64 = 64;

impl Store {
    /// Hands each entry that matches to `take`, by number, the newest first where the query is reversed.
    ///
    /// # Errors
    /// The disk; an entry that does not read; what `take` returns.
    pub fn query<E: From<StoreError>>(
        &self,
        query: &Query,
        mut take: impl FnMut(u64, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut left = query.limit.unwrap_or(u64::MAX);
        if left == 0 {
            return Ok(());
        }
        let _snapshot = self.snapshot()?;
        let matcher = Matcher::new(query);
        let candidates = self.candidates(&matcher)?;
        let mut one = |seq, body: &str| -> Result<ControlFlow<()>, E> {
            if self.is_meant(&matcher, seq, body)? {
                take(seq, body)?;
                left -= 1;
            }
            Ok(if left == 0 { ControlFlow::Break(()) } else { GO_ON })
        };
        if query.reverse && self.between(candidates.rest, u64::MAX, true, &mut one)?.is_break() {
            return Ok(());
        }
        let mut segments: Vec<_> = candidates.segments.into_iter().collect();
        if query.reverse {
            segments.reverse();
        }
        for (n, picked) in &segments {
            if self.picked(*n, picked, query.reverse, &mut one)?.is_break() {
                return Ok(());
            }
        }
        if !query.reverse {
            let _ = self.between(candidates.rest, u64::MAX, false, &mut one)?;
        }
        Ok(())
    }

    /// How many entries match, at most the query's limit.
    ///
    /// # Errors
    /// The disk; an entry that does not read.
    pub fn count(&self, query: &Query) -> Result<u64, StoreError> {
        let _snapshot = self.snapshot()?;
        let mut count = 0;
        self.uncertain(&Matcher::new(query), |_, picked| count += picked.bits.count(), |_| ())
            .map(|found| (found + count).min(query.limit.unwrap_or(u64::MAX)))
    }

    /// Hands the segments of which the index says all to `certain`, and the bodies of the other entries that match to
    /// `take`; returns how many these were.
    pub(super) fn uncertain(
        &self,
        matcher: &Matcher,
        mut certain: impl FnMut(u64, &Picked),
        mut take: impl FnMut(&str),
    ) -> Result<u64, StoreError> {
        let candidates = self.candidates(matcher)?;
        let mut found = 0;
        let mut one = |seq, body: &str| {
            if self.is_meant(matcher, seq, body)? {
                take(body);
                found += 1;
            }
            Ok::<_, StoreError>(GO_ON)
        };
        for (n, picked) in &candidates.segments {
            if picked.certain {
                certain(*n, picked);
            } else {
                let _ = self.picked(*n, picked, false, &mut one)?;
            }
        }
        let _ = self.between(candidates.rest, u64::MAX, false, &mut one)?;
        Ok(found)
    }

    /// What follows sees one state of the log; within a transaction it does anyway.
    pub(super) fn snapshot(&self) -> Result<Option<Transaction<'_>>, StoreError> {
        let own = self.conn.is_autocommit().then(|| self.conn.unchecked_transaction()).transpose();
        own.map_err(|e| self.failed(e))
    }

    fn is_meant(&self, matcher: &Matcher, seq: u64, body: &str) -> Result<bool, StoreError> {
        matcher.matches(body).map_err(|e| {
            let why = format!("entry {seq} does not read ({e}): run `govctl audit verify`");
            StoreError::other(why).at(&self.location.db)
        })
    }

    /// The entries of a segment that were picked.
    fn picked<E: From<StoreError>>(
        &self,
        n: u64,
        picked: &Picked,
        reverse: bool,
        take: &mut impl FnMut(u64, &str) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<()>, E> {
        let start = segment::start(n);
        if picked.bits.count() > FEW {
            return self.between(start, segment::start(n + 1), reverse, &mut |seq, body| {
                if picked.bits.contains(segment::offset(seq)) { take(seq, body) } else { Ok(GO_ON) }
            });
        }
        let mut select = self.select("SELECT seq, body FROM entry WHERE seq = ?1")?;
        let mut offsets: Vec<u64> = picked.bits.iter().collect();
        if reverse {
            offsets.reverse();
        }
        for at in offsets {
            let found = select.query_row([int(start + at)], |row| Ok(self.hand_over(row, take)));
            match found.optional().map_err(|e| self.failed(e))? {
                Some(answer) if answer.as_ref().is_ok_and(ControlFlow::is_continue) => (),
                Some(answer) => return answer,
                None => (),
            }
        }
        Ok(GO_ON)
    }

    /// The entries from one number to before another.
    fn between<E: From<StoreError>>(
        &self,
        from: u64,
        to: u64,
        reverse: bool,
        take: &mut impl FnMut(u64, &str) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<()>, E> {
        let mut select = self.select(match reverse {
            true => "SELECT seq, body FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq DESC",
            false => "SELECT seq, body FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
        })?;
        let mut rows = select.query([int(from), int(to)]).map_err(|e| self.failed(e))?;
        while let Some(row) = rows.next().map_err(|e| self.failed(e))? {
            if self.hand_over(row, take)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(GO_ON)
    }

    fn select(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        self.conn.prepare_cached(sql).map_err(|e| self.failed(e))
    }

    fn hand_over<E: From<StoreError>>(
        &self,
        row: &Row<'_>,
        take: &mut impl FnMut(u64, &str) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<()>, E> {
        let seq = unsigned(row.get(0).map_err(|e| self.failed(e))?);
        let body = text(row.get_ref(1).map_err(|e| self.failed(e))?);
        take(seq, body.map_err(|why| StoreError::other(format!("entry {seq} {why}")).at(&self.location.db))?)
    }
}

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());
