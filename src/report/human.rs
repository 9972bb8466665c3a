//! `human`: one block a finding, with its source line, carets under the masked secret and what to do; then a summary of
//! what was found, what was looked at and what was not. Reads the same without colours.

use std::collections::BTreeSet;
use std::io::{self, Write};

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::escape::{flowing, visible};
use super::excerpt::{Drawn, draw};
use super::paint::Paint;
use super::summary::{self, Counts};
use super::{Report, Style};
use crate::finding::{Action, BY_FORMAT, Finding};

/// Text is wrapped to the terminal, but never wider than this, and to this where there is no terminal.
const MAX_WIDTH: usize = 100;
/// Narrower terminals wrap by themselves.
const MIN_WIDTH: usize = 40;

/// Writes blocks and summary.
pub fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { paint: Paint::new(style), width: width(style), screen: style.width.map(usize::from) };
    let mut explained = BTreeSet::new();
    for finding in report.active() {
        // What to do is said once for each rule: the tenth time it only hides the findings.
        let first = explained.insert((&finding.rule, &finding.help));
        page.block(finding, first, out)?;
        writeln!(out)?;
    }
    page.summary(report, out)
}

fn width(style: Style) -> usize {
    style.width.map_or(MAX_WIDTH, usize::from).clamp(MIN_WIDTH, MAX_WIDTH)
}

struct Page {
    paint: Paint,
    /// For text that can be wrapped.
    width: usize,
    /// For text that can only be cut; `None`: no need to.
    screen: Option<usize>,
}

impl Page {
    fn block(&self, finding: &Finding, with_help: bool, out: &mut dyn Write) -> io::Result<()> {
        // The gutter is as wide as the line number, and at least two, so that blocks line up in most files.
        let number = finding.span.line.to_string();
        let gutter = number.len().max(2);
        self.headline(finding, out)?;
        let place = format!("{}:{}:{}", visible(&finding.path), finding.span.line, finding.span.column);
        writeln!(out, "{:gutter$}{} {place}", "", self.paint.frame("-->"))?;
        if !finding.excerpt.text.is_empty() {
            let room = self.screen.map(|screen| screen.max(MIN_WIDTH) - gutter - 3);
            let Drawn { line, indent, carets } = draw(&finding.excerpt, room);
            let bar = self.paint.frame("|");
            let more = match finding.span.end_line {
                end if end > finding.span.line => format!(" to line {end}"),
                _ => String::new(),
            };
            let under = self.paint.severity(finding.severity, &format!("{}{more}", "^".repeat(carets)));
            writeln!(out, "{:gutter$} {bar}", "")?;
            writeln!(out, "{} {bar} {line}", self.paint.frame(&format!("{number:>gutter$}")))?;
            writeln!(out, "{:gutter$} {bar} {:indent$}{under}", "", "")?;
        }
        for (label, text) in remarks(finding, with_help) {
            self.labelled(gutter, label, &text, out)?;
        }
        Ok(())
    }

    /// Severity, rule and message on one line, or the message on a second where they do not fit.
    fn headline(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let severity = if finding.action == Action::Warn {
            format!("{} (only warns)", finding.severity)
        } else {
            finding.severity.to_string()
        };
        let rule = visible(&finding.rule);
        let message = visible(&finding.message);
        let used = severity.len() + 2 + textwrap::core::display_width(&rule) + 2;
        write!(out, "{}  {}", self.paint.severity(finding.severity, &severity), self.paint.bold(&rule))?;
        if used + textwrap::core::display_width(&message) <= self.width {
            return writeln!(out, "  {}", self.paint.bold(&message));
        }
        writeln!(out)?;
        for line in wrap(&message, self.width - 2) {
            writeln!(out, "  {}", self.paint.bold(&line))?;
        }
        Ok(())
    }

    /// `= label: text`, wrapped under its own beginning.
    fn labelled(&self, gutter: usize, label: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let indent = gutter + label.len() + 5;
        let head = format!("{:gutter$} {} {}", "", self.paint.frame("="), self.paint.bold(&format!("{label}:")));
        for (i, line) in wrap(text, self.width.saturating_sub(indent)).iter().enumerate() {
            if i == 0 {
                writeln!(out, "{head} {line}")?;
            } else {
                writeln!(out, "{:indent$}{line}", "")?;
            }
        }
        Ok(())
    }

    fn summary(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let counts = Counts::of(report);
        let looked_at = format!("{} in {}", summary::looked_at(report), summary::time(report.elapsed));
        if counts.total == 0 {
            self.all_clear(report, &counts, &looked_at, out)?;
        } else {
            writeln!(out, "{}", self.totals(&counts))?;
            self.paragraph(&format!("Looked at {looked_at}."), out)?;
            let asides = counts.asides().join(", ");
            for more in [Some(asides).filter(|text| !text.is_empty()), summary::skipped(report)].into_iter().flatten() {
                self.paragraph(&format!("{more}."), out)?;
            }
        }
        for note in &report.notes {
            self.message(&self.paint.note("note"), "note".len(), note, Paint::plain, out)?;
        }
        for error in &report.errors {
            self.message(&self.paint.alarm("error"), "error".len(), error, Paint::plain, out)?;
        }
        for gap in summary::gaps(report) {
            self.message(&self.paint.alarm("incomplete"), "incomplete".len(), &gap, Paint::alarm, out)?;
        }
        Ok(())
    }

    /// One line that says what was looked at.
    fn all_clear(&self, report: &Report, counts: &Counts, looked_at: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut line = format!("No findings: looked at {looked_at}");
        for more in counts.asides().into_iter().chain(summary::skipped(report)) {
            line.push_str("; ");
            line.push_str(&more);
        }
        line.push('.');
        let label = "No findings";
        for (i, text) in wrap(&line, self.width).iter().enumerate() {
            match text.strip_prefix(label) {
                // Green only where nothing is in doubt.
                Some(rest) if i == 0 && report.is_complete() => writeln!(out, "{}{rest}", self.paint.good(label))?,
                Some(rest) if i == 0 => writeln!(out, "{}{rest}", self.paint.bold(label))?,
                _ => writeln!(out, "{text}")?,
            }
        }
        Ok(())
    }

    /// `3 findings in 2 files: 1 critical, 2 low`.
    fn totals(&self, counts: &Counts) -> String {
        let severities: Vec<_> = counts
            .severities()
            .map(|(severity, n)| self.paint.severity(severity, &format!("{} {severity}", summary::thousands(n as u64))))
            .collect();
        format!("{}: {}", self.paint.bold(&counts.headline()), severities.join(", "))
    }

    fn paragraph(&self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        wrap(text, self.width).iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// `label: text`, wrapped under the text's beginning.
    fn message(
        &self,
        label: &str,
        label_width: usize,
        text: &str,
        paint: fn(Paint, &str) -> String,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let indent = label_width + 2;
        for (i, line) in wrap(&visible(text), self.width.saturating_sub(indent)).iter().enumerate() {
            let line = paint(self.paint, line);
            if i == 0 {
                writeln!(out, "{label}: {line}")?;
            } else {
                writeln!(out, "{:indent$}{line}", "")?;
            }
        }
        Ok(())
    }
}

/// What is said below the source line.
fn remarks(finding: &Finding, with_help: bool) -> Vec<(&'static str, String)> {
    let mut remarks = Vec::new();
    if let Some(commit) = &finding.commit {
        let id: String = commit.id.chars().take(12).collect();
        let day = commit.date.split('T').next().unwrap_or_default();
        remarks.push(("commit", format!("{id} {day} {}: {}", commit.author, commit.subject)));
    }
    // That it has its rule's format is what the first line says.
    let evidence: Vec<_> = finding.evidence.iter().filter(|e| !e.starts_with(BY_FORMAT)).map(String::as_str).collect();
    if !evidence.is_empty() {
        remarks.push(("evidence", evidence.join("; ")));
    }
    if with_help && !finding.help.is_empty() {
        remarks.push(("help", finding.help.to_string()));
    }
    remarks.into_iter().map(|(label, text)| (label, flowing(&text))).collect()
}

/// Lines of at most `width` columns; words that are longer (addresses) stay whole.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width.max(20))
        .break_words(false)
        // Paths stay whole, whatever features other crates turn on.
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}
