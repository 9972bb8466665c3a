//! Every entry against its hashes, the tree against the checkpoints, the index against the bodies.

use foldhash::quality::RandomState;
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;

use super::error::{Cause, StoreError};
use super::{Store, index, int, unsigned};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::columns::Columns;
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
        let sealed = index::sealed(&self.conn).map_err(|e| self.failed(e))?;
        let mut walk = Walk::new(sizes).with_columns(Columns::new(state.clone(), sealed));
        self.walk(&mut walk, 0).map_err(|e| self.failed(e))?;
        let bodies = walk.take_columns().unwrap_or_else(|| Columns::new(state.clone(), sealed));
        let mut walked = walk.finish();
        let index = self.index_problems(&bodies, state, sealed).map_err(|e| self.failed(e))?;
        walked.problems = with_index(walked.problems, index);
        let keys = match keys {
            [] => Keys::OfTheLog(self.keys()?.into_iter().map(|k| k.verifier).collect()),
            given => Keys::Given(given.to_vec()),
        };
        let own: Vec<_> =
            stored.into_iter().map(|c| Note { name: format!("checkpoint {}", c.size), text: c.note }).collect();
        let origin = self.origin().ok();
        drop(tx);
        Ok(verdict::judge(walked, origin.as_deref(), &own, outside, &keys))
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
        let mut select = self.conn.prepare("SELECT seq, body, leaf FROM entry WHERE seq >= ?1 ORDER BY seq")?;
        let mut rows = select.query([int(from)])?;
        let mut data = self.conn.prepare("SELECT seq, salt, data FROM payload WHERE seq >= ?1 ORDER BY seq")?;
        let mut payloads = data.query([int(from)])?;
        payloads.advance()?;
        while let Some(row) = rows.next()? {
            let at = unsigned(row.get(0)?);
            // Both come by number; data beside an entry that is not there is passed over.
            while number(payloads.get())?.is_some_and(|p| p < at) {
                payloads.advance()?;
            }
            let data = match payloads.get().filter(|p| number(Some(p)) == Ok(Some(at))) {
                Some(p) => match (bytes(p, 1)?, bytes(p, 2)?) {
                    (Some(salt), Some(data)) => Data::Here { salt, data },
                    _ => Data::Absent,
                },
                None => Data::Absent,
            };
            let seq = (from == 0).then_some(at);
            walk.row(Row { seq, body: bytes(row, 1)?.unwrap_or_default(), leaf: bytes(row, 2)?, data });
        }
        Ok(())
    }
}

/// All problems by number; of an entry that is bad itself the index need not be right.
fn with_index(mut bad: Vec<Problem>, index: Vec<Problem>) -> Vec<Problem> {
    let is_bad = |seq| bad[..bad.partition_point(|p| p.seq <= seq)].iter().rev().take(2).any(|p| p.covers(seq));
    let more: Vec<_> = index.into_iter().filter(|p| !is_bad(p.seq)).collect();
    bad.extend(more);
    bad.sort_by_key(|p| p.seq);
    bad
}

fn number(row: Option<&rusqlite::Row<'_>>) -> rusqlite::Result<Option<u64>> {
    row.map(|r| r.get(0).map(unsigned)).transpose()
}

fn bytes<'a>(row: &'a rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<&'a [u8]>> {
    Ok(row.get_ref(at)?.as_bytes_or_null().ok().flatten())
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
