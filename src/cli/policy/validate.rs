//! `govctl policy validate`: every mistake, at its place.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args as ClapArgs, ValueEnum};

use super::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};
use crate::engine::masker;
use crate::finding::{Excerpt, Finding};
use crate::policy::load::{self, Loaded};
use crate::policy::{Verdict, render};
use crate::report::{FORMATS, Format, Report};

/// What to judge, and how to tell.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// Policies; none: the one in force
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Warnings make the exit status 1, too
    #[arg(long)]
    strict: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For people: source lines with carets, what was expected, what to do
    #[default]
    Human,
    /// One line a mistake
    Concise,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
    /// GitHub Actions annotations
    Github,
}

/// Judges policies.
///
/// # Errors
/// A file that cannot be read.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let verdicts = verdicts(args, options, terminal)?;
    if args.format == OutputFormat::Human {
        human(&verdicts, terminal)?;
    } else {
        machine(&verdicts, args.format, terminal)?;
    }
    let errors = verdicts.iter().any(|(_, v)| v.has_errors());
    let warnings = verdicts.iter().any(|(_, v)| !v.mistakes.is_empty());
    Ok(if errors || (args.strict && warnings) { Exit::Findings } else { Exit::Clean })
}

fn verdicts(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Vec<(String, Verdict)>> {
    if args.files.is_empty() {
        return Ok(match options.load_here()? {
            Loaded::BuiltIn(_) => {
                terminal.note("there is no governance.toml here; the built-in policy holds, and it has no mistakes");
                Vec::new()
            }
            Loaded::File { path, verdict } => vec![(load::display_path(&path, &working_directory()?), *verdict)],
        });
    }
    let directory = working_directory()?;
    let judge = |path: &PathBuf| {
        load::judge_file(path, &directory, &options.context()).map(|verdict| (path.display().to_string(), verdict))
    };
    args.files.iter().map(judge).collect()
}

fn human(verdicts: &[(String, Verdict)], terminal: &mut Terminal) -> Result<()> {
    let color = terminal.style().color;
    for (path, verdict) in verdicts {
        for mistake in &verdict.mistakes {
            // A policy should hold no secret; one that does is not the place to show it.
            writeln!(terminal.out(), "{}\n", masker::masked(&render::render(mistake, &verdict.sources, color)))?;
        }
        let errors = verdict.mistakes.iter().filter(|m| m.is_error()).count();
        let warnings = verdict.mistakes.len() - errors;
        let summary = match (errors, warnings) {
            (0, 0) => format!("{path} is valid"),
            (0, n) => format!("{path} is valid, with {}", count(n, "warning")),
            (n, 0) => format!("{path} is not valid: {}", count(n, "error")),
            (e, w) => format!("{path} is not valid: {}, {}", count(e, "error"), count(w, "warning")),
        };
        writeln!(terminal.out(), "{summary}")?;
    }
    Ok(())
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn masked(finding: Finding) -> Finding {
    let excerpt = Excerpt { text: masker::masked(&finding.excerpt.text), ..finding.excerpt };
    let evidence = finding.evidence.iter().map(|e| masker::masked(e)).collect();
    Finding {
        message: masker::masked(&finding.message),
        help: masker::masked(&finding.help).into(),
        excerpt,
        evidence,
        ..finding
    }
}

fn machine(verdicts: &[(String, Verdict)], format: OutputFormat, terminal: &mut Terminal) -> Result<()> {
    let mut report = Report::default();
    for (_, verdict) in verdicts {
        let (findings, rules) = verdict.findings();
        report.findings.extend(findings.into_iter().map(masked));
        report.rules.extend(rules);
    }
    report.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    report.rules.sort_by(|a, b| a.id.cmp(&b.id));
    report.rules.dedup_by(|a, b| a.id == b.id);
    report.rules_enabled = crate::policy::codes::ALL.len();
    report.coverage.files = verdicts.iter().map(|(_, v)| v.sources.files().len() as u64).sum();
    report.coverage.bytes = verdicts.iter().flat_map(|(_, v)| v.sources.files()).map(|f| f.text.len() as u64).sum();
    let wanted = match format {
        OutputFormat::Human => Format::Human,
        OutputFormat::Concise => Format::Concise,
        OutputFormat::Json => Format::Json,
        OutputFormat::Jsonl => Format::Jsonl,
        OutputFormat::Sarif => Format::Sarif,
        OutputFormat::Github => Format::Github,
    };
    let Some(row) = FORMATS.iter().find(|row| row.format == wanted) else { bail!("the format is not there") };
    let style = terminal.style();
    (row.writer)(&report, style, terminal.out())?;
    Ok(())
}
