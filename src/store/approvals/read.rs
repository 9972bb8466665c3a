//! Approvals, votes and ids out of the tables.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, params};

use super::{Context, unknown};
use crate::approvals::{Cast, Moment, Standing, State, Tally, id, quorum};
use crate::store::error::StoreError;
use crate::store::index::suspension;
use crate::store::{Store, unsigned};

const COLUMNS: &str =
    "state, created, created_boot, created_boot_ms, granted, granted_boot, granted_boot_ms, body, token";

/// Which approvals are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that wait for votes.
    Pending,
    /// Those that wait for votes or may be used.
    Open,
    /// All there ever were.
    All,
}

/// A list that is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which.
    pub which: Which,
    /// Only those that this user of the machine asked for.
    pub requester: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// An approval with what only the store looks at.
pub(super) struct Stored {
    pub(super) standing: Standing,
    pub(super) token: [u8; 32],
}

impl Store {
    /// The approval of that id.
    ///
    /// # Errors
    /// There is none; the disk.
    pub fn approval(&self, id: &str) -> Result<Standing, StoreError> {
        find(&self.conn, id)?.map(|s| s.standing).ok_or_else(|| unknown(id))
    }

    /// The ids that begin so, in their order.
    ///
    /// # Errors
    /// The disk.
    pub fn approval_ids(&self, prefix: &str, limit: usize) -> Result<Vec<String>, StoreError> {
        let from = id::prefix(prefix);
        // Every sign of an id is less than `~`.
        let to = format!("{from}~");
        let sql = "SELECT id FROM approval WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3";
        let mut select = self.conn.prepare_cached(sql)?;
        let rows = select.query_map(params![from, to, limit as i64], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Approvals: open ones by when their time ends, others latest first.
    ///
    /// # Errors
    /// The disk; a row that does not read.
    pub fn approvals(&self, wanted: &Wanted, now: &Moment) -> Result<Vec<Standing>, StoreError> {
        self.approvals_that(wanted, now, |_| Ok(true))
    }

    /// As [`Store::approvals`], those that `keep` keeps. Rows are read one after another until there are enough.
    ///
    /// # Errors
    /// The disk; a row that does not read; those of `keep`.
    pub fn approvals_that(
        &self,
        wanted: &Wanted,
        now: &Moment,
        mut keep: impl FnMut(&Standing) -> Result<bool, StoreError>,
    ) -> Result<Vec<Standing>, StoreError> {
        // One state after the other: an index has each of them by its end, and none has several.
        let states: &[Option<State>] = match wanted.which {
            Which::Pending => &[Some(State::Pending)],
            Which::Open => &[Some(State::Pending), Some(State::Approved)],
            Which::All => &[None],
        };
        let mut found = Vec::new();
        for state in states {
            found.extend(self.in_state(*state, wanted, now, &mut keep)?);
        }
        if wanted.which != Which::All {
            found.sort_by_key(Standing::ends);
        }
        found.truncate(wanted.limit);
        Ok(found)
    }

    fn in_state(
        &self,
        state: Option<State>,
        wanted: &Wanted,
        now: &Moment,
        keep: &mut impl FnMut(&Standing) -> Result<bool, StoreError>,
    ) -> Result<Vec<Standing>, StoreError> {
        let whose = if wanted.requester.is_some() { "requester = ?3" } else { "?3 IS NULL" };
        let which = match state {
            Some(_) => format!("state = ?1 AND ends > ?2 AND {whose} ORDER BY ends"),
            None => format!("{whose} ORDER BY created DESC"),
        };
        let mut select = self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM approval WHERE {which}"))?;
        let mut rows = select.query(params![state.map(State::name), now.wall, wanted.requester])?;
        let mut found = Vec::new();
        while found.len() < wanted.limit {
            let Some(row) = rows.next()? else { break };
            let standing = stored(row)?.standing;
            if (state.is_none() || !standing.state_at(now).is_final()) && keep(&standing)? {
                found.push(standing);
            }
        }
        Ok(found)
    }

    /// How many wait for votes.
    ///
    /// # Errors
    /// The disk.
    pub fn pending_approvals(&self, now: &Moment) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM approval WHERE state = 'pending' AND ends > ?1";
        Ok(unsigned(self.conn.prepare_cached(sql)?.query_row([now.wall], |r| r.get(0))?))
    }

    /// The standing votes on an approval in their order.
    ///
    /// # Errors
    /// The disk; a vote that does not read.
    pub fn votes(&self, id: &str) -> Result<Vec<Cast>, StoreError> {
        votes(&self.conn, id)
    }

    /// What the votes on an approval come to by today's approvers.
    ///
    /// # Errors
    /// The disk.
    pub fn tally(&self, context: &Context<'_>, standing: &Standing) -> Result<Tally, StoreError> {
        let suspended = suspended(&self.conn)?;
        let votes = votes(&self.conn, &standing.bound.id)?;
        Ok(quorum::count(&context.rules(&standing.bound, &suspended), &standing.bound, &votes))
    }

    /// Which approvers are suspended, by the log.
    ///
    /// # Errors
    /// The disk.
    pub fn suspended_approvers(&self) -> Result<BTreeSet<String>, StoreError> {
        suspended(&self.conn)
    }

    /// The numbers of the audit entries on an approval.
    ///
    /// # Errors
    /// The disk.
    pub fn approval_entries(&self, id: &str) -> Result<Vec<u64>, StoreError> {
        let mut select = self.conn.prepare_cached("SELECT entry FROM outbox WHERE approval = ?1 ORDER BY n")?;
        let rows = select.query_map([id], |r| r.get::<_, i64>(0))?;
        Ok(rows.map(|n| n.map(unsigned)).collect::<Result<_, _>>()?)
    }
}

pub(super) fn find(conn: &Connection, id: &str) -> Result<Option<Stored>, StoreError> {
    let mut select = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM approval WHERE id = ?1"))?;
    let mut rows = select.query([id])?;
    rows.next()?.map(stored).transpose()
}

pub(super) fn votes(conn: &Connection, id: &str) -> Result<Vec<Cast>, StoreError> {
    let mut select = conn.prepare_cached("SELECT body FROM vote WHERE approval = ?1 AND withdrawn = 0 ORDER BY n")?;
    let rows = select.query_map([id], |r| r.get::<_, String>(0))?;
    let mut votes = Vec::new();
    for body in rows {
        votes.push(serde_json::from_str(&body?).map_err(|e| StoreError::other(format!("a vote on {id}: {e}")))?);
    }
    Ok(votes)
}

/// Who is suspended, by the log: the last word on each counts.
pub(super) fn suspended(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let sql = concat!(
        "SELECT json_extract(body, '$.type'), coalesce(json_extract(body, '$.resource'), ",
        "json_extract(body, '$.actor.kind') || ':' || json_extract(body, '$.actor.id')) ",
        "FROM entry INDEXED BY entry_suspension WHERE ",
        suspension!(),
        " ORDER BY seq"
    );
    let mut select = conn.prepare_cached(sql)?;
    let rows = select.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
    let mut suspended = BTreeSet::new();
    for row in rows {
        let (kind, who) = row?;
        if kind == "actor.suspended" {
            suspended.insert(who)
        } else {
            suspended.remove(&who)
        };
    }
    Ok(suspended)
}

/// The body of an approval must be what its hash says: whoever changed the file must not change what was approved.
fn stored(row: &Row<'_>) -> Result<Stored, StoreError> {
    let body: String = row.get(7)?;
    let bound: crate::approvals::Bound =
        serde_json::from_str(&body).map_err(|e| StoreError::other(format!("an approval does not read: {e}")))?;
    let name: String = row.get(0)?;
    let state = State::parse(&name).ok_or_else(|| StoreError::other(format!("unknown state `{name}`")))?;
    if bound.computed_hash() != bound.hash {
        return Err(StoreError::other(format!("{}: what it binds was changed; nothing is done with it", bound.id)));
    }
    let created = moment(row, 1)?.ok_or_else(|| StoreError::other("an approval without its time"))?;
    Ok(Stored { standing: Standing { bound, state, created, granted: moment(row, 4)? }, token: row.get(8)? })
}

fn moment(row: &Row<'_>, at: usize) -> Result<Option<Moment>, StoreError> {
    let Some(wall) = row.get::<_, Option<i64>>(at)? else { return Ok(None) };
    let boot: Option<String> = row.get(at + 1)?;
    let since: Option<i64> = row.get(at + 2)?;
    Ok(Some(Moment { wall, boot: boot.zip(since) }))
}

/// Whether an approval of that id is there.
pub(super) fn exists(conn: &Connection, id: &str) -> Result<bool, StoreError> {
    let mut select = conn.prepare_cached("SELECT 1 FROM approval WHERE id = ?1")?;
    Ok(select.exists([id])?)
}
