//! A generator seeded with the time: no run can be repeated.

use super::super::catalogue::Kind;
use super::super::facts::Context;
use super::super::rule::{CodeRule, info};
use super::{WARN, each_call};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/clock-seeded",
        "A generator is seeded with the clock",
        Severity::Medium,
        "Results that depend on the moment of the run cannot be repeated, and look like new data each time.",
        "Take the seed from the configuration and record it with the result.",
    ),
    levels: WARN,
    check: |file, out| {
        each_call(file, out, "the seed comes from", |c| c.kind == Kind::Clock && c.context.has(Context::SEED));
    },
};
