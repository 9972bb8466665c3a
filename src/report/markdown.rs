//! `markdown`: for comments on pull requests and job summaries: a table, worst first, what to do folded away, the summary.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::{flowing, visible};
use super::summary::{self, Counts};
use super::{Report, Style};
use crate::finding::{Finding, Severity};
use crate::redact::MASK;

/// A comment on GitHub holds 65,536 characters; more rows than this nobody reads there.
const MAX_ROWS: usize = 100;

/// Writes the page.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(render(report).as_bytes())
}

/// The page.
pub(crate) fn render(report: &Report) -> String {
    let counts = Counts::of(report);
    let mut page = format!("### {} govctl: {}\n\n", sign(report, &counts), counts.headline());
    if counts.total > 0 {
        let severities: Vec<_> =
            counts.severities().map(|(s, n)| format!("{} {s}", summary::thousands(n as u64))).collect();
        push(&mut page, &format!("{}\n", severities.join(" · ")));
        push(&mut page, &table(report));
        push(&mut page, &help(report));
    }
    for problem in report.errors.iter().cloned().chain(summary::gaps(report)) {
        push(&mut page, &format!("> [!CAUTION]\n> {}\n", prose(&problem)));
    }
    if !report.notes.is_empty() {
        let notes: String = report.notes.iter().map(|note| format!("- {}\n", prose(note))).collect();
        push(&mut page, &notes);
    }
    page.push_str(&footer(report, &counts));
    page
}

fn sign(report: &Report, counts: &Counts) -> &'static str {
    match (counts.total, report.is_complete()) {
        (0, true) => "✅",
        (0, false) => "⚠️",
        _ => "❌",
    }
}

fn push(page: &mut String, block: &str) {
    page.push_str(block);
    page.push('\n');
}

fn table(report: &Report) -> String {
    let mut findings: Vec<_> = report.active().collect();
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    let mut table = String::from("| Severity | Where | What |\n|---|---|---|\n");
    for finding in findings.iter().take(MAX_ROWS) {
        table.push_str(&row(finding));
    }
    if findings.len() > MAX_ROWS {
        let more = summary::thousands((findings.len() - MAX_ROWS) as u64);
        let _ = write!(table, "\n… and {more} more: `govctl check` lists them all.\n");
    }
    table
}

fn row(finding: &Finding) -> String {
    let commit = finding.commit.as_ref().map_or(String::new(), |c| {
        let id: String = c.id.chars().take(12).collect();
        format!("<br>{} by {}", code(&id), prose(&c.author))
    });
    format!(
        "| {} {} | {}{commit} | {}<br>{}<br>{} |\n",
        dot(finding.severity),
        finding.severity,
        code(&format!("{}:{}", finding.path, finding.span.line)),
        prose(&finding.message),
        code(&finding.rule),
        code(&short_masks(finding.excerpt.text.trim())),
    )
}

/// Long masks cut to eight characters: in a table they have no carets to carry.
fn short_masks(text: &str) -> String {
    let mut run = 0;
    let keep = |c: &char| {
        run = if *c == char::from(MASK) { run + 1 } else { 0 };
        run <= 8
    };
    text.chars().filter(keep).collect()
}

fn dot(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴",
        Severity::High => "🟠",
        Severity::Medium => "🟡",
        Severity::Low => "🔵",
    }
}

/// What to do, once a rule.
fn help(report: &Report) -> String {
    let mut rules: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in report.active().filter(|f| !f.help.is_empty()) {
        rules.entry(&finding.rule).or_insert(finding);
    }
    if rules.is_empty() {
        return String::new();
    }
    let mut text = String::from("<details><summary>What to do</summary>\n\n");
    for (rule, finding) in rules {
        let explain = report.rule(rule).map_or("", |info| &info.explain);
        let _ = writeln!(
            text,
            "- **{}** ({}): {} {}",
            prose(&finding.message),
            code(rule),
            prose(&flowing(explain)),
            links(&flowing(&finding.help))
        );
    }
    text.push_str("\n</details>\n");
    text
}

fn footer(report: &Report, counts: &Counts) -> String {
    let mut parts = vec![format!("Looked at {}", summary::looked_at(report))];
    parts.extend(counts.asides());
    parts.extend(summary::skipped(report));
    format!("<sub>{}.</sub>\n", prose(&parts.join("; ")))
}

/// Text without any markup of its own, safe in a table cell; it mentions nobody and links to nothing.
fn prose(text: &str) -> String {
    escaped(text).replace("://", "&#58;//").replace("www.", "www&#46;").replace('@', "@<!-- -->")
}

/// As [`prose`], but addresses stay links: for texts of rules.
fn links(text: &str) -> String {
    escaped(text).replace('@', "@<!-- -->")
}

/// In the type of code. HTML, since backticks in a table cannot hold every character.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text).replace('@', "&#64;").replace("://", "&#58;//"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A backslash before one of these in the text must not undo its escape: both are written as numbers.
            '|' | '\\' | '`' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            '*' | '_' | '[' | ']' | '~' | '#' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}
