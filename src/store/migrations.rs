//! The schema, as a list of steps that only grows: `user_version` says how many of them a database has seen.
//!
//! The view `log` has columns that are read from the bodies, so they cannot disagree with what is hashed; what queries are
//! answered from is in `index`. Triggers let the log only grow. They guard against mistakes; against somebody with the
//! file in hand only the hashes help.

use rusqlite::{Connection, Transaction};

use super::error::{Cause, StoreError};
use super::index;

/// `PRAGMA application_id`: "GOVC".
const APPLICATION_ID: i64 = 0x474f_5643;

const STEPS: &[&str] = &[
    r"
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL CHECK (octet_length(body) <= 65535),
  leaf BLOB NOT NULL CHECK (length(leaf) = 32),
  ts TEXT GENERATED ALWAYS AS (json_extract(body, '$.ts')) VIRTUAL,
  type TEXT GENERATED ALWAYS AS (json_extract(body, '$.type')) VIRTUAL,
  severity TEXT GENERATED ALWAYS AS (json_extract(body, '$.severity')) VIRTUAL,
  tenant TEXT GENERATED ALWAYS AS (json_extract(body, '$.tenant')) VIRTUAL,
  actor TEXT GENERATED ALWAYS AS (json_extract(body, '$.actor.kind') || ':' || json_extract(body, '$.actor.id')) VIRTUAL,
  action TEXT GENERATED ALWAYS AS (json_extract(body, '$.action')) VIRTUAL,
  resource TEXT GENERATED ALWAYS AS (json_extract(body, '$.resource')) VIRTUAL,
  decision TEXT GENERATED ALWAYS AS (json_extract(body, '$.decision')) VIRTUAL,
  correlation TEXT GENERATED ALWAYS AS (json_extract(body, '$.correlation')) VIRTUAL
) STRICT;
CREATE INDEX entry_ts ON entry(ts);
CREATE INDEX entry_type ON entry(type);
CREATE INDEX entry_severity ON entry(severity);
CREATE INDEX entry_actor ON entry(actor);
CREATE INDEX entry_action ON entry(action) WHERE action IS NOT NULL;
CREATE INDEX entry_resource ON entry(resource) WHERE resource IS NOT NULL;
CREATE INDEX entry_decision ON entry(decision) WHERE decision IS NOT NULL;
CREATE INDEX entry_correlation ON entry(correlation) WHERE correlation IS NOT NULL;
CREATE TABLE entry_tag (tag TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES entry(seq), PRIMARY KEY (tag, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE payload (seq INTEGER PRIMARY KEY REFERENCES entry(seq), salt BLOB NOT NULL, data TEXT NOT NULL) STRICT;
CREATE TABLE pruning (through INTEGER NOT NULL) STRICT;
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL, frontier BLOB NOT NULL) STRICT;
CREATE TABLE log_key (vkey TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER) STRICT;
CREATE TABLE dropped (name TEXT PRIMARY KEY, count INTEGER NOT NULL, since TEXT NOT NULL) STRICT;

CREATE TRIGGER entry_next BEFORE INSERT ON entry
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entry)
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows at its end'); END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER entry_tags AFTER INSERT ON entry WHEN json_type(NEW.body, '$.tags') = 'array'
  BEGIN INSERT INTO entry_tag SELECT value, NEW.seq FROM json_each(NEW.body, '$.tags'); END;
CREATE TRIGGER tag_no_update BEFORE UPDATE ON entry_tag BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER tag_no_delete BEFORE DELETE ON entry_tag BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER payload_no_update BEFORE UPDATE ON payload BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER payload_no_delete BEFORE DELETE ON payload WHEN NOT EXISTS (SELECT 1 FROM pruning WHERE OLD.seq <= through)
  BEGIN SELECT RAISE(ABORT, 'data is purged by `govctl audit prune` only'); END;
",
    r"
CREATE TABLE approval (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'consumed', 'rejected', 'expired', 'revoked', 'cancelled')),
  requester TEXT NOT NULL,
  created INTEGER NOT NULL,
  created_boot TEXT,
  created_boot_ms INTEGER,
  granted INTEGER,
  granted_boot TEXT,
  granted_boot_ms INTEGER,
  ends INTEGER NOT NULL,
  token BLOB NOT NULL CHECK (length(token) = 32),
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_state ON approval(state, ends);
CREATE INDEX approval_requester ON approval(requester, created);
CREATE INDEX approval_created ON approval(created);
CREATE TABLE vote (
  n INTEGER PRIMARY KEY,
  approval TEXT NOT NULL REFERENCES approval(id),
  voter TEXT NOT NULL,
  body TEXT NOT NULL,
  withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX vote_standing ON vote(approval, voter) WHERE withdrawn = 0;
CREATE TABLE outbox (
  n INTEGER PRIMARY KEY,
  event TEXT NOT NULL,
  approval TEXT NOT NULL,
  entry INTEGER NOT NULL REFERENCES entry(seq)
) STRICT;
CREATE INDEX outbox_approval ON outbox(approval);
CREATE TABLE follow_up (
  approval TEXT PRIMARY KEY REFERENCES approval(id),
  opened INTEGER NOT NULL,
  closed INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX follow_up_open ON follow_up(opened) WHERE closed IS NULL;

CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'approvals are never deleted'); END;
CREATE TRIGGER approval_bound BEFORE UPDATE OF id, requester, created, created_boot, created_boot_ms, token, body ON approval
  BEGIN SELECT RAISE(ABORT, 'what an approval binds never changes'); END;
CREATE TRIGGER approval_final BEFORE UPDATE OF state ON approval WHEN OLD.state NOT IN ('pending', 'approved')
  BEGIN SELECT RAISE(ABORT, 'nothing leaves a final state'); END;
CREATE TRIGGER vote_no_delete BEFORE DELETE ON vote BEGIN SELECT RAISE(ABORT, 'votes are withdrawn, never deleted'); END;
CREATE TRIGGER vote_cast BEFORE UPDATE OF n, approval, voter, body ON vote
  BEGIN SELECT RAISE(ABORT, 'a vote that was cast never changes'); END;
CREATE TRIGGER vote_stays_withdrawn BEFORE UPDATE OF withdrawn ON vote WHEN OLD.withdrawn = 1
  BEGIN SELECT RAISE(ABORT, 'a withdrawn vote stays withdrawn'); END;
",
    // What somebody asked for, by state and end; all of it, latest first, stays with approval_requester.
    "CREATE INDEX approval_requester_state ON approval(requester, state, ends);",
    // Most entries have no tags; a body that has some says so in these bytes, because it is canonical.
    r#"
DROP TRIGGER entry_tags;
CREATE TRIGGER entry_tags AFTER INSERT ON entry WHEN instr(NEW.body, '"tags":[') > 0
  BEGIN INSERT INTO entry_tag SELECT value, NEW.seq FROM json_each(NEW.body, '$.tags'); END;
"#,
    // An index of each column made an append change nine pages more than the entry's own; see the module `index`. Most
    // bodies say no such type, and finding that out is cheaper than parsing them.
    r#"
DROP TRIGGER entry_tags;
DROP TABLE entry_tag;
DROP INDEX entry_ts;
DROP INDEX entry_type;
DROP INDEX entry_severity;
DROP INDEX entry_actor;
DROP INDEX entry_action;
DROP INDEX entry_resource;
DROP INDEX entry_decision;
DROP INDEX entry_correlation;
CREATE INDEX entry_suspension ON entry(type)
  WHERE instr(body, '"type":"actor.') > 0 AND type IN ('actor.suspended', 'actor.resumed');
CREATE TABLE posting (
  field INTEGER NOT NULL,
  value TEXT NOT NULL,
  segment INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (field, value, segment)
) STRICT, WITHOUT ROWID;
CREATE TABLE sealed (segment INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL) STRICT;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER sealed_no_update BEFORE UPDATE ON sealed BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER sealed_no_delete BEFORE DELETE ON sealed BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
"#,
    // SQLite computes every generated column of an entry that is inserted, twice where a trigger looks at it. A view says
    // the same and costs nothing until somebody asks.
    r#"
DROP INDEX entry_suspension;
ALTER TABLE entry DROP COLUMN ts;
ALTER TABLE entry DROP COLUMN type;
ALTER TABLE entry DROP COLUMN severity;
ALTER TABLE entry DROP COLUMN tenant;
ALTER TABLE entry DROP COLUMN actor;
ALTER TABLE entry DROP COLUMN action;
ALTER TABLE entry DROP COLUMN resource;
ALTER TABLE entry DROP COLUMN decision;
ALTER TABLE entry DROP COLUMN correlation;
CREATE INDEX entry_suspension ON entry(seq)
  WHERE instr(body, '"type":"actor.suspended"') > 0 OR instr(body, '"type":"actor.resumed"') > 0;
CREATE VIEW log AS SELECT
  seq,
  json_extract(body, '$.ts') AS ts,
  json_extract(body, '$.type') AS type,
  json_extract(body, '$.severity') AS severity,
  json_extract(body, '$.tenant') AS tenant,
  json_extract(body, '$.actor.kind') || ':' || json_extract(body, '$.actor.id') AS actor,
  json_extract(body, '$.action') AS action,
  json_extract(body, '$.resource') AS resource,
  json_extract(body, '$.decision') AS decision,
  json_extract(body, '$.correlation') AS correlation,
  body
FROM entry;
"#,
];

/// Whether a database is one of ours and how far it is; `None`: it is empty.
pub(super) fn version(conn: &Connection) -> Result<Option<i64>, StoreError> {
    let pragma = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |r| r.get::<_, i64>(0));
    let (id, version) = (pragma("application_id")?, pragma("user_version")?);
    let known = STEPS.len() as i64;
    match id {
        APPLICATION_ID if version > known => Err(Cause::Newer { found: version, known }.into()),
        APPLICATION_ID => Ok(Some(version)),
        0 if version == 0 && is_empty(conn)? => Ok(None),
        _ => Err(Cause::Foreign.into()),
    }
}

fn is_empty(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |r| r.get(0))?)
}

/// Whether nothing is left to do.
pub(super) fn is_current(version: Option<i64>) -> bool {
    version == Some(STEPS.len() as i64)
}

/// Applies what is missing, in the caller's transaction.
pub(super) fn migrate(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let done = version(tx)?.unwrap_or(0);
    for step in STEPS.iter().skip(usize::try_from(done).unwrap_or(usize::MAX)) {
        tx.execute_batch(step)?;
    }
    index::seal_whole(tx)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", STEPS.len() as i64)?;
    Ok(())
}
