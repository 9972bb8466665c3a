//! Kind `protected`: only these may import it.

use super::super::rule::Draft;
use super::{Case, covers, patterns};

/// Checks the contract.
pub(super) fn check(case: &Case<'_>, out: &mut Vec<(usize, Draft)>) {
    let protected = patterns(&case.contract.modules);
    let importers = patterns(&case.contract.importers);
    for file in (0..case.program.len()).filter(|f| case.speaks_of(*f)) {
        let name = case.graph.name(file);
        if covers(&protected, name) || covers(&importers, name) {
            continue;
        }
        for (at, import) in case.program.file(file).facts.imports.iter().enumerate().filter(|(_, i)| case.counts(i)) {
            let target = case.graph.target(file, at);
            if covers(&protected, target) || case.leads(file, at).is_some_and(|to| covers(&protected, to)) {
                let message =
                    format!("{name} may not import {target}; only {} may", case.contract.importers.join(", "));
                out.push(case.draft(file, import.place, import.def, message));
            }
        }
    }
}
