//! How long a function is, from its first line to its last.

use super::super::rule::{Found, info};
use super::{SEVERITY, StandardRule, functions};

/// The rule.
pub(super) const RULE: StandardRule = StandardRule {
    info: info(
        "standards/function-lines",
        "A function is too long",
        SEVERITY,
        "What does not fit on a screen is not read as a whole; the limit is max_function_lines.",
        "Take parts out into functions with names of their own.",
    ),
    check: |file, limits, out| {
        let max = limits.max_function_lines;
        for (at, def) in functions(file) {
            let lines = def.last_line.saturating_sub(def.first_line) + 1;
            if max > 0 && lines > max {
                let message = format!("{} has {lines} lines; at most {max} are allowed", file.facts.symbol(at));
                out.push(Found { place: def.name, def: at, message: Some(message) });
            }
        }
    },
};
