//! `jsonl`: one JSON object a line, one line an active finding, nothing else.

use std::io::{self, Write};

use super::json::FindingRecord;
use super::{Report, Style, escape};

/// Writes the active findings.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.active() {
        let line = serde_json::to_string(&FindingRecord::from(finding))?;
        writeln!(out, "{}", escape::json(&line))?;
    }
    Ok(())
}
