//! The sections of governance.toml as types: one file per section, every key a field, every default beside its field, every
//! doc comment the documentation that `policy explain` and the JSON Schema show.
//!
//! These types are the one source of truth. schemars makes the JSON Schema from them; [`super::shape`] reads that schema back
//! and checks the text against it with spans; serde makes the values from what passed. Spans live in the tree
//! ([`super::tree`]), not here: a value of these types may come from several files or from a default. Nothing here uses serde's
//! `flatten` or `untagged`.

#[macro_use]
pub(crate) mod macros;

pub mod approvals;
pub mod audit;
pub mod budgets;
pub mod checks;
pub mod compliance;
pub mod compound;
pub mod events;
pub mod imports;
pub mod policies;
pub mod reputation;
pub mod risk;
pub mod rules;
pub mod security;
pub mod values;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// A table whose keys are names that the user chooses.
pub type Names<T> = BTreeMap<String, T>;

/// Makes the schema of one type, with what it refers to.
pub type MakeSchema = fn(SchemaGenerator) -> Schema;

/// The schema of one type, with what it refers to.
pub fn schema_of<T: JsonSchema>(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<T>()
}

/// The keys of [`File`], each with what makes its schema: a file that has some sections needs no schema of the others.
pub const SECTIONS: [(&str, MakeSchema); 11] = [
    ("include", schema_of::<Vec<String>>),
    ("policies", schema_of::<policies::Policies>),
    ("checks", schema_of::<checks::Checks>),
    ("approvals", schema_of::<approvals::Approvals>),
    ("approvers", schema_of::<approvals::Approvers>),
    ("reputation", schema_of::<reputation::Reputation>),
    ("budgets", schema_of::<budgets::Budgets>),
    ("audit", schema_of::<audit::Audit>),
    ("events", schema_of::<events::Events>),
    ("security", schema_of::<events::Security>),
    ("compliance", schema_of::<compliance::Compliance>),
];

section! {
    /// The whole of governance.toml. Every key is optional unless its description says required; an unknown key is an error.
    pub struct File {
        /// Files that are merged into this one, named relative to it. Tables merge and `[[lists]]` are joined; any other key that
        /// stands in two files is an error.
        pub include: Vec<String>,
        /// What may be done, and how strictly the rules are enforced.
        pub policies: policies::Policies,
        /// What may be in the repository.
        pub checks: checks::Checks,
        /// How people agree to what needs their consent.
        pub approvals: approvals::Approvals,
        /// Who may agree.
        pub approvers: approvals::Approvers,
        /// What an actor's record is worth.
        pub reputation: reputation::Reputation,
        /// What may be spent.
        pub budgets: budgets::Budgets,
        /// What is remembered.
        pub audit: audit::Audit,
        /// Who is told of what, beside the log.
        pub events: events::Events,
        /// What happens after an incident.
        pub security: events::Security,
        /// Standards the configuration is held against.
        pub compliance: compliance::Compliance,
    }
}
