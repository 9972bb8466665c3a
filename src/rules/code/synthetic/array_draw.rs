//! `np.random.randn(100)`, `rng.normal(size=n)`: many made-up numbers.

use super::super::catalogue::Kind;
use super::super::rule::{CodeRule, info};
use super::{WARN, each_call, is_fabrication, is_scalar};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/array-draw",
        "An array is drawn at random",
        Severity::Medium,
        "A drawn array that stands where observations should stand is a fabricated data set. Seeding, constructors and \
         resampling of what is there are not reported.",
        "Load the observations; where there are none, say so instead.",
    ),
    levels: WARN,
    check: |file, out| {
        each_call(file, out, "an array is drawn by", |c| {
            matches!(c.kind, Kind::Array | Kind::Draw) && !is_scalar(c) && is_fabrication(file, c)
        });
    },
};
