//! What checks have left in the log.

use anyhow::Result;

use crate::audit::query::{Field, Query};
use crate::audit::{Actor, Event, EventType};
use crate::cli::audit::log;
use crate::cli::terminal::Terminal;
use crate::policy::Policy;
use crate::source::git::CommitInfo;
use crate::store::{Location, Store};

/// The log of this repository, if there is one yet.
pub(super) struct Trail {
    store: Option<Store>,
    location: Location,
    kept: bool,
}

impl Trail {
    /// Opens it.
    ///
    /// # Errors
    /// A log that cannot be opened or whose end does not verify.
    pub(super) fn open(policy: &Policy) -> Result<Self> {
        let audit = &policy.sections().audit;
        let location = log::location(audit)?;
        let there = audit.enabled && location.db.exists();
        let options = log::brief(audit);
        let kept = audit.enabled && options.filters.keep_all(&passed());
        let store = if there { Some(Store::open_existing(&location, options)?) } else { None };
        Ok(Self { store, location, kept })
    }

    /// Whether every check that passes leaves an entry, so that one that is missing tells something.
    pub(super) fn is_kept(&self) -> bool {
        self.kept
    }

    /// Whether a check of the commit or of its tree has passed.
    pub(super) fn has_check(&self, commit: &CommitInfo) -> Result<bool> {
        self.has(EventType::CheckCompleted, &[format!("commit:{}", commit.info.id), format!("tree:{}", commit.tree)])
    }

    /// Logs events; nothing where there is no log.
    ///
    /// # Errors
    /// They could not be logged.
    pub(super) fn append(&mut self, events: &[Event], terminal: &mut Terminal) -> Result<()> {
        let Some(store) = self.store.as_mut().filter(|_| !events.is_empty()) else { return Ok(()) };
        let told = log::append(store, &self.location, events)?;
        told.iter().for_each(|w| terminal.warn(w));
        Ok(())
    }

    /// Whether there is an entry of that type with one of these tags.
    pub(super) fn has(&self, kind: EventType, tags: &[String]) -> Result<bool> {
        let Some(store) = &self.store else { return Ok(false) };
        let query = Query { limit: Some(1), ..Query::default() };
        let query = query.filter(Field::Type, &[kind.name().to_owned()]).filter(Field::Tag, tags);
        Ok(store.count(&query)? > 0)
    }
}

/// What pre-commit leaves.
fn passed() -> Event {
    let mut event = Event::new(EventType::CheckCompleted, Actor::system());
    event.action = Some("check".to_owned());
    event.tags = vec!["hook:pre-commit".to_owned()];
    event
}

/// Logs an event, and tells what the log warns of.
///
/// # Errors
/// It could not be logged.
pub(super) fn append(policy: &Policy, event: &Event, terminal: &mut Terminal) -> Result<()> {
    let warnings = log::record(&policy.sections().audit, event)?;
    warnings.iter().for_each(|w| terminal.warn(w));
    Ok(())
}
