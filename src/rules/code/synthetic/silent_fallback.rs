//! `except: return fake()`: what failed is replaced by something made up, and nobody is told.

use super::super::facts::{Call, Context, NOWHERE};
use super::super::rule::{CodeRule, File, Found, callee, info};
use super::{BLOCK_CRITICAL, Grade, grade};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/silent-fallback",
        "A failure is replaced by made-up data",
        Severity::Critical,
        "A handler, or the right side of an `or`, yields drawn values or rows written by hand instead of an error.",
        "Let the error through, or return nothing and say so.",
    ),
    levels: BLOCK_CRITICAL,
    check,
};

/// Whether a call stands in a handler that raises nothing, or behind an `or`.
pub(super) fn stands_in(call: &Call) -> bool {
    call.context.any(Context::HANDLER.with(Context::OTHERWISE))
}

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for call in file.facts.calls.iter().filter(|c| stands_in(c) && c.returned_by != NOWHERE) {
        if grade(file, call) == Grade::Loud {
            out.push(Found::at(
                call,
                format!("where the real thing fails, {} makes something up", callee(file.facts, call)),
            ));
        }
    }
    for fallback in &file.facts.fallbacks {
        let message = format!("where the real thing fails, {} literal rows are returned", fallback.count);
        out.push(Found { place: fallback.place, def: fallback.def, message: Some(message) });
    }
}
