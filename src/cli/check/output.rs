//! Where a report goes: standard output or a file, and GitHub's job summary.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

use super::args::Args;
use crate::cli::terminal::Terminal;
use crate::cli::{files, given};
use crate::engine::baseline::Baseline;
use crate::report::{self, Format, Report, Style, github, statistics, summary};

/// Prints a report as the arguments say.
///
/// # Errors
/// What cannot be written.
pub fn write(args: &Args, report: &Report, terminal: &mut Terminal) -> Result<()> {
    match &args.output {
        None => {
            let style = terminal.style();
            report::write(args.format, report, style, terminal.out())?;
        }
        Some(path) => {
            let mut text = Vec::new();
            report::write(args.format, report, Style::default(), &mut text)?;
            files::write_atomically(path, &text)
                .with_context(|| format!("cannot write the report to {}", path.display()))?;
        }
    }
    if args.statistics {
        write_statistics(args, report, terminal)?;
    }
    if let Some(path) = job_summary_file() {
        append(&path, &github::job_summary(report))
            .with_context(|| format!("cannot write the job summary to {}", path.display()))?;
    }
    // These formats on standard output have the errors in them.
    if !matches!(args.format, Format::Human | Format::Concise) || args.output.is_some() {
        tell_gaps(report, terminal);
    }
    Ok(())
}

/// Tells on standard error why a report is not complete, if it is not.
pub fn tell_gaps(report: &Report, terminal: &mut Terminal) {
    report.errors.iter().cloned().chain(summary::gaps(report)).for_each(|e| terminal.error(&e));
}

/// Under a report for people, and beside one for machines, whose output must stay what it is.
fn write_statistics(args: &Args, report: &Report, terminal: &mut Terminal) -> Result<()> {
    if args.format == Format::Human && args.output.is_none() {
        let style = terminal.style();
        writeln!(terminal.out())?;
        return Ok(statistics::write(report, style, terminal.out())?);
    }
    let mut text = Vec::new();
    statistics::write(report, Style::default(), &mut text)?;
    terminal.say(&String::from_utf8_lossy(&text));
    Ok(())
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

/// The file that GitHub shows as the job's summary, where there is one.
fn job_summary_file() -> Option<PathBuf> {
    env::var_os("GITHUB_STEP_SUMMARY").filter(|v| !v.is_empty()).map(PathBuf::from)
}

/// Reads a baseline.
///
/// # Errors
/// A file that cannot be read or is none, with the line.
pub fn read_baseline(path: &Path) -> Result<Baseline> {
    let text = given::bytes(path).with_context(|| {
        format!("cannot read the baseline {}; `govctl check --write-baseline` makes one", path.display())
    })?;
    Baseline::parse(&text).map_err(|e| anyhow::anyhow!("the baseline {} is broken: {e}", path.display()))
}
