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

/// A key whose schema is made by itself.
#[derive(Debug)]
pub enum Part {
    /// At once.
    Whole(&'static str, MakeSchema),
    /// Key by key: the table of that name in the document's `$defs`.
    Keys(&'static str, &'static str, &'static [Part]),
}

impl Part {
    /// The key.
    pub fn key(&self) -> &'static str {
        match self {
            Part::Whole(key, _) | Part::Keys(key, ..) => key,
        }
    }
}

/// The keys of [`File`]: a policy that has some of them needs no schema of the others.
pub static PARTS: [Part; 11] = [
    Part::Whole("include", schema_of::<Vec<String>>),
    Part::Keys("policies", "Policies", &POLICIES),
    Part::Keys("checks", "Checks", &CHECKS),
    Part::Whole("approvals", schema_of::<approvals::Approvals>),
    Part::Whole("approvers", schema_of::<approvals::Approvers>),
    Part::Whole("reputation", schema_of::<reputation::Reputation>),
    Part::Whole("budgets", schema_of::<budgets::Budgets>),
    Part::Whole("audit", schema_of::<audit::Audit>),
    Part::Whole("events", schema_of::<events::Events>),
    Part::Whole("security", schema_of::<events::Security>),
    Part::Whole("compliance", schema_of::<compliance::Compliance>),
];

static POLICIES: [Part; 16] = [
    Part::Whole("version", schema_of::<Option<policies::Version>>),
    Part::Whole("enforcement_mode", schema_of::<policies::EnforcementMode>),
    Part::Whole("environments", schema_of::<Names<policies::Environment>>),
    Part::Whole("quality", schema_of::<risk::Quality>),
    Part::Whole("constitution", schema_of::<Vec<rules::Constitution>>),
    Part::Whole("action", schema_of::<Vec<rules::ActionDeclaration>>),
    Part::Whole("rule", schema_of::<Vec<rules::Rule>>),
    Part::Whole("risk", schema_of::<risk::Risk>),
    Part::Whole("security", schema_of::<security::Security>),
    Part::Whole("files", schema_of::<security::Files>),
    Part::Whole("network", schema_of::<security::Network>),
    Part::Whole("resource", schema_of::<security::Resource>),
    Part::Whole("operational", schema_of::<security::Operational>),
    Part::Whole("agents", schema_of::<Names<security::Agent>>),
    Part::Whole("capabilities", schema_of::<Names<security::Capability>>),
    Part::Whole("contract", schema_of::<security::Contract>),
];

static CHECKS: [Part; 12] = [
    Part::Whole("exclude", schema_of::<Vec<values::Glob>>),
    Part::Whole("max_file_size", schema_of::<values::ByteSize>),
    Part::Whole("disable", schema_of::<Vec<values::RulePattern>>),
    Part::Whole("baseline", schema_of::<Option<String>>),
    Part::Whole("severity", schema_of::<Names<checks::SeverityOrOff>>),
    Part::Whole("per_path", schema_of::<Names<Vec<values::RulePattern>>>),
    Part::Whole("secrets", schema_of::<checks::Secrets>),
    Part::Whole("classes", schema_of::<checks::Classes>),
    Part::Whole("synthetic", schema_of::<checks::Synthetic>),
    Part::Whole("imports", schema_of::<imports::Imports>),
    Part::Whole("required_trailers", schema_of::<Vec<String>>),
    Part::Whole("suppressions", schema_of::<checks::Suppressions>),
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
