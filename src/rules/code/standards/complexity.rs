//! How many ways lead through a function (McCabe): 1, and one more for each branch, loop, handler, `and`/`or`, case.

use super::super::rule::{Found, info};
use super::{SEVERITY, StandardRule, functions};

/// The rule.
pub(super) const RULE: StandardRule = StandardRule {
    info: info(
        "standards/complexity",
        "A function has too many branches",
        SEVERITY,
        "Each branch is a case to test and to keep in mind; the limit is max_cyclomatic_complexity.",
        "Take parts out into functions of their own, return early, or put cases into a table.",
    ),
    check: |file, limits, out| {
        let max = limits.max_cyclomatic_complexity;
        for (at, def) in functions(file).filter(|(_, d)| max > 0 && d.complexity > max) {
            let message =
                format!("{} has a complexity of {}; at most {max} is allowed", file.facts.symbol(at), def.complexity);
            out.push(Found { place: def.name, def: at, message: Some(message) });
        }
    },
};
