//! `json`: one document with everything, suppressed findings (flagged) and coverage included.

use std::io::{self, Write};

use serde::Serialize;

use super::summary::Counts;
use super::{Report, SCHEMA_VERSION, Style, escape};
use crate::finding::{Action, Commit, Confidence, Finding, Severity, Suppressed};
use crate::source::coverage::CoverageRecord;

/// Writes `{"schema_version","tool","summary","findings","coverage","notes","errors"}`, indented.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "govctl", version: env!("CARGO_PKG_VERSION") },
        summary: Summary {
            complete: report.is_complete(),
            rules_enabled: report.rules_enabled,
            counts: Counts::of(report),
        },
        findings: report.findings.iter().map(FindingRecord::from).collect(),
        coverage: &report.coverage,
        notes: &report.notes,
        errors: &report.errors,
    };
    write_document(&document, out)
}

/// Writes any value as an indented JSON document that ends in a line break.
pub(crate) fn write_document(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(document)?;
    writeln!(out, "{}", escape::json(&text))
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'a str,
    tool: Tool,
    summary: Summary,
    findings: Vec<FindingRecord<'a>>,
    coverage: &'a CoverageRecord,
    notes: &'a [String],
    errors: &'a [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    complete: bool,
    rules_enabled: usize,
    #[serde(flatten)]
    counts: Counts,
}

/// A finding as JSON. Lines and columns count from 1, columns in Unicode scalar values, the end is exclusive; `excerpt` is
/// the line with every secret on it masked.
#[derive(Clone, Debug, Serialize)]
pub struct FindingRecord<'a> {
    rule: &'a str,
    severity: Severity,
    confidence: Confidence,
    action: Action,
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    message: &'a str,
    help: &'a str,
    excerpt: &'a str,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    evidence: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a Commit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<&'a Suppressed>,
}

impl<'a> From<&'a Finding> for FindingRecord<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            rule: &finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            action: finding.action,
            path: &finding.path,
            line: finding.span.line,
            column: finding.span.column,
            end_line: finding.span.end_line,
            end_column: finding.span.end_column,
            message: &finding.message,
            help: &finding.help,
            excerpt: &finding.excerpt.text,
            fingerprint: finding.fingerprint.as_str(),
            evidence: &finding.evidence,
            commit: finding.commit.as_ref(),
            suppressed: finding.suppressed.as_ref(),
        }
    }
}
