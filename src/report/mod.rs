//! From a finished [`Report`] to bytes: one file per output format. No format reads a clock, an environment or a terminal;
//! what they need of those is in the [`Report`] and the [`Style`].

use std::time::Duration;

use crate::finding::{Action, Finding, RuleInfo, Severity};
use crate::source::coverage::CoverageRecord;

/// The `schema_version` of every JSON that a check prints.
pub const SCHEMA_VERSION: &str = "1";

/// Everything a check found out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Sorted by [`Finding::sort_key`], suppressed ones among them.
    pub findings: Vec<Finding>,
    /// Every rule that a finding names, sorted by id.
    pub rules: Vec<RuleInfo>,
    /// What was covered.
    pub coverage: CoverageRecord,
    /// Things to know that are no findings: baseline entries that no longer occur, parts of a rule file not carried.
    pub notes: Vec<String>,
    /// What went wrong while scanning, after which the rest was still scanned; makes the exit status 2.
    pub errors: Vec<String>,
    /// Wall time. Left out of machine formats, which are the same from run to run.
    pub elapsed: Duration,
    /// How many rules were in force.
    pub rules_enabled: usize,
}

impl Report {
    /// The findings that count: not suppressed, not only logged.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.suppressed.is_none() && f.action != Action::Log)
    }

    /// Whether a finding asks for exit status 1.
    pub fn blocks(&self, fail_on: Severity) -> bool {
        self.active().any(|f| f.action == Action::Block && f.severity >= fail_on)
    }

    /// Whether everything asked for could be looked at.
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && self.coverage.is_complete()
    }
}

/// What a format may know of where it prints to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Colours and bold.
    pub color: bool,
    /// Width of the terminal in columns, where there is one.
    pub width: Option<u16>,
}
