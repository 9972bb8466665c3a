//! Reports of coverage tools, held against the policy.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use super::selection::Selection;
use super::settings::Resolved;
use crate::cli::given;
use crate::engine::test_coverage::{self, Lines};
use crate::report::Report;
use crate::rules::code::Scope;

/// Reads the reports and adds what they show to `report`: a finding where tests run too few lines, an error for each
/// report that cannot be read.
pub fn hold(files: &[PathBuf], resolved: &Resolved, selection: &Selection, report: &mut Report) {
    let on = resolved.families.iter().any(|f| f == "standards");
    let least = resolved.checks.min_test_coverage.filter(|_| on);
    if files.is_empty() {
        if least.is_some() && selection.scope() == Scope::Everything {
            report.notes.push("the policy asks for a least test coverage: give a report by --coverage FILE".into());
        }
        return;
    }
    let mut all = Lines::default();
    for file in files {
        match read(file) {
            Ok(lines) => all = all.plus(lines),
            Err(error) => report.errors.push(format!("{error:#}")),
        }
    }
    let Some(least) = least else {
        report
            .notes
            .push("--coverage: the policy asks for no min_test_coverage, so there is nothing to hold it to".into());
        return;
    };
    let name = files.first().map(|f| f.display().to_string()).unwrap_or_default();
    if all.total > 0 {
        report.findings.extend(test_coverage::check(all, (least.numerator, least.denominator), &name));
    }
}

fn read(file: &Path) -> Result<Lines> {
    let failed = || format!("the coverage report {}", file.display());
    let text = given::text(file).with_context(failed)?;
    test_coverage::read(&text).map_err(|e| anyhow!(e)).with_context(failed)
}
