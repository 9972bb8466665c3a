//! Votes, and taking them back.

use rusqlite::params;
use serde_json::json;

use super::change::{event, load, settle, tell};
use super::read;
use super::{Answer, Context, Refused};
use crate::approvals::Cast;
use crate::approvals::state::{Event as Step, Refusal, next};
use crate::audit::Actor;
use crate::audit::kind::EventType;
use crate::store::error::StoreError;
use crate::store::{Store, Tx};

impl Store {
    /// Casts a vote. Whether its signature holds, the caller has verified.
    ///
    /// # Errors
    /// There is no such approval; the disk.
    pub fn vote(&mut self, context: &Context<'_>, vote: &Cast) -> Result<Answer, StoreError> {
        self.change(|tx| {
            let standing = load(tx, context, &vote.ballot.approval)?.standing;
            let refuse = |standing, why| Ok(Answer { standing, refused: Some(why) });
            if let Err(why) = next(standing.state, Step::Granted, standing.is_over(context.now)) {
                return refuse(standing, Refused::State(why));
            }
            let suspended = read::suspended(tx.sql())?;
            let seats = match context.rules(&standing.bound, &suspended).seats_of(&standing.bound, vote) {
                Ok(seats) => seats,
                Err(why) => return refuse(standing, Refused::Voter(why)),
            };
            if has_voted(tx, vote)? {
                return refuse(standing, Refused::AlreadyVoted);
            }
            insert(tx, vote)?;
            let mut event = event(EventType::ApprovalVote, actor(context, vote), &standing.bound);
            event.outcome = Some(vote.ballot.choice.name().to_owned());
            event.data = Some(json!({
                "comment": vote.ballot.comment, "advisory": seats.is_empty(), "ballot": vote.ballot.canonical(),
                "signature": vote.signature,
            }));
            tell(tx, &standing.bound.id, &event)?;
            Ok(Answer { standing: settle(tx, context, standing)?, refused: None })
        })
    }

    /// Takes a vote back.
    ///
    /// # Errors
    /// There is no such approval; the disk.
    pub fn withdraw_vote(
        &mut self,
        context: &Context<'_>,
        id: &str,
        voter: &str,
        os_user: Option<&str>,
    ) -> Result<Answer, StoreError> {
        self.change(|tx| {
            let standing = load(tx, context, id)?.standing;
            if standing.state.is_final() {
                let why = Refusal::Final(standing.state);
                return Ok(Answer { standing, refused: Some(Refused::State(why)) });
            }
            let cast = read::votes(tx.sql(), id)?.into_iter().find(|v| v.ballot.voter == voter);
            let Some(cast) = cast.filter(|c| c.os_user.is_none() || c.os_user.as_deref() == os_user) else {
                return Ok(Answer { standing, refused: Some(Refused::NoVote) });
            };
            let sql = "UPDATE vote SET withdrawn = 1 WHERE approval = ?1 AND voter = ?2 AND withdrawn = 0";
            tx.sql().execute(sql, [id, voter])?;
            let mut event = event(EventType::ApprovalVote, actor(context, &cast), &standing.bound);
            event.outcome = Some("withdrawn".to_owned());
            tell(tx, id, &event)?;
            Ok(Answer { standing: settle(tx, context, standing)?, refused: None })
        })
    }
}

fn actor(context: &Context<'_>, vote: &Cast) -> Actor {
    let voter = &vote.ballot.voter;
    let is_agent = context.policy.sections().approvers.agent.iter().any(|a| a.id == *voter);
    let kind = if is_agent { "agent" } else { "user" };
    Actor { auth: Some(vote.strength.name().to_owned()), ..Actor::new(kind, voter) }
}

fn has_voted(tx: &Tx<'_>, vote: &Cast) -> Result<bool, StoreError> {
    let votes = read::votes(tx.sql(), &vote.ballot.approval)?;
    Ok(votes.iter().any(|v| v.ballot.voter == vote.ballot.voter))
}

fn insert(tx: &Tx<'_>, vote: &Cast) -> Result<(), StoreError> {
    let body = serde_json::to_string(vote).map_err(|e| StoreError::other(e.to_string()))?;
    let mut insert = tx.sql().prepare_cached("INSERT INTO vote (approval, voter, body) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![vote.ballot.approval, vote.ballot.voter, body])?;
    Ok(())
}
