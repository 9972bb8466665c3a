//! A vote: its canonical form, which is what a signature is over, and how sure it is whose it is.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Bound;
use crate::plan::canonical;
use crate::policy::raw::macros::choices;

/// What SSH signatures of votes are for (`ssh-keygen -Y sign -n`).
pub const NAMESPACE: &str = "govctl.vote";

choices! {
    /// What somebody votes for.
    pub enum Choice {
        /// No.
        Reject = "reject",
        /// Yes.
        Approve = "approve",
    }

    /// How sure it is who votes; the order counts.
    pub enum Strength {
        /// They say so.
        Claimed = "claimed",
        /// The operating system says so.
        OsUser = "os_user",
        /// Their key says so.
        SshSignature = "ssh_signature",
    }
}

/// What a vote says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// The approval.
    pub approval: String,
    /// When: RFC 3339, UTC.
    pub at: String,
    /// Yes or no.
    pub choice: Choice,
    /// Why.
    pub comment: String,
    /// The hash of what is agreed to.
    pub hash: String,
    /// The policy it is agreed to under.
    pub policy_hash: String,
    /// The tenant.
    pub tenant: String,
    /// The approver's id.
    pub voter: String,
}

/// A vote as it was cast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cast {
    /// What it says.
    pub ballot: Ballot,
    /// How sure it is who voted.
    pub strength: Strength,
    /// The user of this machine who cast it.
    pub os_user: Option<String>,
    /// The public key that the signature was verified with.
    pub key: Option<String>,
    /// The SSH signature over the canonical form.
    pub signature: Option<String>,
}

impl Ballot {
    /// A vote on an approval.
    pub fn on(bound: &Bound, voter: &str, choice: Choice, comment: &str, at: String) -> Self {
        Self {
            approval: bound.id.clone(),
            at,
            choice,
            comment: comment.to_owned(),
            hash: bound.hash.clone(),
            policy_hash: bound.policy_hash.clone(),
            tenant: bound.tenant.clone(),
            voter: voter.to_owned(),
        }
    }

    /// Whether it is about this approval and nothing else.
    pub fn is_on(&self, bound: &Bound) -> bool {
        self.approval == bound.id
            && self.hash == bound.hash
            && self.policy_hash == bound.policy_hash
            && self.tenant == bound.tenant
    }

    /// The bytes that are signed.
    pub fn canonical(&self) -> String {
        canonical::to_string(&json!({
            "approval": self.approval, "at": self.at, "choice": self.choice.name(), "comment": self.comment,
            "hash": self.hash, "policy_hash": self.policy_hash, "tenant": self.tenant, "v": "govctl.vote/1",
            "voter": self.voter,
        }))
    }
}

/// Type and body of a public key without its comment, to compare keys by.
pub fn key_body(key: &str) -> String {
    key.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
