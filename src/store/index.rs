//! Where entries are by what queries filter by: for each field and value the entries of each segment that have it.
//!
//! A segment's part is written together with its last entry, in the same transaction, so that an append costs one page
//! and not one for each field. The entries after the last whole segment have no part yet: there are fewer than a segment
//! of them, and queries read them. The index only says where to look; what a query returns is decided by the bodies.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::error::StoreError;
use super::{Store, int, unsigned};
use crate::audit::canonical;
use crate::audit::columns::{self, plain, widen};
use crate::audit::matcher::{Clause, Matcher, Pattern};
use crate::audit::query::Field;
use crate::audit::segment::{self, Bits};

/// The condition of who suspends an actor or ends that: what the index `entry_suspension` has, and what it is by the type.
macro_rules! suspension {
    () => {
        "(instr(body, '\"type\":\"actor.suspended\"') > 0 OR instr(body, '\"type\":\"actor.resumed\"') > 0) \
         AND json_extract(body, '$.type') IN ('actor.suspended', 'actor.resumed')"
    };
}
pub(super) use suspension;

/// The entries that a query may be about.
pub(super) struct Candidates {
    /// By segment, those without any left out.
    pub segments: BTreeMap<u64, Picked>,
    /// The first entry that no segment has; it and those after it are candidates.
    pub rest: u64,
}

/// The entries of a segment that a query may be about.
#[derive(Clone, Copy)]
pub(super) struct Picked {
    /// Their offsets.
    pub bits: Bits,
    /// Whether the query is about all of them: the bodies need not be asked.
    pub certain: bool,
}

/// What a segment's entries say.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Part {
    /// By field and value.
    pub postings: BTreeMap<(Field, String), Bits>,
    /// The first time.
    pub first: String,
    /// The last time.
    pub last: String,
}

/// How many segments are indexed.
pub(super) fn sealed(conn: &Connection) -> rusqlite::Result<u64> {
    let mut select = conn.prepare_cached("SELECT coalesce(max(segment) + 1, 0) FROM sealed")?;
    select.query_row([], |r| r.get(0)).map(unsigned)
}

/// Indexes the whole segments that are not yet, in the caller's transaction. Mostly that is one.
pub(super) fn seal_whole(conn: &Connection) -> Result<(), StoreError> {
    let mut select = conn.prepare_cached("SELECT coalesce(max(seq) + 1, 0) FROM entry")?;
    let end: i64 = select.query_row([], |r| r.get(0))?;
    for n in sealed(conn)?..segment::of(unsigned(end)) {
        let part = part(conn, n)?;
        let mut insert = conn.prepare_cached("INSERT INTO posting VALUES (?1, ?2, ?3, ?4)")?;
        for ((field, value), bits) in &part.postings {
            insert.execute(params![*field as u8, value, int(n), bits.to_bytes()])?;
        }
        let mut insert = conn.prepare_cached("INSERT INTO sealed VALUES (?1, ?2, ?3)")?;
        insert.execute(params![int(n), part.first, part.last])?;
    }
    Ok(())
}

/// Reads what a segment's entries say. One that is not canonical says only what comes before the bad place.
pub(super) fn part(conn: &Connection, n: u64) -> rusqlite::Result<Part> {
    let mut part = Part::default();
    let mut select = conn.prepare_cached("SELECT seq, body FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
    let mut rows = select.query([int(segment::start(n)), int(segment::start(n + 1))])?;
    while let Some(row) = rows.next()? {
        let at = segment::offset(unsigned(row.get(0)?));
        let body = row.get_ref(1)?.as_bytes_or_null()?.unwrap_or_default();
        // What is wrong with a body, verification says.
        let _ = canonical::members(body, |name, value| {
            if name == "ts" {
                widen(&mut part.first, &mut part.last, &plain(value));
            }
            columns::of_member(name, value, &mut |field, value| {
                part.postings.entry((field, value.to_owned())).or_default().insert(at);
            });
        });
    }
    Ok(part)
}

/// A set of entries as it is stored; what was never written there is no set.
pub(super) fn bits(value: ValueRef<'_>) -> rusqlite::Result<Option<Bits>> {
    Ok(value.as_bytes_or_null()?.and_then(Bits::from_bytes))
}

impl Store {
    /// Narrows a query down by the index.
    pub(super) fn candidates(&self, matcher: &Matcher) -> Result<Candidates, StoreError> {
        let sealed = sealed(&self.conn)?;
        let mut segments = self.in_time(matcher)?;
        for clause in matcher.clauses() {
            let found = self.with(clause)?;
            segments.retain(|n, picked| {
                picked.bits = found.get(n).map_or(Bits::default(), |bits| picked.bits.and(bits));
                !picked.bits.is_empty()
            });
        }
        Ok(Candidates { segments, rest: segment::start(sealed) })
    }

    /// The segments with entries in the query's time.
    fn in_time(&self, matcher: &Matcher) -> Result<BTreeMap<u64, Picked>, StoreError> {
        let mut select = self.conn.prepare_cached("SELECT segment, first, last FROM sealed")?;
        let mut rows = select.query([])?;
        let mut found = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (first, last) = (super::read::lossy(row.get_ref(1)?), super::read::lossy(row.get_ref(2)?));
            if matcher.may_cover(&first, &last) {
                let certain = matcher.covers(&first) && matcher.covers(&last);
                found.insert(unsigned(row.get(0)?), Picked { bits: Bits::FULL, certain });
            }
        }
        Ok(found)
    }

    /// The entries with one of a clause's values.
    fn with(&self, clause: &Clause) -> Result<BTreeMap<u64, Bits>, StoreError> {
        let mut found: BTreeMap<u64, Bits> = BTreeMap::new();
        for pattern in &clause.patterns {
            self.postings(clause.field, pattern, |_, n, bits| {
                let all = found.entry(n).or_default();
                *all = all.or(bits);
            })?;
        }
        Ok(found)
    }

    /// Hands over the postings of the values that a pattern means: the value, the segment, the entries.
    fn postings(
        &self,
        field: Field,
        pattern: &Pattern,
        mut take: impl FnMut(&str, u64, &Bits),
    ) -> Result<(), StoreError> {
        let (sql, value) = match pattern {
            Pattern::Exact(value) => {
                ("SELECT value, segment, entries FROM posting WHERE field = ?1 AND value = ?2", value.clone())
            }
            Pattern::Glob(_) => {
                ("SELECT value, segment, entries FROM posting WHERE field = ?1 AND value >= ?2", pattern.prefix())
            }
        };
        let mut select = self.conn.prepare_cached(sql)?;
        let mut rows = select.query(params![field as u8, value])?;
        while let Some(row) = rows.next()? {
            let found = super::read::text(row.get_ref(0)?).map_err(|_| unreadable())?;
            if !found.starts_with(&value) {
                break;
            }
            if pattern.matches(found) {
                take(found, unsigned(row.get(1)?), &bits(row.get_ref(2)?)?.ok_or_else(unreadable)?);
            }
        }
        Ok(())
    }

    /// Hands over all that the index has of a field.
    pub(super) fn all_postings(&self, field: Field, take: impl FnMut(&str, u64, &Bits)) -> Result<(), StoreError> {
        self.postings(field, &Pattern::Glob(vec!['*']), take)
    }
}

fn unreadable() -> StoreError {
    StoreError::other("its index does not read: run `govctl audit verify`")
}
