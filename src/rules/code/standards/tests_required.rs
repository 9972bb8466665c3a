//! A change of source without a change of tests. It needs to know what is changed, so it runs over `--staged` and `--range`.

use super::super::facts::Place;
use super::super::program::Member;
use super::super::rule::{Class, Draft, info};
use super::SEVERITY;
use crate::finding::RuleInfo;

/// The rule.
pub const INFO: RuleInfo = info(
    "standards/tests-required",
    "Source changes without a test",
    SEVERITY,
    "A commit that changes source and no test leaves the change unproved; asked for by require_tests.",
    "Add or change a test in the same commit.",
);

/// Checks the changed files: one finding, at the first that is source, where none is a test or holds tests.
pub fn check(changed: &[Member]) -> Option<(usize, Draft)> {
    let has_test = changed.iter().any(|m| m.class == Class::Test || m.facts.has_tests);
    let first = changed.iter().position(|m| m.class == Class::Source).filter(|_| !has_test)?;
    let others = changed.iter().filter(|m| m.class == Class::Source).count() - 1;
    let more = if others == 0 { String::new() } else { format!(" and {others} more") };
    let message = format!("{}{more} changed, but no test did", changed[first].path);
    Some((
        first,
        Draft {
            rule: INFO.id,
            severity: SEVERITY,
            advisory: false,
            place: Place::default(),
            message,
            help: INFO.help,
            symbol: String::new(),
            allowed: None,
        },
    ))
}
