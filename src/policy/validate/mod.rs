//! What the shape of a policy does not show. One file per section; each returns every mistake it finds.

pub mod approvals;
pub mod audit;
pub mod checks;
pub mod conditions;
pub mod cursor;
pub mod imports;
pub mod names;
pub mod reputation;
pub mod risk;
pub mod rule_ids;
pub mod rules;
pub mod security;

use super::Context;
use super::mistake::Mistake;
use super::raw::File;
use super::tree::Table;
use cursor::Cursor;

/// What the judges of the sections look at.
pub struct Judge<'t> {
    /// The typed values, with defaults.
    pub file: &'t File,
    /// Where everything stands.
    pub root: Cursor<'t>,
    /// Clock and environment.
    pub context: &'t Context,
    /// What they found.
    pub mistakes: Vec<Mistake>,
}

/// Judges every section.
pub fn all(file: &File, tree: &Table, context: &Context) -> Vec<Mistake> {
    let mut judge = Judge { file, root: Cursor::root(tree), context, mistakes: Vec::new() };
    for section in SECTIONS {
        section(&mut judge);
    }
    judge.mistakes
}

const SECTIONS: &[fn(&mut Judge<'_>)] = &[
    checks::judge,
    imports::judge,
    rules::judge,
    risk::judge,
    security::judge,
    approvals::judge,
    reputation::judge,
    audit::judge,
];

impl Judge<'_> {
    /// Adds a mistake.
    pub fn tell(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }
}
