//! Every entry against its hashes, the tree against the checkpoints, the columns against the bodies.

use super::error::{Cause, StoreError};
use super::{Store, int, unsigned};
use foldhash::quality::RandomState;

use crate::audit::checkpoint::Checkpoint;
use crate::audit::columns::{Columns, INDEXED};
use crate::audit::note::{SignedNote, Verifier};
use crate::audit::verdict::{self, Keys, Note, Verdict};
use crate::audit::verify::{Data, Fault, Problem, Row, Walk};

/// How many entries are verified when a log is opened.
const TAIL: u64 = 16;

/// What was found; see [`Verdict`].
pub type Verification = Verdict;

impl Store {
    /// Verifies the whole log, compares it with its own checkpoints and with those of `outside`, whose names are for
    /// messages. Where `keys` is empty the keys in the database are used, and the verdict says so.
    ///
    /// # Errors
    /// The disk, a damaged database.
    pub fn verify(&self, outside: &[Note], keys: &[Verifier]) -> Result<Verification, StoreError> {
        // One snapshot for everything that is compared.
        let tx = self.conn.unchecked_transaction().map_err(|e| self.failed(e))?;
        let stored = self.checkpoints()?;
        let mut sizes: Vec<u64> = stored.iter().map(|c| c.size).chain(outside.iter().filter_map(Note::size)).collect();
        sizes.sort_unstable();
        let state = RandomState::default();
        let mut walk = Walk::new(sizes).with_columns(Columns::new(state.clone()));
        self.walk(&mut walk, 0).map_err(|e| self.failed(e))?;
        let bodies = walk.take_columns();
        let mut walked = walk.finish();
        // SQLite's own check costs several times the walk; it is asked where something is wrong, to say what.
        let agree = walked.problems.is_empty()
            && bodies.is_some_and(|b| self.indexed(state).is_ok_and(|indexed| b.agrees(&indexed)));
        // A body that is no JSON has no columns; the walk has named it, and the others cannot be compared.
        let columns = match if agree { Ok(Vec::new()) } else { self.column_problems() } {
            Err(e) if e.to_string().contains("malformed JSON") && !walked.problems.is_empty() => None,
            columns => Some(columns.map_err(|e| self.failed(e))?),
        };
        let compared = columns.is_some();
        let unexplained = !agree && walked.problems.is_empty() && columns.as_ref().is_some_and(Vec::is_empty);
        walked.problems.extend(columns.unwrap_or_default());
        walked.problems.sort_by_key(|p| p.seq);
        let keys = match keys {
            [] => Keys::OfTheLog(self.keys()?.into_iter().map(|k| k.verifier).collect()),
            given => Keys::Given(given.to_vec()),
        };
        let own: Vec<_> =
            stored.into_iter().map(|c| Note { name: format!("checkpoint {}", c.size), text: c.note }).collect();
        let origin = self.origin().ok();
        drop(tx);
        let mut verdict = verdict::judge(walked, origin.as_deref(), &own, outside, &keys);
        if unexplained {
            verdict.failures.push("an index does not say what the bodies say: queries cannot be trusted".into());
        }
        if !compared {
            verdict.not_ruled_out.push("The columns could not be compared, because a body is no JSON.".into());
        }
        Ok(verdict)
    }

    /// Verifies the last entries.
    pub(super) fn verify_tail(&self) -> Result<(), StoreError> {
        let mut walk = Walk::default();
        self.walk(&mut walk, self.size()?.saturating_sub(TAIL))?;
        first_fault(walk.finish().problems.into_iter().find(|p| p.fault != Fault::DataMissing))
    }

    pub(super) fn verify_all_or_fail(&self) -> Result<(), StoreError> {
        let verdict = self.verify(&[], &[])?;
        first_fault(verdict.walked.problems.into_iter().next())?;
        verdict.failures.first().map_or(Ok(()), |f| Err(StoreError::other(f.clone())))
    }

    fn walk(&self, walk: &mut Walk, from: u64) -> rusqlite::Result<()> {
        let sql = "SELECT e.seq, e.body, e.leaf, p.salt, p.data FROM entry e LEFT JOIN payload p ON p.seq = e.seq \
                   WHERE e.seq >= ?1 ORDER BY e.seq";
        let mut select = self.conn.prepare(sql)?;
        let mut rows = select.query([int(from)])?;
        while let Some(row) = rows.next()? {
            let bytes = |i| row.get_ref(i).map(|v| v.as_bytes_or_null().ok().flatten());
            let data = match (bytes(3)?, bytes(4)?) {
                (Some(salt), Some(data)) => Data::Here { salt, data },
                _ => Data::Absent,
            };
            let seq = (from == 0).then_some(unsigned(row.get(0)?));
            walk.row(Row { seq, body: bytes(1)?.unwrap_or_default(), leaf: bytes(2)?, data });
        }
        Ok(())
    }

    /// What the indices say, read from them alone.
    fn indexed(&self, state: RandomState) -> rusqlite::Result<Columns> {
        let mut indexed = Columns::new(state);
        for (column, name) in INDEXED.iter().enumerate() {
            let sql = format!("SELECT seq, {name} FROM entry INDEXED BY entry_{name} WHERE {name} IS NOT NULL");
            self.scan(&sql, |seq, value| indexed.value(column, seq, value))?;
        }
        self.scan("SELECT seq, tag FROM entry_tag", |seq, tag| indexed.tag(seq, tag))?;
        Ok(indexed)
    }

    fn scan(&self, sql: &str, mut take: impl FnMut(u64, &[u8])) -> rusqlite::Result<()> {
        let mut select = self.conn.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            take(unsigned(row.get(0)?), row.get_ref(1)?.as_bytes_or_null()?.unwrap_or_default());
        }
        Ok(())
    }

    /// What the generated columns and the tags say, against the bodies.
    fn column_problems(&self) -> rusqlite::Result<Vec<Problem>> {
        let mut problems = Vec::new();
        let mut check = self.conn.prepare("PRAGMA integrity_check(1000)")?;
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            let said: String = row.get(0)?;
            if said != "ok" {
                // "row 5 missing from index entry_type": rows count from 1 in the order of their numbers.
                let nth =
                    said.strip_prefix("row ").and_then(|s| s.split(' ').next()).and_then(|n| n.parse::<u64>().ok());
                let seq = nth.map_or(0, |n| n.saturating_sub(1));
                problems.push(Problem { seq, fault: Fault::ColumnDisagrees(said) });
            }
        }
        let tags = "SELECT seq FROM entry_tag t WHERE NOT EXISTS (SELECT 1 FROM entry e, json_each(e.body, '$.tags') j \
                    WHERE e.seq = t.seq AND json_valid(e.body) AND j.value = t.tag) \
                    UNION SELECT e.seq FROM entry e, json_each(iif(json_valid(e.body), e.body, '{}'), '$.tags') j \
                    WHERE instr(e.body, '\"tags\"') > 0 AND NOT EXISTS (SELECT 1 FROM entry_tag t WHERE t.seq = e.seq AND t.tag = j.value)";
        let mut select = self.conn.prepare(tags)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            problems.push(Problem {
                seq: unsigned(row.get(0)?),
                fault: Fault::ColumnDisagrees("the table of tags".into()),
            });
        }
        Ok(problems)
    }
}

fn first_fault(problem: Option<Problem>) -> Result<(), StoreError> {
    match problem {
        None => Ok(()),
        Some(p) => Err(Cause::Tampered { seq: p.seq, why: p.fault.to_string() }.into()),
    }
}

impl Note {
    /// The size it speaks of, where it is a checkpoint at all.
    fn size(&self) -> Option<u64> {
        Checkpoint::parse(SignedNote::parse(&self.text).ok()?.text()).ok().map(|c| c.size)
    }
}
