//! `[[policies.constitution]]`, `[[policies.action]]`, `[[policies.rule]]`: who may do what.

use super::Names;
use super::values::{ActorPattern, Conditions, Example, ParamType, Pattern, Tier};

section! {
    /// A prohibition that nobody can override.
    #[schemars(extend("required" = ["id", "statement", "deny_when"]))]
    pub struct Constitution {
        /// Required. Its name, unique.
        pub id: String,
        /// Required. The sentence itself; shown when it denies.
        pub statement: String,
        /// Required. The conditions under which an action is denied; all must hold.
        pub deny_when: Conditions,
    }

    /// An action that may be asked for.
    #[schemars(extend("required" = ["name"]))]
    pub struct ActionDeclaration {
        /// Required. Its name, unique.
        pub name: String,
        /// Its least risk.
        pub tier: Tier = Tier::Medium,
        /// A plan step's provider must be one of these; empty: any.
        pub providers: Vec<String>,
        /// Its parameters and their types; `?` after a type: optional. A parameter that is not named here is rejected.
        pub params: Names<ParamType>,
        /// Whether an agent may do it without a human principal.
        pub autonomous: bool = true,
    }

    /// Who may do what.
    #[schemars(extend("required" = ["id", "effect"]))]
    pub struct Rule {
        /// Required. Its name, unique.
        pub id: String,
        /// Required. What it does when it matches.
        pub effect: Effect = Effect::Forbid,
        /// Whether an approved override may lift it.
        pub level: Level,
        /// Who: `kind:id` globs, `role:NAME` or `level:NAME`; empty: everybody.
        pub actors: Vec<ActorPattern>,
        /// Globs of actions; empty: all.
        pub actions: Vec<Pattern>,
        /// Globs of resources; empty: all.
        pub resources: Vec<Pattern>,
        /// Conditions; all must hold. `eq` (default), in, prefix, suffix, glob, regex, lt, le, gt, ge, exists; any_of, all_of, not.
        pub when: Conditions,
        /// What is said when it decides.
        pub message: String,
        /// What to do instead.
        pub help: String,
        /// Requests it must match; run on load.
        pub r#match: Vec<Example>,
        /// Requests it must not match; run on load.
        pub not_match: Vec<Example>,
    }
}

choices! {
    /// What a rule does when it matches.
    pub enum Effect {
        /// Allows; without any permit a request is rejected.
        Permit = "permit",
        /// Rejects.
        Forbid = "forbid",
        /// Asks for approval.
        RequireApproval = "require_approval",
        /// Warns.
        Warn = "warn",
    }

    /// Whether an approved override may lift a rule.
    pub enum Level {
        /// Never.
        Hard = "hard",
        /// It yields to an approved override.
        Soft = "soft",
    }
}
