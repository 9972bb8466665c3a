//! The index against the bodies: sums tell which segments differ, and these are looked at one entry after the other.

use std::collections::BTreeSet;

use foldhash::quality::RandomState;
use rusqlite::{OptionalExtension as _, Result, Row, params};

use super::index::suspension;
use super::read::{lossy, text};
use super::{Store, index, int, unsigned};
use crate::audit::columns::{self, Columns};
use crate::audit::query::Field;
use crate::audit::segment::{self, Bits};
use crate::audit::verify::{Fault, Problem};

const POSTINGS: &str = "SELECT segment, field, value, entries FROM posting";

impl Store {
    /// What the index says otherwise than `bodies`, which has the sums over the first `sealed` segments.
    pub(super) fn index_problems(&self, bodies: &Columns, state: RandomState, sealed: u64) -> Result<Vec<Problem>> {
        let mut index = Columns::new(state, sealed);
        let mut suspects = BTreeSet::new();
        self.scan("SELECT segment, first, last FROM sealed", |segment, row| {
            index.times(segment, &lossy(row.get_ref(1)?), &lossy(row.get_ref(2)?));
            Ok(())
        })?;
        self.scan(POSTINGS, |segment, row| {
            match (field(row)?, text(row.get_ref(2)?), index::bits(row.get_ref(3)?)?) {
                (Some(field), Ok(value), Some(bits)) if segment < sealed => index.posting(field, value, segment, &bits),
                _ => drop(suspects.insert(segment)),
            }
            Ok(())
        })?;
        suspects.extend(bodies.differences(&index));
        let mut problems = self.suspension_problems(bodies.suspensions())?;
        for segment in &suspects {
            match *segment < sealed {
                true => self.not_indexed(*segment, &mut problems)?,
                false => problems.push(problem(segment::start(*segment), "an index of what is not indexed yet".into())),
            }
        }
        if !suspects.is_empty() {
            self.wrongly_indexed(&suspects, &mut problems)?;
        }
        problems.dedup();
        Ok(problems)
    }

    /// What the bodies of a segment say and the index does not.
    fn not_indexed(&self, n: u64, problems: &mut Vec<Problem>) -> Result<()> {
        let part = index::part(&self.conn, n)?;
        let mut select =
            self.conn.prepare_cached("SELECT entries FROM posting WHERE field = ?1 AND value = ?2 AND segment = ?3")?;
        for ((field, value), said) in &part.postings {
            let indexed = select.query_row(params![*field as u8, value, int(n)], |r| index::bits(r.get_ref(0)?));
            let missing = said.without(&indexed.optional()?.flatten().unwrap_or_default());
            problems.extend(missing.iter().map(|at| problem(segment::start(n) + at, of(field.name()))));
        }
        let times = "SELECT first, last FROM sealed WHERE segment = ?1";
        let read = |r: &Row<'_>| Ok((lossy(r.get_ref(0)?), lossy(r.get_ref(1)?)));
        if self.conn.query_row(times, [int(n)], read).optional()? != Some((part.first, part.last)) {
            problems.push(problem(segment::start(n), of("ts")));
        }
        Ok(())
    }

    /// What the index says of entries in these segments and their bodies do not.
    fn wrongly_indexed(&self, segments: &BTreeSet<u64>, problems: &mut Vec<Problem>) -> Result<()> {
        self.scan(POSTINGS, |n, row| {
            if !segments.contains(&n) {
                return Ok(());
            }
            let (field, value) = (field(row)?, lossy(row.get_ref(2)?));
            // What is no set of entries is wrong about the first one.
            let bits = index::bits(row.get_ref(3)?)?.unwrap_or(Bits::default().with(0));
            for at in bits.iter() {
                let seq = segment::start(n).saturating_add(at);
                if !self.says(seq, field, &value)? {
                    problems.push(problem(seq, of(field.map_or("nothing", Field::name))));
                }
            }
            Ok(())
        })
    }

    /// Whether an entry's body has the value in the field.
    fn says(&self, seq: u64, field: Option<Field>, value: &str) -> Result<bool> {
        let mut select = self.conn.prepare_cached("SELECT body FROM entry WHERE seq = ?1")?;
        let mut rows = select.query([int(seq)])?;
        let Some(row) = rows.next()? else { return Ok(false) };
        let mut found = false;
        let body = row.get_ref(0)?.as_bytes_or_null()?.unwrap_or_default();
        // A body that does not read says only what comes before the bad place.
        let _ = columns::of_body(body, |f, v| found |= Some(f) == field && v == value);
        Ok(found)
    }

    /// Who is suspended is read from an index of SQLite's own.
    fn suspension_problems(&self, said: &[u64]) -> Result<Vec<Problem>> {
        let sql = concat!("SELECT seq FROM entry INDEXED BY entry_suspension WHERE ", suspension!());
        let mut indexed = BTreeSet::new();
        self.scan(sql, |seq, _| {
            indexed.insert(seq);
            Ok(())
        })?;
        let said: BTreeSet<u64> = said.iter().copied().collect();
        Ok(said.symmetric_difference(&indexed).map(|seq| problem(*seq, of("suspensions"))).collect())
    }

    fn scan(&self, sql: &str, mut take: impl FnMut(u64, &Row<'_>) -> Result<()>) -> Result<()> {
        let mut select = self.conn.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            take(unsigned(row.get(0)?), row)?;
        }
        Ok(())
    }
}

fn field(row: &Row<'_>) -> Result<Option<Field>> {
    Ok(usize::try_from(row.get::<_, i64>(1)?).ok().and_then(|n| Field::ALL.get(n)).copied())
}

fn of(field: &str) -> String {
    format!("the index of `{field}`")
}

fn problem(seq: u64, what: String) -> Problem {
    Problem { seq, fault: Fault::ColumnDisagrees(what) }
}
