//! `--statistics`: findings counted by family and by rule instead of listed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::escape::visible;
use super::paint::Paint;
use super::summary::{self, thousands};
use super::{Report, Style};
use crate::finding::{Finding, Severity, family_of};

/// One row: a rule or a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The rule's id, or the family.
    pub name: String,
    /// Active findings.
    pub findings: usize,
    /// Files they are in.
    pub files: usize,
    /// The worst severity among them.
    pub worst: Severity,
}

/// Counts active findings by rule: most findings first, then by name.
pub fn by_rule(report: &Report) -> Vec<Count> {
    count(report, |finding| &finding.rule)
}

/// Counts active findings by family: most findings first, then by name.
pub fn by_family(report: &Report) -> Vec<Count> {
    count(report, |finding| family_of(&finding.rule))
}

fn count(report: &Report, key: for<'a> fn(&'a Finding) -> &'a str) -> Vec<Count> {
    let mut groups: BTreeMap<&str, (usize, BTreeSet<&str>, Severity)> = BTreeMap::new();
    for finding in report.active() {
        let group = groups.entry(key(finding)).or_insert_with(|| (0, BTreeSet::new(), finding.severity));
        group.0 += 1;
        group.1.insert(&finding.path);
        group.2 = group.2.max(finding.severity);
    }
    let mut counts: Vec<_> = groups
        .into_iter()
        .map(|(name, (findings, files, worst))| Count { name: name.to_owned(), findings, files: files.len(), worst })
        .collect();
    counts.sort_by(|a, b| b.findings.cmp(&a.findings).then_with(|| a.name.cmp(&b.name)));
    counts
}

/// Writes both tables, or one line where nothing was found.
pub fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let families = by_family(report);
    if families.is_empty() {
        return writeln!(out, "No findings in {}.", summary::looked_at(report));
    }
    let paint = Paint::new(style);
    table("family", &families, paint, out)?;
    writeln!(out)?;
    table("rule", &by_rule(report), paint, out)
}

fn table(title: &str, counts: &[Count], paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", paint.bold(&format!("{:>8}  {:>8}  {:<8}  {title}", "findings", "files", "worst")))?;
    for count in counts {
        writeln!(
            out,
            "{:>8}  {:>8}  {}  {}",
            thousands(count.findings as u64),
            thousands(count.files as u64),
            paint.severity(count.worst, &format!("{:<8}", count.worst.name())),
            visible(&count.name)
        )?;
    }
    Ok(())
}
