//! What an override leaves to be looked into, until somebody closes it.

use rusqlite::params;
use serde_json::json;

use super::Context;
use super::change::{event, tell};
use super::read;
use super::unknown;
use crate::approvals::{Bound, Standing};
use crate::audit::kind::EventType;
use crate::audit::{Actor, Event};
use crate::store::Store;
use crate::store::error::StoreError;

/// Something that was let pass and must be looked into.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    /// The override.
    pub standing: Standing,
    /// Since when, in milliseconds since 1970.
    pub opened: i64,
}

impl Store {
    /// Records that a check was overridden, and opens the follow-up.
    ///
    /// # Errors
    /// The disk: the check must then not pass.
    pub fn check_overridden(&mut self, context: &Context<'_>, bound: &Bound, told: &Event) -> Result<(), StoreError> {
        self.change(|tx| {
            tell(tx, &bound.id, told)?;
            let sql = "INSERT INTO follow_up (approval, opened) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            tx.sql().execute(sql, params![bound.id, context.now.wall])?;
            Ok(())
        })
    }

    /// The follow-ups that are open, oldest first.
    ///
    /// # Errors
    /// The disk.
    pub fn follow_ups(&self) -> Result<Vec<FollowUp>, StoreError> {
        let mut select =
            self.conn.prepare_cached("SELECT approval, opened FROM follow_up WHERE closed IS NULL ORDER BY opened")?;
        let rows = select.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?)))?;
        let mut found = Vec::new();
        for row in rows {
            let (id, opened) = row?;
            found.push(FollowUp { standing: self.approval(&id)?, opened });
        }
        Ok(found)
    }

    /// Closes a follow-up. `false`: there is none that is open.
    ///
    /// # Errors
    /// There is no such approval; the disk.
    pub fn close_follow_up(
        &mut self,
        context: &Context<'_>,
        id: &str,
        who: &Actor,
        why: &str,
    ) -> Result<bool, StoreError> {
        self.change(|tx| {
            let bound = read::find(tx.sql(), id)?.ok_or_else(|| unknown(id))?.standing.bound;
            let sql = "UPDATE follow_up SET closed = ?1, reason = ?2 WHERE approval = ?3 AND closed IS NULL";
            if tx.sql().execute(sql, params![context.now.wall, why, id])? == 0 {
                return Ok(false);
            }
            let mut event = event(EventType::IncidentClosed, who.clone(), &bound);
            event.data = Some(json!({ "reason": why, "scope": bound.scope }));
            tell(tx, id, &event)?;
            Ok(true)
        })
    }
}
