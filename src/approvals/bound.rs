//! What an approval binds. Nothing of it changes once it was asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::canonical;
use crate::policy::raw::approvals::Strategy;
use crate::policy::raw::macros::choices;
use crate::policy::raw::values::Tier;

choices! {
    /// What an approval is for.
    pub enum Purpose {
        /// Letting an action or a plan happen.
        Action = "action",
        /// Letting a blocked check pass.
        Override = "override",
        /// Trusting a policy.
        PolicyTrust = "policy_trust",
        /// Letting a suspended actor act again.
        Resume = "resume",
    }
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 4] = [Purpose::Action, Purpose::Override, Purpose::PolicyTrust, Purpose::Resume];
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// A name, unique among its kind.
    pub id: String,
    /// `user`, `agent` or `system`.
    pub kind: String,
    /// The person an agent acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// The user of this machine that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_user: Option<String>,
}

impl Party {
    /// `kind:id`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }
}

/// What is hashed to name exactly what may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// One action.
    Action,
    /// A plan of steps.
    Plan,
}

/// What an approval binds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// The names of the actions, each once.
    pub actions: Vec<String>,
    /// The action or plan itself.
    pub document: Value,
    /// Where it is to happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether the document is an action or a plan.
    pub form: Form,
    /// Its hash, `sha256:<hex>`.
    pub hash: String,
    /// The approval's id.
    pub id: String,
    /// Why it is asked for.
    pub justification: String,
    /// Makes two requests for the same thing two.
    pub nonce: String,
    /// The hash of the policy it was asked for under.
    pub policy_hash: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Who asks.
    pub requester: Party,
    /// What it is done to.
    pub resource: String,
    /// What an override covers: a rule's id or a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How many must agree.
    pub strategy: Strategy,
    /// Whose it is, where several share a store.
    pub tenant: String,
    /// How dangerous it is.
    pub tier: Tier,
    /// How long votes are waited for, in milliseconds.
    pub ttl: i64,
    /// How long it may be used once granted, in milliseconds.
    pub use_within: i64,
    /// How long silence must last before it agrees, in milliseconds (`time-based` only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ripens: Option<i64>,
    /// What makes it that dangerous.
    pub why: Vec<String>,
}

impl Bound {
    /// The hash that the document has.
    pub fn computed_hash(&self) -> String {
        let kind = match self.form {
            Form::Action => "action",
            Form::Plan => "plan",
        };
        canonical::hash(kind, &self.document)
    }

    /// The actions in one line.
    pub fn action(&self) -> String {
        self.actions.join(", ")
    }
}
