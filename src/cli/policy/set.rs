//! `govctl policy set`: one key, in place, only if the result is valid.

use std::fs;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args as ClapArgs;

use super::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs, files};
use crate::policy::load::{self, Loaded};
use crate::policy::{edit, render};

/// What to set.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// A key such as `audit.retention_days`; items of lists by their index from 0
    #[arg(value_name = "KEY")]
    key: String,
    /// The value as TOML; what is none is taken as a string
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,
}

/// Edits the policy in force.
///
/// # Errors
/// No policy file, a key that cannot be set, a file that cannot be written.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let Loaded::File { path, .. } = options.load_here()? else {
        bail!("there is no governance.toml here; `govctl init` writes one");
    };
    let old = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let new = edit::set(&old, &args.key, &args.value).map_err(|e| anyhow!(e))?;
    let directory = working_directory()?;
    let verdict = load::judge_text_of(&path, new.clone().into_bytes(), &directory, &options.context());
    if verdict.has_errors() {
        let color = terminal.style().color;
        for mistake in verdict.mistakes.iter().filter(|m| m.is_error()) {
            writeln!(terminal.out(), "{}\n", render::render(mistake, &verdict.sources, color))?;
        }
        terminal.error("the policy would not be valid; nothing was written");
        return Ok(Exit::Findings);
    }
    files::write_atomically(&path, new.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    terminal.note(&format!("{} = {} in {}", args.key, args.value, load::display_path(&path, &directory)));
    Ok(Exit::Clean)
}
