//! The one way to a new state: state, entry and outbox together.

use rusqlite::params;
use serde_json::json;

use super::read::{self, Stored};
use super::{Answer, Context, Refused, actor_of, unknown};
use crate::approvals::state::{self, Event as Step};
use crate::approvals::token::TokenHash;
use crate::approvals::{Bound, Moment, Party, Standing, State, quorum};
use crate::audit::entry::{Actor, Event, Reason};
use crate::audit::kind::EventType;
use crate::store::error::StoreError;
use crate::store::{Store, Tx, int};

/// The longest name that an entry repeats; what it is exactly, its hash says.
const LONGEST: usize = 1024;

impl Store {
    /// Asks for an approval.
    ///
    /// # Errors
    /// An id that is taken; the disk.
    pub fn request_approval(
        &mut self,
        context: &Context<'_>,
        bound: &Bound,
        token: TokenHash,
    ) -> Result<Standing, StoreError> {
        self.change(|tx| {
            if read::exists(tx.sql(), &bound.id)? {
                return Err(StoreError::other(format!("the id {} is taken; ask again", bound.id)));
            }
            let standing =
                Standing { bound: bound.clone(), state: State::Pending, created: context.now.clone(), granted: None };
            insert(tx, &standing, token)?;
            let mut event = event(EventType::ApprovalCreated, actor_of(&bound.requester), bound);
            event.data = Some(json!({
                "purpose": bound.purpose.name(), "strategy": bound.strategy.name(), "justification": bound.justification,
                "document": crate::plan::canonical::to_string(&bound.document), "form": bound.form,
            }));
            tell(tx, &bound.id, &event)?;
            settle(tx, context, standing)
        })
    }

    /// Looks at an approval: what is due happens.
    ///
    /// # Errors
    /// There is none; the disk.
    pub fn settle_approval(&mut self, context: &Context<'_>, id: &str) -> Result<Standing, StoreError> {
        let standing = self.approval(id)?;
        let tally = self.tally(context, &standing)?;
        if standing.due(&tally, context.policy_hash, context.now).is_none() {
            return Ok(standing);
        }
        self.change(|tx| load(tx, context, id).map(|s| s.standing))
    }

    /// The requester no longer wants it.
    ///
    /// # Errors
    /// There is none; the disk.
    pub fn cancel_approval(
        &mut self,
        context: &Context<'_>,
        id: &str,
        who: &Party,
        why: &str,
    ) -> Result<Answer, StoreError> {
        self.change(|tx| {
            let standing = load(tx, context, id)?.standing;
            if !is_requester(&standing.bound.requester, who) {
                return Ok(Answer { standing, refused: Some(Refused::NotRequester) });
            }
            let told = |e: &mut Event| e.data = Some(json!({ "reason": why }));
            step(tx, context, standing, Step::Cancelled, actor_of(who), told)
        })
    }

    /// A transaction on approvals, and a checkpoint after it when one is due.
    pub(super) fn change<T>(&mut self, work: impl FnMut(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let value = self.write(work)?;
        self.checkpoint_when_due();
        Ok(value)
    }
}

/// Whether somebody is who asked: the same user of this machine, where both are known, else the same name.
pub(super) fn is_requester(requester: &Party, who: &Party) -> bool {
    match (&requester.os_user, &who.os_user) {
        (Some(asked), Some(now)) => asked == now,
        _ => requester.name() == who.name(),
    }
}

/// The approval, after what was due.
pub(super) fn load(tx: &Tx<'_>, context: &Context<'_>, id: &str) -> Result<Stored, StoreError> {
    let Stored { standing, token } = read::find(tx.sql(), id)?.ok_or_else(|| unknown(id))?;
    Ok(Stored { standing: settle(tx, context, standing)?, token })
}

/// Lets happen what is due, until nothing is.
pub(super) fn settle(tx: &Tx<'_>, context: &Context<'_>, mut standing: Standing) -> Result<Standing, StoreError> {
    if standing.state.is_final() {
        return Ok(standing);
    }
    let suspended = read::suspended(tx.sql())?;
    let votes = read::votes(tx.sql(), &standing.bound.id)?;
    let tally = quorum::count(&context.rules(&standing.bound, &suspended), &standing.bound, &votes);
    // Pending → approved → expired is the longest way.
    for _ in 0..3 {
        let Some(due) = standing.due(&tally, context.policy_hash, context.now) else { break };
        let told = |e: &mut Event| e.data = Some(json!({ "votes": tally.describe() }));
        standing = step(tx, context, standing, due, Actor::system(), told)?.standing;
    }
    Ok(standing)
}

/// One transition: the state, its entry, its row in the outbox; or a refusal, which changes nothing.
pub(super) fn step(
    tx: &Tx<'_>,
    context: &Context<'_>,
    standing: Standing,
    what: Step,
    who: Actor,
    add: impl FnOnce(&mut Event),
) -> Result<Answer, StoreError> {
    let before = standing.state;
    let after = match state::next(before, what, standing.is_over(context.now)) {
        Ok(after) => after,
        Err(why) => return Ok(Answer { standing, refused: Some(Refused::State(why)) }),
    };
    let granted = match what {
        Step::Granted => Some(granted_at(&standing, context.now)),
        Step::QuorumLost => None,
        _ => standing.granted.clone(),
    };
    let standing = Standing { state: after, granted, ..standing };
    update(tx, &standing, before)?;
    let mut event = event(kind(what), who, &standing.bound);
    event.outcome = Some(after.name().to_owned());
    add(&mut event);
    if what == Step::Revoked {
        event.reasons.push(reason("policy_changed", "another policy is in force than it was asked for under"));
    }
    tell(tx, &standing.bound.id, &event)?;
    Ok(Answer { standing, refused: None })
}

/// Silence agreed when it was ripe, not when somebody looked.
fn granted_at(standing: &Standing, now: &Moment) -> Moment {
    standing.ripe(now).unwrap_or_else(|| now.clone())
}

fn kind(what: Step) -> EventType {
    match what {
        Step::Granted => EventType::ApprovalGranted,
        Step::QuorumLost | Step::Revoked | Step::Cancelled => EventType::ApprovalRevoked,
        Step::Refused => EventType::ApprovalRejected,
        Step::TimedOut => EventType::ApprovalExpired,
        Step::Consumed => EventType::ApprovalConsumed,
    }
}

/// A reason by its code.
pub(super) fn reason(code: &str, message: &str) -> Reason {
    Reason { code: code.to_owned(), message: Some(message.to_owned()), rule: None }
}

/// An event about an approval.
pub(super) fn event(kind: EventType, who: Actor, bound: &Bound) -> Event {
    let mut event = Event::new(kind, who);
    event.tenant.clone_from(&bound.tenant);
    event.action = Some(cut(&bound.action()));
    event.resource = Some(cut(&bound.resource));
    event.environment.clone_from(&bound.environment);
    event.tier = Some(bound.tier as u8);
    event.action_hash = Some(bound.hash.clone());
    event.policy_hash = Some(bound.policy_hash.clone());
    event.approval = Some(bound.id.clone());
    event
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… (cut; {} bytes in all)", &name[..end], name.len()),
        None => name.to_owned(),
    }
}

/// Logs an event and puts it into the outbox.
pub(super) fn tell(tx: &Tx<'_>, id: &str, event: &Event) -> Result<(), StoreError> {
    let Some(seq) = tx.append(event)?.seq() else {
        return Err(StoreError::other("an entry on an approval was dropped; approvals are never sampled"));
    };
    let mut insert = tx.sql().prepare_cached("INSERT INTO outbox (event, approval, entry) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![event.kind.name(), id, int(seq)])?;
    Ok(())
}

fn insert(tx: &Tx<'_>, standing: &Standing, token: TokenHash) -> Result<(), StoreError> {
    let bound = &standing.bound;
    let body = serde_json::to_string(bound).map_err(|e| StoreError::other(e.to_string()))?;
    let requester = bound.requester.os_user.clone().unwrap_or_else(|| bound.requester.name());
    let (boot, since) = standing.created.boot.clone().unzip();
    let sql = "INSERT INTO approval (id, state, requester, created, created_boot, created_boot_ms, ends, token, body) \
               VALUES (?1, 'pending', ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut insert = tx.sql().prepare_cached(sql)?;
    insert.execute(params![
        bound.id,
        requester,
        standing.created.wall,
        boot,
        since,
        standing.ends(),
        token.to_store(),
        body
    ])?;
    Ok(())
}

fn update(tx: &Tx<'_>, standing: &Standing, before: State) -> Result<(), StoreError> {
    let granted = standing.granted.clone();
    let (boot, since) = granted.clone().and_then(|g| g.boot).unzip();
    let sql = "UPDATE approval SET state = ?1, granted = ?2, granted_boot = ?3, granted_boot_ms = ?4, ends = ?5 \
               WHERE id = ?6 AND state = ?7";
    let changed = tx.sql().prepare_cached(sql)?.execute(params![
        standing.state.name(),
        granted.map(|g| g.wall),
        boot,
        since,
        standing.ends(),
        standing.bound.id,
        before.name()
    ])?;
    match changed {
        1 => Ok(()),
        n => Err(StoreError::other(format!("{} was to change once and changed {n} times", standing.bound.id))),
    }
}
