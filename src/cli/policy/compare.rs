//! `govctl policy diff`: what differs in meaning.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use serde_json::{Value as Json, json};

use super::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};
use crate::policy::diff::{Change, Effect, diff};
use crate::policy::{hash, load};

/// What to compare.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// The old policy
    #[arg(value_name = "OLD")]
    before: PathBuf,
    /// The new policy
    #[arg(value_name = "NEW")]
    after: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Compares two policies. Exit status 0: they mean the same; 1: they do not.
///
/// # Errors
/// A policy that cannot be read or has errors.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let changes = diff(&resolved(&args.before, options)?, &resolved(&args.after, options)?);
    if args.json {
        let document = json!({ "schema_version": crate::report::SCHEMA_VERSION, "changes": changes });
        writeln!(terminal.out(), "{document:#}")?;
    } else {
        human(&changes, terminal)?;
    }
    Ok(if changes.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn human(changes: &[Change], terminal: &mut Terminal) -> Result<()> {
    for change in changes {
        let effect = match change.effect {
            Effect::Widened => "widened ",
            Effect::Narrowed => "narrowed",
            Effect::Changed => "changed ",
        };
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".into());
        writeln!(terminal.out(), "{effect}  {}: {} → {}", change.key, shown(&change.before), shown(&change.after))?;
    }
    let count = |effect| changes.iter().filter(|c| c.effect == effect).count();
    match changes.len() {
        0 => writeln!(terminal.out(), "the two policies mean the same")?,
        n => writeln!(
            terminal.out(),
            "{n} difference{}: {} widened, {} narrowed, {} changed",
            if n == 1 { "" } else { "s" },
            count(Effect::Widened),
            count(Effect::Narrowed),
            count(Effect::Changed)
        )?,
    }
    Ok(())
}

fn resolved(path: &Path, options: &PolicyArgs) -> Result<Json> {
    let verdict = load::judge_file(path, &working_directory()?, &options.context())?;
    match &verdict.policy {
        Some(policy) => Ok(hash::resolved(policy)),
        None => bail!("{0} is not valid; see `govctl policy validate {0}`", path.display()),
    }
}
