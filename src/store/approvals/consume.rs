//! Using an approval, once.

use std::fmt;

use serde_json::json;

use super::change::{event, is_requester, load, reason, step, tell};
use super::{Answer, Context, Refused, actor_of, read};
use crate::approvals::state::Event as Step;
use crate::approvals::token::TokenHash;
use crate::approvals::{Cast, Party, Purpose, Standing, State, quorum};
use crate::audit::kind::EventType;
use crate::store::error::StoreError;
use crate::store::{Store, Tx};

/// What is presented for use.
#[derive(Clone, Debug)]
pub struct Presented<'a> {
    /// The approval's id.
    pub id: &'a str,
    /// The hash of the token.
    pub token: TokenHash,
    /// Whose it is to be.
    pub tenant: &'a str,
    /// Who presents it.
    pub who: &'a Party,
    /// The hash of what is about to happen; `None` for an override, whose scope the caller holds it to.
    pub hash: Option<&'a str>,
    /// What it is to be used for.
    pub purpose: Purpose,
    /// Where it is to be used.
    pub environment: Option<&'a str>,
    /// The votes whose signatures were verified for this use; where only signed votes count, no others do.
    pub verified: &'a [Cast],
}

/// Why an approval that was presented does not hold. Each has a code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// The token is not its.
    WrongToken,
    /// It is another tenant's.
    WrongTenant,
    /// Somebody else asked for it.
    WrongRequester,
    /// It is for something else.
    WrongHash,
    /// It is for another purpose.
    WrongPurpose,
    /// It is for another environment.
    WrongEnvironment,
    /// Where only signed votes count: the signatures of its votes do not hold.
    WrongSignature,
    /// Its time is over.
    Expired,
    /// It was used.
    AlreadyUsed,
    /// It waits for votes.
    NotApproved,
    /// It was rejected.
    Rejected,
    /// It was revoked or cancelled.
    Revoked,
}

impl Invalid {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Invalid::WrongToken => "wrong_token",
            Invalid::WrongTenant => "wrong_tenant",
            Invalid::WrongRequester => "wrong_requester",
            Invalid::WrongHash => "wrong_hash",
            Invalid::WrongPurpose => "wrong_purpose",
            Invalid::WrongEnvironment => "wrong_environment",
            Invalid::WrongSignature => "wrong_signature",
            Invalid::Expired => "expired",
            Invalid::AlreadyUsed => "already_used",
            Invalid::NotApproved => "not_approved",
            Invalid::Rejected => "rejected",
            Invalid::Revoked => "revoked",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Invalid::WrongToken => "the token does not belong to this approval",
            Invalid::WrongTenant => "the approval belongs to another tenant",
            Invalid::WrongRequester => "somebody else asked for this approval",
            Invalid::WrongHash => "what is about to happen is not what was approved",
            Invalid::WrongPurpose => "the approval is for another purpose",
            Invalid::WrongEnvironment => "the approval is for another environment",
            Invalid::WrongSignature => "the signatures of its votes do not hold, see `govctl approvals verify`",
            Invalid::Expired => "the approval's time is over",
            Invalid::AlreadyUsed => "the approval was used already",
            Invalid::NotApproved => "the approval still waits for votes",
            Invalid::Rejected => "the approval was rejected",
            Invalid::Revoked => "the approval was revoked",
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message(), self.code())
    }
}

impl Store {
    /// Uses an approval: after this it is used, whatever becomes of the action. What does not hold is logged and changes
    /// nothing.
    ///
    /// # Errors
    /// There is no such approval; the disk. Then nothing may happen.
    pub fn consume_approval(&mut self, context: &Context<'_>, presented: &Presented<'_>) -> Result<Answer, StoreError> {
        self.change(|tx| {
            let stored = load(tx, context, presented.id)?;
            let standing = stored.standing;
            // The token is compared whatever else is wrong.
            let is_its_token = TokenHash::stored(stored.token).matches(&presented.token);
            let wrong = match is_its_token {
                true => match judge(&standing, presented) {
                    None if !is_signed(tx, context, &standing, presented.verified)? => Some(Invalid::WrongSignature),
                    wrong => wrong,
                },
                false => Some(Invalid::WrongToken),
            };
            let Some(why) = wrong else {
                let told = |e: &mut crate::audit::Event| {
                    e.data = Some(json!({ "purpose": presented.purpose.name(), "nonce": standing.bound.nonce }));
                };
                return step(tx, context, standing.clone(), Step::Consumed, actor_of(presented.who), told);
            };
            let mut event = event(EventType::ApprovalInvalid, actor_of(presented.who), &standing.bound);
            event.reasons = vec![reason(why.code(), why.message())];
            event.outcome = Some(why.code().to_owned());
            event.data = Some(json!({ "tenant": presented.tenant, "hash": presented.hash }));
            tell(tx, presented.id, &event)?;
            Ok(Answer { standing, refused: Some(Refused::Invalid(why)) })
        })
    }
}

/// Whether the votes that were verified suffice by themselves, where only signed ones count.
fn is_signed(tx: &Tx<'_>, context: &Context<'_>, standing: &Standing, verified: &[Cast]) -> Result<bool, StoreError> {
    let suspended = read::suspended(tx.sql())?;
    let rules = context.rules(&standing.bound, &suspended);
    if !rules.signed_votes {
        return Ok(true);
    }
    let mut votes = read::votes(tx.sql(), &standing.bound.id)?;
    votes.retain(|vote| verified.contains(vote));
    let tally = quorum::count(&rules, &standing.bound, &votes);
    Ok(standing.due(&tally, context.policy_hash, context.now).is_none())
}

fn judge(standing: &Standing, presented: &Presented<'_>) -> Option<Invalid> {
    let bound = &standing.bound;
    if bound.tenant != presented.tenant {
        return Some(Invalid::WrongTenant);
    }
    if !is_requester(&bound.requester, presented.who) {
        return Some(Invalid::WrongRequester);
    }
    if bound.purpose != presented.purpose {
        return Some(Invalid::WrongPurpose);
    }
    if bound.environment.as_deref() != presented.environment {
        return Some(Invalid::WrongEnvironment);
    }
    if presented.hash.is_some_and(|hash| hash != bound.hash) || (presented.hash.is_none() && bound.scope.is_none()) {
        return Some(Invalid::WrongHash);
    }
    match standing.state {
        State::Approved => None,
        State::Pending => Some(Invalid::NotApproved),
        State::Consumed => Some(Invalid::AlreadyUsed),
        State::Rejected => Some(Invalid::Rejected),
        State::Expired => Some(Invalid::Expired),
        State::Revoked | State::Cancelled => Some(Invalid::Revoked),
    }
}
