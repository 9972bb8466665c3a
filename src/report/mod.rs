//! From a finished [`Report`] to bytes: one file per output format. No format reads a clock, an environment or a terminal;
//! what they need of those is in the [`Report`] and the [`Style`].
//!
//! # How to add a format
//!
//! Write its file with `pub fn write(&Report, Style, &mut dyn Write) -> io::Result<()>`, add its name to [`Format`] and its
//! row to [`FORMATS`]. Every text that comes from outside goes through [`escape`]; colours come from [`paint`], sentences
//! about the whole from [`summary`]. Formats that machines read contain no time and no duration (but for gitlab, whose
//! schema asks for two), so that they are the same from run to run.

pub mod concise;
pub mod csv;
pub mod escape;
pub mod excerpt;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod paint;
pub mod sarif;
pub mod statistics;
pub mod summary;

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use clap::ValueEnum;

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
    /// When the scan started and ended, RFC 3339 in UTC, seconds; printed only by formats whose schema asks for it.
    pub scanned_at: Option<(String, String)>,
}

impl Report {
    /// The findings that count: not suppressed, not only logged.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.suppressed.is_none() && f.action != Action::Log)
    }

    /// Whether a finding asks for exit status 1.
    pub fn blocks(&self, fail_on: Severity) -> bool {
        self.blocking(fail_on).next().is_some()
    }

    /// The findings that ask for exit status 1.
    pub fn blocking(&self, fail_on: Severity) -> impl Iterator<Item = &Finding> {
        self.active().filter(move |f| f.action == Action::Block && f.severity >= fail_on)
    }

    /// What a rule says of itself, if the report has it.
    pub fn rule(&self, id: &str) -> Option<&RuleInfo> {
        self.rules.binary_search_by(|rule| (*rule.id).cmp(id)).ok().map(|at| &self.rules[at])
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

/// How a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
#[value(rename_all = "lowercase")]
pub enum Format {
    /// One line a finding
    Concise,
    /// Comma-separated values (RFC 4180)
    Csv,
    /// GitHub Actions annotations
    Github,
    /// GitLab secret-detection report
    Gitlab,
    /// For people: source line, what to do, summary
    #[default]
    Human,
    /// One JSON document with everything
    Json,
    /// One JSON object a line, one line a finding
    Jsonl,
    /// JUnit XML
    Junit,
    /// For comments on pull requests
    Markdown,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = FORMATS.iter().find(|row| row.format == *self);
        f.pad(row.map_or("", |row| row.name))
    }
}

/// Writes a report in one format.
pub type Writer = fn(&Report, Style, &mut dyn Write) -> io::Result<()>;

/// One row of [`FORMATS`].
pub struct Row {
    /// Which format.
    pub format: Format,
    /// What users call it; also the name of its file in `src/report`.
    pub name: &'static str,
    /// What writes it.
    pub writer: Writer,
}

const fn row(format: Format, name: &'static str, writer: Writer) -> Row {
    Row { format, name, writer }
}

/// Every format, sorted by name.
pub static FORMATS: &[Row] = &[
    row(Format::Concise, "concise", concise::write),
    row(Format::Csv, "csv", csv::write),
    row(Format::Github, "github", github::write),
    row(Format::Gitlab, "gitlab", gitlab::write),
    row(Format::Human, "human", human::write),
    row(Format::Json, "json", json::write),
    row(Format::Jsonl, "jsonl", jsonl::write),
    row(Format::Junit, "junit", junit::write),
    row(Format::Markdown, "markdown", markdown::write),
    row(Format::Sarif, "sarif", sarif::write),
];

/// Writes `report` in `format`. The only errors are those of `out`.
pub fn write(format: Format, report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let row = FORMATS.iter().find(|row| row.format == format);
    let row = row.ok_or_else(|| io::Error::other(format!("no writer for the format {format:?}")))?;
    (row.writer)(report, style, out)
}

/// How loudly a finding is told where there are three levels: critical and high are errors, medium a warning, low a
/// note; one that only warns is never an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    pub(crate) fn of(finding: &Finding) -> Self {
        let level = Level::of_severity(finding.severity);
        if finding.action == Action::Block { level } else { level.min(Level::Warning) }
    }

    pub(crate) fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Level::Error,
            Severity::Medium => Level::Warning,
            Severity::Low => Level::Note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files that are no format.
    const HELPERS: &[&str] = &["escape", "excerpt", "mod", "paint", "statistics", "summary"];

    #[test]
    fn every_format_is_registered_once_in_order_under_its_name() {
        assert!(FORMATS.is_sorted_by(|a, b| a.name < b.name), "FORMATS is not sorted by name");
        for format in Format::value_variants() {
            let name = format.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(
                format.to_string(),
                name,
                "add `row(Format::{format:?}, \"{name}\", {name}::write),` to FORMATS"
            );
        }
        assert_eq!(FORMATS.len(), Format::value_variants().len());
    }

    #[test]
    fn every_file_is_registered() {
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/report")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let known = HELPERS.contains(&name) || FORMATS.iter().any(|row| row.name == name);
            assert!(
                known,
                "src/report/{name}.rs is in no list: add `row(Format::…, \"{name}\", {name}::write),` to FORMATS, or \
                 \"{name}\" to HELPERS"
            );
        }
    }
}
