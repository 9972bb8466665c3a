//! `csv`: RFC 4180 with a header, one row an active finding. Cells that a spreadsheet would take for a formula begin with
//! an apostrophe (OWASP, "CSV Injection").

use std::borrow::Cow;
use std::io::{self, Write};

use ::csv::{Error, ErrorKind, Terminator, WriterBuilder};

use super::escape::{flowing, visible};
use super::{Report, Style};

const HEADER: [&str; 13] = [
    "rule",
    "severity",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "message",
    "help",
    "excerpt",
    "fingerprint",
    "commit",
    "author",
];

/// Writes header and rows.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    csv.write_record(HEADER).map_err(io_error)?;
    for finding in report.active() {
        let span = finding.span;
        let (commit, author) = finding.commit.as_ref().map_or(("", ""), |c| (&c.id, &c.author));
        csv.write_record([
            cell(&finding.rule).as_ref(),
            finding.severity.name(),
            cell(&finding.path).as_ref(),
            &span.line.to_string(),
            &span.column.to_string(),
            &span.end_line.to_string(),
            &span.end_column.to_string(),
            cell(&finding.message).as_ref(),
            cell(&flowing(&finding.help)).as_ref(),
            cell(&finding.excerpt.text).as_ref(),
            finding.fingerprint.as_str(),
            commit,
            cell(author).as_ref(),
        ])
        .map_err(io_error)?;
    }
    csv.flush()
}

/// The writer's own error, which says whether the reader went away.
fn io_error(error: Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn cell(text: &str) -> Cow<'_, str> {
    // What was a tab or a line break at the front is `\t` by now, but may hide a formula from the look at the first character.
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    let text_visible = visible(text);
    if text.trim_start_matches(' ').starts_with(formula) {
        Cow::Owned(format!("'{text_visible}"))
    } else {
        text_visible
    }
}
