//! A function that returns what it made up.

use super::super::facts::NOWHERE;
use super::super::rule::{CodeRule, File, Found, callee, info};
use super::{BLOCK, Grade, grade};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/returns-fabricated",
        "A function returns fabricated data",
        Severity::High,
        "The value of a draw or a generator flows into what the function returns; whoever calls it cannot tell.",
        "Return what was measured or stored, or raise an error where there is nothing.",
    ),
    levels: BLOCK,
    check,
};

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for call in file.facts.calls.iter().filter(|c| c.returned_by != NOWHERE && grade(file, c) == Grade::Loud) {
        let name = file.facts.symbol(call.returned_by);
        out.push(Found::at(call, format!("{name} returns what {} makes up", callee(file.facts, call))));
    }
}
