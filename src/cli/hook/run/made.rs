//! post-commit: ties the commit to the check of its tree, where reference-transaction has not done so (an old git, a manager
//! without that hook). Nothing can be refused any more; what went past is told.

use std::fs;

use anyhow::Result;

use super::trail::{self, Trail};
use super::{refs, transaction};
use crate::audit::EventType;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};
use crate::source::git::Repo;

/// In the repository's own folder: the id of the last commit that reference-transaction has looked at. The script of
/// post-commit starts no process for that one. Whoever writes an id there silences this hook and nothing else: the log has
/// no entry then, and `audit reconcile` finds the commit.
const RECORDED: &str = "govctl-recorded";

/// Records HEAD.
pub(super) fn run(policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let repo = refs::repository()?;
    let head = repo.resolve("HEAD")?;
    if fs::read_to_string(repo.git_dir().join(RECORDED)).is_ok_and(|id| id.trim() == head.to_string()) {
        return Ok(Exit::Clean);
    }
    let Some(policy) = transaction::governing(policy)? else { return Ok(Exit::Clean) };
    let commit = repo.commit(head)?;
    let mut trail = Trail::open(&policy)?;
    let own = [format!("commit:{}", commit.info.id)];
    if trail.has(EventType::CheckCompleted, &own)? || trail.has(EventType::HookBypassed, &own)? {
        return Ok(Exit::Clean);
    }
    if trail.has_check(&commit)? {
        trail.append(&[transaction::checked(&commit, &policy, "post-commit")], terminal)?;
        return Ok(Exit::Clean);
    }
    drop(trail);
    terminal.warn("this commit went past its checks; `govctl audit reconcile` lists it");
    trail::append(&policy, &transaction::event(&commit, &policy, "post-commit", "noticed"), terminal)?;
    Ok(Exit::Clean)
}

/// Notes that a commit was looked at. Where that fails, post-commit looks again.
pub(super) fn note(repo: &Repo, id: &str) {
    drop(fs::write(repo.git_dir().join(RECORDED), format!("{id}\n")));
}
