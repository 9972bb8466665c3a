//! Rules that read code as code.
//!
//! One adapter per language turns a file into one set of [`facts::Facts`]; the families [`synthetic`], [`imports`] and
//! [`standards`] read nothing else. A file is parsed once, whatever is asked of it. [`file`] runs the rules over one file,
//! [`program`] those that need all of them.

pub mod builder;
pub mod catalogue;
pub mod config;
pub mod depth;
pub mod detail;
pub mod facts;
pub mod follow;
pub mod go;
pub mod guard;
pub mod imports;
pub mod incidental;
pub mod javascript;
pub mod lines;
pub mod modules;
pub mod names;
pub mod notebook;
pub mod pattern;
pub mod pieces;
pub mod program;
pub mod python;
pub mod read;
pub mod rule;
pub mod rust;
mod searcher;
pub mod standards;
mod suspect;
pub mod synthetic;
mod unparsed;

use config::CodeConfig;
use facts::Facts;
pub use imports::Outcome;
use program::{Member, Program};
use rule::{Class, Draft, File};

use crate::finding::RuleInfo;

/// Which families run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Families {
    /// `synthetic`.
    pub synthetic: bool,
    /// `imports`.
    pub imports: bool,
    /// `standards`.
    pub standards: bool,
}

impl Families {
    /// Whether any runs.
    pub fn any(self) -> bool {
        self.synthetic || self.imports || self.standards
    }
}

/// Runs every rule that needs one file only.
pub fn check_file(path: &str, class: Class, facts: &Facts, config: &CodeConfig, families: Families) -> Vec<Draft> {
    let file = File { path, class, facts, config };
    let mut out = Vec::new();
    unparsed::check(&file, &mut out);
    if families.synthetic {
        synthetic::check(&file, &mut out);
    }
    if families.standards {
        standards::check(&file, &mut out);
    }
    out
}

/// What the files of a run are of all there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them: a pattern that matches no module is a mistake.
    Everything,
    /// Those that a commit changes.
    Changes,
    /// Some.
    Part,
}

/// Runs every rule that needs all files, which are sorted by path; but for `synthetic::calls_fabricator`, which decides
/// what is read and so has run ([`follow`]).
pub fn check_program(members: &[Member], config: &CodeConfig, families: Families, scope: Scope) -> Outcome {
    let program = Program::new(members, config);
    let complete = scope == Scope::Everything;
    let mut out = if families.imports { imports::check(&program, config, complete) } else { Outcome::default() };
    let asks_for_tests = families.standards && config.standards.as_ref().is_some_and(|s| s.require_tests);
    if scope == Scope::Changes && asks_for_tests {
        out.drafts.extend(standards::tests_required::check(members));
    }
    out
}

/// Every built-in rule over code, sorted by id.
pub fn rules() -> Vec<RuleInfo> {
    let mut out: Vec<_> = synthetic::RULES.iter().map(|r| r.info.clone()).collect();
    out.push(unparsed::INFO);
    out.push(imports::COMPUTED);
    out.extend(standards::infos());
    out.sort_by(|a, b| a.id.cmp(&b.id));
    out
}

/// The same and the rules and contracts of a policy.
pub fn rules_of(config: &CodeConfig) -> Vec<RuleInfo> {
    let mut out = rules();
    out.extend(synthetic::custom_infos(&config.synthetic.rule));
    out.extend(imports::infos(&config.imports.contract));
    out.sort_by(|a, b| a.id.cmp(&b.id));
    out
}
