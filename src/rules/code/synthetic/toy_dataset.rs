//! `load_iris()`: data made for teaching.

use super::super::catalogue::Kind;
use super::super::rule::{CodeRule, info};
use super::{WARN, each_call};
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/toy-dataset",
        "A data set made for teaching is loaded",
        Severity::Medium,
        "Iris, digits and their like stand in for data that an application should have of its own.",
        "Load your own data; keep toy data sets to examples and tests.",
    ),
    levels: WARN,
    check: |file, out| each_call(file, out, "a teaching data set is loaded by", |c| c.kind == Kind::Toy),
};
