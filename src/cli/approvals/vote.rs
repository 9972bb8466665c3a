//! `govctl approvals approve`, `reject`, `withdraw`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::desk::{Desk, Place};
use super::{pick, signing, text};
use crate::approvals::state::Refusal;
use crate::approvals::vote::key_body;
use crate::approvals::{Ballot, Cast, Choice, Standing, State, Strength};
use crate::cli::Exit;
use crate::cli::terminal::Terminal;
use crate::store::approvals::{Answer, Refused};

/// Who votes on what.
#[derive(clap::Args, Debug)]
pub struct ApproveArgs {
    /// Ids, or beginnings of them; without any, at a terminal, choose from a list
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// A word on it
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
    #[command(flatten)]
    voter: VoterArgs,
}

/// Who votes on what, and why.
#[derive(clap::Args, Debug)]
pub struct RejectArgs {
    /// Ids, or beginnings of them
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    voter: VoterArgs,
}

/// Whose vote is taken back.
#[derive(clap::Args, Debug)]
pub struct WithdrawArgs {
    /// Ids, or beginnings of them
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// The approver, where it is not who runs this
    #[arg(long = "as", value_name = "ID")]
    claimed: Option<String>,
}

/// Who votes.
#[derive(clap::Args, Debug)]
struct VoterArgs {
    /// The approver you say you are; without it the one whose `os_user` runs this
    #[arg(long = "as", value_name = "ID")]
    claimed: Option<String>,
    /// Sign the vote with this SSH key; the public one where an agent holds the private one
    #[arg(long, value_name = "KEYFILE")]
    sign: Option<PathBuf>,
}

/// Agrees.
///
/// # Errors
/// An id that is not there, a voter who is not known, a signature that cannot be made; the disk.
pub fn approve(args: &ApproveArgs, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(false)?;
    let ids = if args.ids.is_empty() { pick::choose(&mut desk, terminal)? } else { args.ids.clone() };
    each(&mut desk, &ids, terminal, |desk, id| cast(desk, id, Choice::Approve, &args.comment, &args.voter))
}

/// Refuses.
///
/// # Errors
/// As [`approve`].
pub fn reject(args: &RejectArgs, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(false)?;
    each(&mut desk, &args.ids, terminal, |desk, id| cast(desk, id, Choice::Reject, &args.reason, &args.voter))
}

/// Takes votes back.
///
/// # Errors
/// As [`approve`].
pub fn withdraw(args: &WithdrawArgs, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(false)?;
    let voter = voter(&desk, args.claimed.as_deref(), None)?;
    let os_user = desk.os_user.clone();
    each(&mut desk, &args.ids, terminal, |desk, id| {
        Ok(desk.with(|store, context| store.withdraw_vote(context, id, &voter, os_user.as_deref()))?)
    })
}

/// One command on several approvals: all ids are looked up before anything is done; each is told how it ended.
fn each(
    desk: &mut Desk,
    ids: &[String],
    terminal: &mut Terminal,
    mut command: impl FnMut(&mut Desk, &str) -> Result<Answer>,
) -> Result<Exit> {
    let ids = ids.iter().map(|id| desk.id(id)).collect::<Result<Vec<_>>>()?;
    let mut exit = Exit::Clean;
    for id in ids {
        let answer = command(desk, &id)?;
        if let Some(why) = &answer.refused {
            terminal.error(&format!("{id}: {why}"));
            exit = worse(exit, refused(why));
        } else {
            let tally = desk.with(|store, context| store.tally(context, &answer.standing))?;
            writeln!(terminal.out(), "{id}  {}  {}", answer.standing.state.name(), tally.describe())?;
        }
    }
    desk.tell_warnings(terminal);
    Ok(exit)
}

fn worse(one: Exit, other: Exit) -> Exit {
    if other == Exit::Clean { one } else { other }
}

/// The exit status of a refusal.
pub fn refused(why: &Refused) -> Exit {
    match why {
        Refused::State(Refusal::NotApproved) | Refused::Invalid(crate::store::approvals::Invalid::NotApproved) => {
            Exit::Pending
        }
        _ => Exit::Findings,
    }
}

fn cast(desk: &mut Desk, id: &str, choice: Choice, comment: &str, args: &VoterArgs) -> Result<Answer> {
    let standing = desk.with(|store, context| store.settle_approval(context, id))?;
    let used = args.sign.as_deref().map(signing::public_key).transpose()?;
    let voter = voter(desk, args.claimed.as_deref(), used.as_deref())?;
    let vote = match (&args.sign, used) {
        (Some(file), Some(key)) => signed(desk, &standing, &voter, choice, comment, file, key)?,
        _ => unsigned(desk, &standing, &voter, choice, comment),
    };
    Ok(desk.with(|store, context| store.vote(context, &vote))?)
}

fn ballot(desk: &Desk, standing: &Standing, voter: &str, choice: Choice, comment: &str) -> Ballot {
    Ballot::on(&standing.bound, voter, choice, comment, text::time(desk.now().wall))
}

fn unsigned(desk: &Desk, standing: &Standing, voter: &str, choice: Choice, comment: &str) -> Cast {
    let users = &desk.policy.sections().approvers.user;
    let known = users.iter().find(|u| u.id == voter).and_then(|u| u.os_user.as_ref());
    let is_them = known.is_some() && known == desk.os_user.as_ref();
    Cast {
        ballot: ballot(desk, standing, voter, choice, comment),
        strength: if is_them { Strength::OsUser } else { Strength::Claimed },
        os_user: desk.os_user.clone(),
        key: None,
        signature: None,
    }
}

fn signed(
    desk: &Desk,
    standing: &Standing,
    voter: &str,
    choice: Choice,
    comment: &str,
    file: &std::path::Path,
    key: String,
) -> Result<Cast> {
    let ballot = ballot(desk, standing, voter, choice, comment);
    // A vote on what is decided needs no signature to be refused.
    if standing.state != State::Pending {
        return Ok(Cast {
            ballot,
            strength: Strength::Claimed,
            os_user: desk.os_user.clone(),
            key: None,
            signature: None,
        });
    }
    let signature = signing::sign(file, &ballot.canonical())?;
    let users = &desk.policy.sections().approvers.user;
    let theirs = users.iter().find(|u| u.id == voter).and_then(|u| u.key.clone());
    let theirs = theirs
        .with_context(|| format!("the approver `{voter}` has no `key` in the policy, so no signature is theirs"))?;
    if !signing::verify(&theirs, voter, &ballot.canonical(), &signature)? {
        bail!("the signature is not by the key that the policy has for `{voter}`");
    }
    Ok(Cast {
        ballot,
        strength: Strength::SshSignature,
        os_user: desk.os_user.clone(),
        key: Some(key),
        signature: Some(signature),
    })
}

/// Which approver votes: the one claimed, the one with this key, or the one whose user runs this.
fn voter(desk: &Desk, claimed: Option<&str>, key: Option<&str>) -> Result<String> {
    if let Some(id) = claimed {
        return Ok(id.strip_prefix("user:").or_else(|| id.strip_prefix("agent:")).unwrap_or(id).to_owned());
    }
    let users = &desk.policy.sections().approvers.user;
    if let Some(used) = key {
        let by_key = users.iter().find(|u| u.key.as_deref().is_some_and(|k| key_body(k) == key_body(used)));
        return by_key.map(|u| u.id.clone()).context("no approver of the policy has this key");
    }
    let by_user = users.iter().find(|u| u.os_user.is_some() && u.os_user == desk.os_user);
    by_user.map(|u| u.id.clone()).with_context(|| {
        let user = desk.os_user.as_deref().unwrap_or("unknown");
        format!("`{user}` is no approver of this policy; an approver is a [[approvers.user]] with `os_user = \"{user}\"`, or say who you are with --as ID")
    })
}
