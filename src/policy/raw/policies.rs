//! `[policies]`: how strictly, and what may be done.

use super::Names;
use super::risk::{Quality, Risk};
use super::rules::{ActionDeclaration, Constitution, Rule};
use super::security::{Agent, Capability, Contract, Files, Network, Operational, Resource, Security};

section! {
    /// How strictly the policy is enforced, and what may be done.
    pub struct Policies {
        /// The schema's version, `1.0`. A file that does not say it draws a warning.
        pub version: Option<Version>,
        /// How strictly, where no environment says otherwise.
        pub enforcement_mode: EnforcementMode,
        /// Environments by name, chosen by `--env` or GOVCTL_ENV. A name that is not listed gets the strictest of all that are.
        pub environments: Names<Environment>,
        /// Thresholds of the work itself.
        pub quality: Quality,
        /// Prohibitions that nobody can override.
        pub constitution: Vec<Constitution>,
        /// The closed vocabulary of actions. An action that is named nowhere in the policy is rejected.
        pub action: Vec<ActionDeclaration>,
        /// Who may do what.
        pub rule: Vec<Rule>,
        /// How dangerous an action is.
        pub risk: Risk,
        /// What a request and its command lines may contain.
        pub security: Security,
        /// Which files may be read and written.
        pub files: Files,
        /// Which hosts may be reached.
        pub network: Network,
        /// Limits of the machine and of request rates.
        pub resource: Resource,
        /// Defaults for whole kinds of operations.
        pub operational: Operational,
        /// Least privilege, per agent.
        pub agents: Names<Agent>,
        /// Limits per tool.
        pub capabilities: Names<Capability>,
        /// What a finished task must hand in.
        pub contract: Contract,
    }

    /// One environment.
    pub struct Environment {
        /// How strictly here. Default: `policies.enforcement_mode`.
        pub enforcement_mode: Option<EnforcementMode>,
        /// Whether a block may be overridden here.
        pub r#override: Override,
        /// Only votes with an SSH signature count.
        pub signed_votes: bool,
        /// `govctl run` refuses to start where the kernel cannot enforce the limits.
        pub sandbox: bool,
        /// Everything is rejected until an approver has trusted this very policy (`govctl policy trust`).
        pub trusted_policy: bool,
    }
}

choices! {
    /// The version of the schema.
    pub enum Version {
        /// The only one there is.
        V1 = "1.0",
    }

    /// How strictly the policy is enforced.
    pub enum EnforcementMode {
        /// What breaks the policy is blocked.
        Strict = "strict",
        /// It is reported; the exit status stays 0.
        Permissive = "permissive",
        /// It is recorded in the log and nothing is said.
        AuditOnly = "audit-only",
    }

    /// Whether a block may be overridden.
    pub enum Override {
        /// Never.
        Forbidden = "forbidden",
        /// By an approval.
        Approved = "approved",
        /// By votes that are signed.
        Signed = "signed",
    }
}
