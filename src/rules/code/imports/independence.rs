//! Kind `independence`: none of these imports another, directly or through what is in none of them.

use super::super::rule::Draft;
use super::{Case, patterns};

/// Checks the contract.
pub(super) fn check(case: &Case<'_>, out: &mut Vec<(usize, Draft)>) {
    let groups = patterns(&case.contract.modules);
    let group = |file: usize| groups.iter().position(|p| p.covers(case.graph.name(file)));
    for file in case.bound() {
        let Some(own) = group(file) else { continue };
        let facts = case.program.file(file).facts;
        let counts = |from: usize, import: usize| {
            case.program.file(from).facts.imports.get(import).is_some_and(|i| case.counts(i))
        };
        let passes = |to: usize| group(to).is_none() && case.speaks_of(to);
        let ends = |to: usize| group(to).is_some_and(|g| g != own);
        let Some((first, way)) = case.graph.way(file, counts, passes, ends) else { continue };
        let Some(import) = facts.imports.get(first) else { continue };
        let message = format!("independent modules import one another: {}", case.graph.chain(&way));
        out.push(case.draft(file, import.place, import.def, message));
    }
}
