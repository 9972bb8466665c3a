//! Where a report goes: standard output or a file, and GitHub's job summary.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result};

use super::args::Args;
use crate::cli::files;
use crate::cli::terminal::Terminal;
use crate::engine::baseline::Baseline;
use crate::report::{self, Format, Report, Style};

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
    // The other formats have the errors in them, or no room for them.
    if args.format != Format::Human || args.output.is_some() {
        report.errors.iter().for_each(|e| terminal.error(e));
    }
    Ok(())
}

/// Reads a baseline.
///
/// # Errors
/// A file that cannot be read or is none, with the line.
pub fn read_baseline(path: &Path) -> Result<Baseline> {
    let text = fs::read(path).with_context(|| {
        format!("cannot read the baseline {}; `govctl check --write-baseline` makes one", path.display())
    })?;
    Baseline::parse(&text).map_err(|e| anyhow::anyhow!("the baseline {} is broken: {e}", path.display()))
}

/// The file that GitHub shows as the job's summary, where there is one.
pub fn job_summary_file() -> Option<std::path::PathBuf> {
    env::var_os("GITHUB_STEP_SUMMARY").filter(|v| !v.is_empty()).map(Into::into)
}
