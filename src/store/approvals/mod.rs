//! The queue of approvals. Every change of one is a transaction that holds the write lock from its beginning: read, settle
//! what is due (time, policy, suspensions), ask `approvals::state` whether the change may happen, write the new state, one
//! audit entry and one row of the outbox for each transition, commit.
//!
//! Each change is exactly one entry. A vote that reaches the quorum makes two changes, and so two entries: the vote is cast
//! (`approval.vote`), and the approval is granted or rejected (`approval.granted`, `approval.rejected`).
//!
//! | file | what it holds |
//! |---|---|
//! | `read` | approvals, votes and ids out of the tables |
//! | `change` | the one way to a new state |
//! | `vote` | votes, and taking them back |
//! | `consume` | using an approval, once |
//! | `follow` | what an override leaves to be looked into |

mod change;
mod consume;
mod follow;
mod read;
mod vote;

use std::collections::BTreeSet;
use std::fmt;

pub use consume::{Invalid, Presented};
pub use follow::FollowUp;
pub use read::{Wanted, Which};

use super::StoreError;
use crate::approvals::state::Refusal;
use crate::approvals::{Bound, Ineligible, Moment, Purpose, Rules, Standing};
use crate::audit::Actor;
use crate::policy::raw::policies::Override;
use crate::policy::{Environment, Policy};

/// What every step depends on: the policy in force and the time.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Its hash.
    pub policy_hash: &'a str,
    /// The time.
    pub now: &'a Moment,
}

/// How a command on an approval ended; the approval as it is now.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The approval.
    pub standing: Standing,
    /// Why the command was refused, if it was.
    pub refused: Option<Refused>,
}

/// Why a command on an approval is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its state does not allow it.
    State(Refusal),
    /// The voter may not vote.
    Voter(Ineligible),
    /// The voter has voted.
    AlreadyVoted,
    /// There is no vote to take back.
    NoVote,
    /// Only the requester may do this.
    NotRequester,
    /// It was presented for use and does not hold.
    Invalid(Invalid),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::State(Refusal::Final(state)) => write!(f, "it is {} and stays so", state.name()),
            Refused::State(Refusal::TimeOver) => f.write_str("its time is over"),
            Refused::State(Refusal::NotYet) => f.write_str("its time is not over"),
            Refused::State(Refusal::NotApproved) => f.write_str("it is not approved"),
            Refused::State(Refusal::AlreadyApproved) => {
                f.write_str("it is approved already; an approver can withdraw a vote")
            }
            Refused::Voter(why) => why.fmt(f),
            Refused::AlreadyVoted => f.write_str("this approver has voted already; withdraw that vote first"),
            Refused::NoVote => f.write_str("this approver has not voted"),
            Refused::NotRequester => f.write_str("only who asked for it may do this"),
            Refused::Invalid(why) => why.fmt(f),
        }
    }
}

impl Context<'_> {
    /// Whether only signed votes count for an approval.
    pub fn wants_signatures(&self, bound: &Bound) -> bool {
        self.rules(bound, &BTreeSet::new()).signed_votes
    }

    /// The rules of today for an approval. How strict its environment is, the policy says, not who looks at it.
    pub fn rules<'r>(&'r self, bound: &Bound, suspended: &'r BTreeSet<String>) -> Rules<'r> {
        let environment = Environment::resolve(&self.policy.sections().policies, bound.environment.as_deref());
        let must_sign = bound.purpose == Purpose::Override && environment.r#override == Override::Signed;
        let at = jiff::Timestamp::from_millisecond(self.now.wall).unwrap_or(jiff::Timestamp::MIN);
        Rules {
            approvals: &self.policy.sections().approvals,
            approvers: &self.policy.sections().approvers,
            today: at.to_zoned(jiff::tz::TimeZone::UTC).date(),
            signed_votes: environment.signed_votes || must_sign,
            suspended,
        }
    }
}

/// An approval that is not there.
fn unknown(id: &str) -> StoreError {
    StoreError::other(format!("no approval has the id `{id}`; see `govctl approvals list --all`"))
}

/// Somebody as an actor of the log.
fn actor_of(party: &crate::approvals::Party) -> Actor {
    Actor {
        auth: Some(if party.os_user.as_deref() == Some(&party.id) { "os_user" } else { "claimed" }.to_owned()),
        id: party.id.clone(),
        kind: party.kind.clone(),
        on_behalf_of: party.on_behalf_of.clone(),
    }
}
