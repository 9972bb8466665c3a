//! `govctl policy import`: another dialect → governance.toml.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args as ClapArgs;

use crate::cli::terminal::Terminal;
use crate::cli::{Exit, files, given};
use crate::policy::import::import;

/// What to import.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// A policy in YAML or JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write here instead of to standard output; an existing file is not overwritten
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Imports: governance.toml to the output, what became of each key to standard error.
///
/// # Errors
/// A file that cannot be read, is no YAML, or stands in the way.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let text = given::text(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let imported = import(&text).map_err(|e| anyhow!("{}: {e}", args.file.display()))?;
    match &args.output {
        Some(path) if path.exists() => bail!("{} exists; name another file, or move it away", path.display()),
        Some(path) => {
            files::write_atomically(path, imported.toml.as_bytes())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        None => write!(terminal.out(), "{}", imported.toml)?,
    }
    for (what, lines) in
        [("carried", &imported.carried), ("changed", &imported.changed), ("not carried", &imported.lost)]
    {
        lines.iter().for_each(|line| terminal.note(&format!("{what}: {line}")));
    }
    Ok(Exit::Clean)
}
