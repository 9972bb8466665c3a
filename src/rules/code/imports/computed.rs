//! Imports whose name is computed when the program runs: no contract can be held against them.

use std::collections::BTreeMap;

use super::super::config::Contract;
use super::super::program::Program;
use super::super::rule::{Class, Draft, File, Found, Level, info};
use super::graph::Graph;
use super::{Case, ContractKind};
use crate::finding::{RuleInfo, Severity};

/// The rule.
pub const INFO: RuleInfo = info(
    "imports/computed",
    "An import whose name is computed",
    Severity::Medium,
    "importlib.import_module(name), __import__(name), require(name) and import(name) import what nobody can tell by \
     reading; contracts cannot be held against them.",
    "Import by a literal name, or from a table of literal names.",
);

/// Reports computed imports of every module that a contract binds, once each.
pub(super) fn check(program: &Program<'_>, graph: &Graph, contracts: &[Contract], out: &mut Vec<(usize, Draft)>) {
    let mut levels: BTreeMap<usize, Level> = BTreeMap::new();
    for contract in contracts.iter().filter(|c| c.kind != ContractKind::ForbiddenCalls) {
        let level = match contract.dynamic.as_deref() {
            Some("ignore") => continue,
            Some("error") => Level::Block(Severity::High),
            _ => Level::Warn(Severity::Medium),
        };
        for file in (Case { contract, program, graph }).bound() {
            let known = levels.entry(file).or_insert(level);
            if matches!(level, Level::Block(_)) {
                *known = level;
            }
        }
    }
    for (index, level) in levels {
        let file = program.file(index);
        if file.class != Class::Test {
            out.extend(of_file(&file, level).into_iter().map(|draft| (index, draft)));
        }
    }
}

fn of_file(file: &File<'_>, level: Level) -> Vec<Draft> {
    let computed = file.facts.imports.iter().filter(|i| i.kind.computed);
    let found = computed.map(|i| Found { place: i.place, def: i.def, message: None });
    found.filter_map(|f| Draft::new(&INFO, level, file, f)).collect()
}
