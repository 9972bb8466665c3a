//! `github`: workflow commands that become annotations, escaped as GitHub's `@actions/core` does; and the job summary.

use std::io::{self, Write};

use super::escape::{flowing, visible};
use super::summary::{self, Counts};
use super::{Level, Report, Style, markdown};
use crate::finding::Finding;

/// Writes one command a finding, one for everything that went wrong, then a plain line that sums up.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.active() {
        writeln!(out, "{}", annotation(finding))?;
    }
    for problem in report.errors.iter().cloned().chain(summary::gaps(report)) {
        writeln!(out, "::error title=govctl::{}", data(&visible(&problem)))?;
    }
    for note in &report.notes {
        writeln!(out, "::notice title=govctl::{}", data(&visible(note)))?;
    }
    writeln!(out, "govctl: {}, looked at {}", Counts::of(report).headline(), summary::looked_at(report))
}

/// The Markdown for the file that `GITHUB_STEP_SUMMARY` names.
pub fn job_summary(report: &Report) -> String {
    markdown::render(report)
}

fn annotation(finding: &Finding) -> String {
    let command = match Level::of(finding) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let span = finding.span;
    let mut properties = format!("file={},line={}", property(&finding.path), span.line);
    properties.push_str(&format!(",endLine={}", span.end_line));
    // GitHub takes columns only where the annotation is on one line.
    if span.line == span.end_line {
        properties.push_str(&format!(",col={},endColumn={}", span.column, span.end_column));
    }
    let mut message = visible(&finding.message).into_owned();
    if !finding.help.is_empty() {
        message.push('\n');
        message.push_str(&flowing(&finding.help));
    }
    format!("::{command} {properties},title={}::{}", property(&finding.rule), data(&message))
}

/// Escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}
