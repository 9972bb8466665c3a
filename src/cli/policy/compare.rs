//! `govctl policy diff`: what differs in meaning.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use serde_json::json;

use super::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};
use crate::gate::compare::{Comparison, compare};
use crate::policy::diff::{Change, Effect, diff};
use crate::policy::{Policy, hash, load};

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

/// As many answers are shown to people.
const SHOWN: usize = 20;

/// Compares two policies. Exit status 0: they mean the same; 1: they do not.
///
/// # Errors
/// A policy that cannot be read or has errors.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let (before, after) = (read(&args.before, options)?, read(&args.after, options)?);
    let changes = diff(&hash::resolved(&before), &hash::resolved(&after));
    let answers = compare(&before, &after);
    if args.json {
        let document =
            json!({ "schema_version": crate::report::SCHEMA_VERSION, "changes": changes, "answers": answers });
        writeln!(terminal.out(), "{document:#}")?;
    } else {
        human(&changes, terminal)?;
        told(&answers, terminal)?;
    }
    Ok(if changes.is_empty() && answers.differences.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn human(changes: &[Change], terminal: &mut Terminal) -> Result<()> {
    for change in changes {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".into());
        let (before, after) = (shown(&change.before), shown(&change.after));
        writeln!(terminal.out(), "{:<8}  {}: {before} → {after}", name(change.effect), change.key)?;
    }
    match changes.len() {
        0 => writeln!(terminal.out(), "the two policies mean the same")?,
        n => {
            let plural = if n == 1 { "" } else { "s" };
            writeln!(terminal.out(), "{n} difference{plural}: {}", counted(changes.iter().map(|c| c.effect)))?;
        }
    }
    Ok(())
}

/// What becomes of requests.
fn told(answers: &Comparison, terminal: &mut Terminal) -> Result<()> {
    for one in answers.differences.iter().take(SHOWN) {
        let more = ["constraints", "labels", "paths", "provider"].into_iter().filter_map(|k| one.request.get(k));
        let more: String = more.map(|v| format!(" {v}")).collect();
        let action = one.request["action"].as_str().unwrap_or_default();
        writeln!(terminal.out(), "{:<8}  {action}{more}: {} → {}", name(one.effect), one.before, one.after)?;
    }
    let n = answers.differences.len();
    if n > SHOWN {
        writeln!(terminal.out(), "… and {} more; --json has all", n - SHOWN)?;
    }
    let equal = answers.requests - n;
    let counted = counted(answers.differences.iter().map(|d| d.effect));
    writeln!(terminal.out(), "of {} requests that were asked of both: {counted}, {equal} equal", answers.requests)?;
    Ok(())
}

fn name(effect: Effect) -> &'static str {
    match effect {
        Effect::Widened => "widened",
        Effect::Narrowed => "narrowed",
        Effect::Changed => "changed",
    }
}

fn counted(effects: impl Iterator<Item = Effect> + Clone) -> String {
    let count = |effect| effects.clone().filter(|e| *e == effect).count();
    let (widened, narrowed) = (count(Effect::Widened), count(Effect::Narrowed));
    match count(Effect::Changed) {
        0 => format!("{widened} widened, {narrowed} narrowed"),
        changed => format!("{widened} widened, {narrowed} narrowed, {changed} changed"),
    }
}

fn read(path: &Path, options: &PolicyArgs) -> Result<Policy> {
    let verdict = load::judge_file(path, &working_directory()?, &options.context())?;
    match verdict.policy {
        Some(policy) => Ok(policy),
        None => bail!("{0} is not valid; see `govctl policy validate {0}`", path.display()),
    }
}
