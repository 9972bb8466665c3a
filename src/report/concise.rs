//! `concise`: `path:line:column: severity rule: message`, then one line that sums up.

use std::io::{self, Write};

use super::escape::visible;
use super::paint::Paint;
use super::summary::{self, Counts};
use super::{Report, Style};

/// Writes one line a finding, what is incomplete, and the summary.
pub fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(style);
    for finding in report.active() {
        let place = format!("{}:{}:{}", visible(&finding.path), finding.span.line, finding.span.column);
        let severity = paint.severity(finding.severity, finding.severity.name());
        writeln!(out, "{place}: {severity} {}: {}", visible(&finding.rule), visible(&finding.message))?;
    }
    for problem in report.errors.iter().cloned().chain(summary::gaps(report)) {
        writeln!(out, "{}: {}", paint.alarm("error"), visible(&problem))?;
    }
    writeln!(out, "{}", summary_line(report))
}

fn summary_line(report: &Report) -> String {
    let counts = Counts::of(report);
    let mut line = counts.headline();
    let severities: Vec<_> =
        counts.severities().map(|(s, n)| format!("{} {s}", summary::thousands(n as u64))).collect();
    if !severities.is_empty() {
        line.push_str(&format!(" ({})", severities.join(", ")));
    }
    for aside in counts.asides() {
        line.push_str(&format!("; {aside}"));
    }
    line.push_str(&format!("; looked at {}", summary::looked_at(report)));
    summary::skipped(report).into_iter().for_each(|skipped| line.push_str(&format!("; {skipped}")));
    line
}
