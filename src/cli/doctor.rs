//! `govctl doctor`: is what should hold really in force? A list of checks, each with the command that mends it; the hooks are
//! not believed but tried.

mod canary;
mod hooks;
mod policy;
mod store;
mod surroundings;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args as ClapArgs;
use colored::Colorize as _;
use serde::Serialize;

use super::hook::install;
use super::hook::stage::Stage;
use super::policy::options::working_directory;
use super::terminal::Terminal;
use super::{Exit, PolicyArgs};

/// What to do about what is found.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// Mend what can be mended safely: permissions and govctl's own hooks
    #[arg(long)]
    fix: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Good,
    /// Something is wrong.
    Bad,
    /// It could not be told.
    Unknown,
}

/// A check and how it ended.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    state: State,
    detail: String,
    /// The command that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
    #[serde(skip)]
    fix: Option<Fix>,
}

/// What `--fix` may do by itself.
#[derive(Debug)]
enum Fix {
    /// Permissions.
    Mode(PathBuf, u32),
    /// A hook that is missing or old.
    Install(Stage),
}

impl Check {
    fn good(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Good, detail: detail.into(), mend: None, fix: None }
    }

    fn bad(name: impl Into<String>, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Bad, mend: Some(mend.into()), ..Self::good(name, detail) }
    }

    fn unknown(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { state: State::Unknown, ..Self::good(name, detail) }
    }

    fn fixed_by(self, fix: Fix) -> Self {
        Self { fix: Some(fix), ..self }
    }
}

/// Runs the subcommand. Exit status 0: all is good, 1: something is wrong, 2: something could not be told.
///
/// # Errors
/// A working directory that is gone, a mend that fails, standard output that cannot be written.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let mut checks = examine(options)?;
    if args.fix && mend(&checks, terminal)? > 0 {
        checks = examine(options)?;
    }
    if args.json {
        let document = serde_json::json!({"schema_version": "1", "status": worst(&checks), "checks": checks});
        serde_json::to_writer_pretty(terminal.out(), &document)?;
        writeln!(terminal.out())?;
    } else {
        checks.iter().try_for_each(|check| print(check, terminal))?;
    }
    Ok(match worst(&checks) {
        State::Good => Exit::Clean,
        State::Bad => Exit::Findings,
        State::Unknown => Exit::Failure,
    })
}

fn examine(options: &PolicyArgs) -> Result<Vec<Check>> {
    let directory = working_directory()?;
    let (policy, mut checks) = policy::examine(options, &directory);
    checks.extend(hooks::examine(&directory, options, policy.as_ref()));
    if let Some(policy) = &policy {
        checks.extend(store::examine(policy));
    }
    checks.extend(surroundings::examine(&directory, policy.as_ref()));
    Ok(checks)
}

/// What could not be told outweighs what is wrong, as everywhere.
fn worst(checks: &[Check]) -> State {
    let any = |state| checks.iter().any(|c| c.state == state);
    match () {
        () if any(State::Unknown) => State::Unknown,
        () if any(State::Bad) => State::Bad,
        () => State::Good,
    }
}

fn print(check: &Check, terminal: &mut Terminal) -> Result<()> {
    let color = terminal.style().color;
    let sign = match check.state {
        State::Good => "✓".green(),
        State::Bad => "✗".red(),
        State::Unknown => "?".yellow(),
    };
    let sign = if color { sign.to_string() } else { sign.clear().to_string() };
    writeln!(terminal.out(), "{sign} {}: {}", check.name, check.detail)?;
    if let Some(mend) = &check.mend {
        writeln!(terminal.out(), "    mend it: {mend}")?;
    }
    Ok(())
}

/// Mends what may be mended; how much that was.
fn mend(checks: &[Check], terminal: &mut Terminal) -> Result<usize> {
    let mut count = 0;
    for check in checks.iter().filter(|c| c.state == State::Bad) {
        match &check.fix {
            Some(Fix::Mode(path, mode)) => set_mode(path, *mode)?,
            Some(Fix::Install(stage)) => install(*stage)?,
            None => continue,
        }
        terminal.note(&format!("mended: {}", check.name));
        count += 1;
    }
    Ok(count)
}

fn install(stage: Stage) -> Result<()> {
    let directory = working_directory()?;
    install::plan(&directory, &[stage], false)?.iter().try_for_each(|change| install::apply(change, &directory))
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| format!("cannot set the permissions of {}", path.display()))
}

#[cfg(not(unix))]
fn set_mode(path: &std::path::Path, _: u32) -> Result<()> {
    anyhow::bail!("{} has no such permissions here", path.display())
}
