//! `random.random()`, `rng.normal()`: one made-up number.

use super::super::rule::{CodeRule, info};
use super::{WARN, each_call, is_fabrication, is_scalar};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/scalar-draw",
        "A number is drawn at random",
        Severity::Medium,
        "A drawn number that is shown or stored as a measurement is fabricated. Conditions, indices, seeds, pauses, initial \
         weights, augmentation and exploration are not reported.",
        "Read the value from where it is measured, or return none at all.",
    ),
    levels: WARN,
    check: |file, out| each_call(file, out, "a number is drawn by", |c| is_scalar(c) && is_fabrication(file, c)),
};
