//! `govctl check` end to end: the real binary on real files and real git.

#![allow(clippy::unwrap_used)]

#[path = "check/baseline.rs"]
mod baseline;
#[path = "check/coverage.rs"]
mod coverage;
#[path = "check/errors.rs"]
mod errors;
#[path = "check/fix.rs"]
mod fix;
#[path = "check/history.rs"]
mod history;
#[path = "check/leaks.rs"]
mod leaks;
#[path = "check/output.rs"]
mod output;
#[path = "common/place.rs"]
mod place;
#[path = "check/policy.rs"]
mod policy;
#[path = "check/rule_files.rs"]
mod rule_files;
#[path = "check/selection.rs"]
mod selection;
#[path = "check/suppressions.rs"]
mod suppressions;
