//! What every format says of a report as a whole: counts, and in words what was looked at and what was not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use super::Report;
use super::escape::visible;
use crate::finding::{Action, Severity, Suppressed};
use crate::source::coverage::Skip;

/// How many findings there are of each kind. Only active ones count in `total`, `by_severity`, `by_rule` and `files`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Active findings.
    pub total: usize,
    /// Those of them that only warn.
    pub warnings: usize,
    /// Files with an active finding.
    pub files: usize,
    /// Active findings by severity; every severity is named.
    pub by_severity: BTreeMap<Severity, usize>,
    /// Active findings by rule.
    pub by_rule: BTreeMap<String, usize>,
    /// Findings that are only logged.
    pub logged: usize,
    /// Suppressed findings by what suppressed them.
    pub suppressed: SuppressedCounts,
}

/// Suppressed findings by what suppressed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SuppressedCounts {
    /// All of them.
    pub total: usize,
    /// By a comment in the source.
    pub comment: usize,
    /// By an entry of the baseline.
    pub baseline: usize,
    /// By an allowance in the policy.
    pub policy: usize,
}

impl Counts {
    /// Counts the findings of a report.
    pub fn of(report: &Report) -> Self {
        let mut counts = Counts { by_severity: Severity::ALL.map(|s| (s, 0)).into(), ..Counts::default() };
        for finding in &report.findings {
            match &finding.suppressed {
                Some(why) => counts.suppressed.add(why),
                None if finding.action == Action::Log => counts.logged += 1,
                None => {
                    counts.total += 1;
                    counts.warnings += usize::from(finding.action == Action::Warn);
                    *counts.by_severity.entry(finding.severity).or_default() += 1;
                    *counts.by_rule.entry(finding.rule.to_string()).or_default() += 1;
                }
            }
        }
        counts.files = report.active().map(|f| f.path.as_str()).collect::<BTreeSet<_>>().len();
        counts
    }

    /// `3 findings in 2 files`.
    pub fn headline(&self) -> String {
        match self.total {
            0 => "no findings".into(),
            n => format!("{} in {}", count(n as u64, "finding"), count(self.files as u64, "file")),
        }
    }

    /// The severities that occur, worst first.
    pub fn severities(&self) -> impl Iterator<Item = (Severity, usize)> {
        self.by_severity.iter().rev().map(|(s, n)| (*s, *n)).filter(|(_, n)| *n > 0)
    }

    /// `1 only warns`, `2 suppressed`, `1 only logged`: what is no ordinary finding.
    pub fn asides(&self) -> Vec<String> {
        let warns = if self.warnings == 1 { "1 only warns".into() } else { format!("{} only warn", self.warnings) };
        let all = [
            (self.warnings, warns),
            (self.suppressed.total, format!("{} suppressed", thousands(self.suppressed.total as u64))),
            (self.logged, format!("{} only logged", thousands(self.logged as u64))),
        ];
        all.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text).collect()
    }
}

impl SuppressedCounts {
    fn add(&mut self, why: &Suppressed) {
        self.total += 1;
        *match why {
            Suppressed::Comment { .. } => &mut self.comment,
            Suppressed::Baseline => &mut self.baseline,
            Suppressed::Policy { .. } => &mut self.policy,
        } += 1;
    }
}

/// `1,234 files (12.3 MB) and 45 commits with 512 rules`.
pub fn looked_at(report: &Report) -> String {
    let coverage = &report.coverage;
    let commits =
        if coverage.commits > 0 { format!(" and {}", count(coverage.commits, "commit")) } else { String::new() };
    let files = count(coverage.files, "file");
    format!("{files} ({}){commits} with {}", bytes(coverage.bytes), count(report.rules_enabled as u64, "rule"))
}

/// `3 skipped: 2 compressed or media, 1 submodule`, without what makes the report incomplete.
pub fn skipped(report: &Report) -> Option<String> {
    let parts: Vec<_> = report.coverage.skipped.iter().filter(|(reason, n)| !reason.is_failure() && **n > 0).collect();
    let total: u64 = parts.iter().map(|(_, n)| **n).sum();
    let list: Vec<_> = parts.iter().map(|(reason, n)| format!("{} {}", thousands(**n), reason.describe())).collect();
    (total > 0).then(|| format!("{} skipped: {}", thousands(total), list.join(", ")))
}

/// How many things that could not be looked at a sentence names.
const NAMED: usize = 3;

/// One sentence for every reason why the report is not complete; empty if it is.
pub fn gaps(report: &Report) -> Vec<String> {
    let failures = report.coverage.skipped.iter().filter(|(reason, n)| reason.is_failure() && **n > 0);
    failures
        .map(|(reason, n)| {
            let mut of_reason = report.coverage.named.iter().filter(|skip| skip.reason == *reason);
            let mut names: Vec<_> = of_reason.by_ref().take(NAMED).map(name).collect();
            let more = n.saturating_sub(names.len() as u64);
            if more > 0 && !names.is_empty() {
                names.push(format!("{} more", thousands(more)));
            }
            let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join("; ")) };
            format!(
                "could not look at {} {}{names}, so the result is not complete",
                thousands(*n),
                reason.describe_many(*n)
            )
        })
        .collect()
}

fn name(skip: &Skip) -> String {
    let path = visible(&skip.path);
    if skip.detail.is_empty() { path.into_owned() } else { format!("{path}: {}", visible(&skip.detail)) }
}

/// `1 file`, `1,234 files`.
pub fn count(n: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// A number with commas between groups of three digits.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in decimal units: `512 bytes`, `12.3 MB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if n < 1000 {
        return count(n, "byte");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        // What would round to 1000.0 belongs to the next unit.
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// Wall time for people: `8 ms`, `1.24 s`, `3 min 5 s`.
pub fn time(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        0 => "under 1 ms".into(),
        ms @ 1..=999 => format!("{ms} ms"),
        1_000..=59_994 => format!("{:.2} s", elapsed.as_secs_f64()),
        _ => {
            let seconds = elapsed.as_secs_f64().round() as u64;
            match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
                (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
                (hours, minutes, _) => format!("{hours} h {minutes} min"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let grouped: Vec<_> = [0, 999, 1000, 1_234_567].map(thousands).into();
        assert_eq!(grouped, ["0", "999", "1,000", "1,234,567"]);
        let sizes: Vec<_> = [0, 1, 999, 1000, 999_949, 999_950, 12_345_678, u64::MAX].map(bytes).into();
        assert_eq!(sizes, ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "999.9 kB", "1.0 MB", "12.3 MB", "18446.7 PB"]);
        let times: Vec<_> =
            [0, 8, 1_240, 59_990, 59_999, 185_000, 7_380_000].map(|ms| time(Duration::from_millis(ms))).into();
        assert_eq!(times, ["under 1 ms", "8 ms", "1.24 s", "59.99 s", "1 min 0 s", "3 min 5 s", "2 h 3 min"]);
    }
}
