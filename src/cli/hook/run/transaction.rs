//! reference-transaction: notices commits that went past pre-commit, which `--no-verify` leaves out and this hook does not.
//!
//! Asked about are commits that no reference reaches yet. A check that passed has left an entry with the commit's tree.
//! Where there is none, two cases differ: `git commit --no-verify` makes one commit on top of HEAD (or in place of it),
//! and is refused where the policy is strict. A merge, rebase, cherry-pick, revert, `git am`, a fetch into a branch run no
//! pre-commit by themselves: what they bring is checked here. To pass one for the other gains nothing but that check.
//! A commit whose tree was checked gets an entry with its own id, whatever becomes of the transaction: it stays true.

use std::env;

use anyhow::Result;
use serde_json::json;

use super::made;
use super::refs::{self, Update};
use super::trail::Trail;
use crate::audit::{Event, EventType};
use crate::cli::check::selection::{Selection, root_of};
use crate::cli::check::{self, Occasion, Pass, record};
use crate::cli::policy::options::working_directory;
use crate::cli::policy::trust;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs, identity};
use crate::policy::Policy;
use crate::policy::load::{self, Loaded};
use crate::policy::raw::policies::EnforcementMode;
use crate::source::git::{CommitInfo, Oid, Repo, TipKind};
use crate::source::range::New;

/// As git calls it.
const HOOK: &str = "reference-transaction";
/// The state in which a transaction can still be refused.
const PREPARED: &str = "prepared";

/// Looks at what moves branches or HEAD.
pub(super) fn run(arguments: &[String], pass: &Pass, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    if arguments.first().is_none_or(|state| state != PREPARED) {
        return Ok(Exit::Clean);
    }
    let input = refs::read_input()?;
    // The script may have read the first line that matters.
    let lines = arguments.iter().skip(1).map(String::as_str).chain(input.lines());
    let updates: Vec<_> = lines.map(Update::parse).collect::<Result<_>>()?;
    let updates: Vec<_> = updates.into_iter().filter(moves_a_branch).collect();
    if updates.is_empty() {
        return Ok(Exit::Clean);
    }
    let repo = refs::repository()?;
    let new = unreached(&repo, &updates)?;
    let commits = repo.walk(&new.from, &new.hide)?;
    let (Some(newest), Some(update)) = (commits.last(), updates.last()) else { return Ok(Exit::Clean) };
    let exit = match governing(policy)? {
        Some(in_force) => look(&repo, &commits, &updates, new, (pass, policy, &in_force), terminal)?,
        None => Exit::Clean,
    };
    if exit == Exit::Clean && newest.to_string() == update.new {
        made::note(&repo, &update.new);
    }
    Ok(exit)
}

/// Looks at the new commits.
fn look(
    repo: &Repo,
    commits: &[Oid],
    updates: &[Update],
    new: New,
    (pass, policy, in_force): (&Pass, &PolicyArgs, &Policy),
    terminal: &mut Terminal,
) -> Result<Exit> {
    let mut trail = Trail::open(in_force)?;
    let (mut unchecked, mut untied) = (Vec::new(), Vec::new());
    for id in commits {
        let commit = repo.commit(*id)?;
        if !trail.has_check(&commit)? {
            unchecked.push(commit);
        } else if !trail.has(EventType::CheckCompleted, &[format!("commit:{id}")])? {
            untied.push(checked(&commit, in_force, HOOK));
        }
    }
    trail.append(&untied, terminal)?;
    match unchecked.as_slice() {
        [] => Ok(Exit::Clean),
        [one] if trail.is_kept() && is_plain(repo, one, updates)? => bypassed(one, in_force, terminal),
        _ => {
            drop(trail);
            let occasion = Occasion { hook: HOOK, pass: pass.clone(), ..Occasion::default() };
            check::for_hook(&Selection::of_new(new)?, policy, &[], &occasion, terminal)
        }
    }
}

fn moves_a_branch(update: &Update) -> bool {
    let is_branch = update.name == "HEAD" || update.name.starts_with("refs/heads/");
    is_branch && !update.new.starts_with("ref:") && !refs::is_zero(&update.new) && update.new != update.old
}

/// The policy, where there is a file of it: without one there is no log to look into.
pub(super) fn governing(policy: &PolicyArgs) -> Result<Option<Policy>> {
    let dir = working_directory()?;
    let root = root_of(&dir);
    let loaded = policy.load_within(&dir, Some(&root))?;
    if matches!(loaded, Loaded::BuiltIn(_)) {
        return Ok(None);
    }
    let policy = load::valid(loaded)?;
    trust::require(&policy)?;
    Ok(Some(policy))
}

/// What no reference, and nothing just fetched, reaches.
fn unreached(repo: &Repo, updates: &[Update]) -> Result<New> {
    let from = updates.iter().map(|u| refs::id(&u.new)).collect::<Result<Vec<_>>>()?;
    let mut hide: Vec<_> = repo.tips()?.into_iter().filter(|t| t.kind == TipKind::Commit).map(|t| t.id).collect();
    hide.extend(repo.fetched());
    Ok(New { from, hide, others: Vec::new() })
}

/// Whether this is what `git commit` makes: one commit on HEAD or in its place, and nothing else under way.
fn is_plain(repo: &Repo, commit: &CommitInfo, updates: &[Update]) -> Result<bool> {
    let reverts = repo
        .messages(Oid::from_str(&commit.info.id)?)?
        .iter()
        .any(|m| String::from_utf8_lossy(m).contains("This reverts commit "));
    if commit.parents.len() > 1 || reverts || repo.is_in_progress() {
        return Ok(false);
    }
    for update in updates.iter().filter(|u| u.new == commit.info.id) {
        if refs::is_zero(&update.old) {
            return Ok(commit.parents.is_empty() || repo.head_is(&commit.parents));
        }
        let old = refs::id(&update.old)?;
        if commit.parents == [old] || repo.commit(old)?.parents == commit.parents {
            return Ok(true);
        }
    }
    Ok(false)
}

fn bypassed(commit: &CommitInfo, policy: &Policy, terminal: &mut Terminal) -> Result<Exit> {
    let mode = policy.environment.enforcement_mode;
    let refused = mode == EnforcementMode::Strict;
    let event = event(commit, policy, HOOK, if refused { "refused" } else { "noticed" });
    super::trail::append(policy, &event, terminal)?;
    let short = &commit.info.id[..12];
    match mode {
        EnforcementMode::Strict => {
            terminal
                .error(&format!("the commit {short} went past its checks (--no-verify?), which the policy refuses"));
            terminal
                .note("commit again without --no-verify; `govctl hook install` mends a pre-commit hook that is gone");
            Ok(Exit::Findings)
        }
        EnforcementMode::Permissive => {
            terminal.warn(&format!("the commit {short} went past its checks (--no-verify?); this is in the log"));
            Ok(Exit::Clean)
        }
        EnforcementMode::AuditOnly => Ok(Exit::Clean),
    }
}

/// A commit whose tree was checked: from now on the log finds it by its own id.
pub(super) fn checked(commit: &CommitInfo, policy: &Policy, hook: &str) -> Event {
    Event { kind: EventType::CheckCompleted, ..event(commit, policy, hook, "committed") }
}

/// A commit that went past its checks.
pub(super) fn event(commit: &CommitInfo, policy: &Policy, hook: &str, outcome: &str) -> Event {
    let mode = policy.environment.enforcement_mode;
    let mut event = Event::new(EventType::HookBypassed, identity::actor());
    event.action = Some("commit".to_owned());
    event.resource = Some(format!("commit {}", commit.info.id));
    event.environment.clone_from(&policy.environment.name);
    event.enforced = Some(mode == EnforcementMode::Strict);
    event.outcome = Some(outcome.to_owned());
    event.tags = vec![format!("commit:{}", commit.info.id), format!("tree:{}", commit.tree), format!("hook:{hook}")];
    let reflog = env::var("GIT_REFLOG_ACTION").ok();
    event.data = Some(json!({ "mode": mode.name(), "skip": record::skipped(), "reflog_action": reflog }));
    event
}
