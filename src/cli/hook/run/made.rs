//! post-commit: ties the commit to the check of its tree. Nothing can be refused any more; what went past is told.

use anyhow::Result;

use super::trail::{self, Trail};
use super::{refs, transaction};
use crate::audit::EventType;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};

/// Records HEAD.
pub(super) fn run(policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let Some(policy) = transaction::governing(policy)? else { return Ok(Exit::Clean) };
    let repo = refs::repository()?;
    let commit = repo.commit(repo.resolve("HEAD")?)?;
    let trail = Trail::open(&policy)?;
    let own = [format!("commit:{}", commit.info.id)];
    if trail.has(EventType::CheckCompleted, &own)? || trail.has(EventType::HookBypassed, &own)? {
        return Ok(Exit::Clean);
    }
    let checked = trail.has_check(&commit)?;
    drop(trail);
    let mut event = transaction::event(&commit, &policy, "post-commit", if checked { "committed" } else { "noticed" });
    if checked {
        event.kind = EventType::CheckCompleted;
    } else {
        terminal.warn("this commit went past its checks; `govctl audit reconcile` lists it");
    }
    trail::append(&policy, &event, terminal)?;
    Ok(Exit::Clean)
}
