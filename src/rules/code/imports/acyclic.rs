//! Kind `acyclic`: no import leads back to where it started.

use std::collections::BTreeSet;

use super::super::rule::Draft;
use super::Case;

/// Checks the contract: one finding a circle, at the import of its first module (by name).
pub(super) fn check(case: &Case<'_>, out: &mut Vec<(usize, Draft)>) {
    let bound: BTreeSet<usize> = case.bound().into_iter().collect();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for file in &bound {
        if told.contains(file) {
            continue;
        }
        let Some((first, way)) = circle(case, *file, &bound) else { continue };
        told.extend(way.iter().copied());
        if let Some(import) = case.program.file(*file).facts.imports.get(first) {
            let message = format!("imports lead in a circle: {} → {}", case.graph.chain(&way), case.graph.name(*file));
            out.push(case.draft(*file, import.place, import.def, message));
        }
    }
}

/// The shortest way from a file back to itself.
fn circle(case: &Case<'_>, file: usize, bound: &BTreeSet<usize>) -> Option<(usize, Vec<usize>)> {
    let counts =
        |from: usize, import: usize| case.program.file(from).facts.imports.get(import).is_some_and(|i| case.counts(i));
    let passes = |to: usize| bound.contains(&to);
    let ends = |to: usize| passes(to) && case.graph.from(to).iter().any(|e| e.to == file && counts(to, e.import));
    case.graph.way(file, counts, passes, ends)
}
