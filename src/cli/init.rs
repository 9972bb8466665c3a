//! `govctl init`: a first policy, and its schema for editors.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args as ClapArgs;

use super::policy::options::{repository_root, working_directory};
use super::terminal::Terminal;
use super::{Exit, PolicyArgs, files};
use crate::policy::{load, shape};

/// What `init` writes as governance.toml.
pub const FIRST_POLICY: &str = include_str!("init/governance.toml");
const SCHEMA: &str = "governance.schema.json";

/// How to start.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// Show what would be written; write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Writes governance.toml and its schema at the repository's root, or where `--policy` says.
///
/// # Errors
/// A policy that is already there; a file that cannot be written.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let directory = working_directory()?;
    let policy = target(options, &directory)?;
    let schema = policy.with_file_name(SCHEMA);
    for path in [&policy, &schema] {
        if path.symlink_metadata().is_ok() {
            bail!("{} exists; nothing was written. Move it away to start anew", load::display_path(path, &directory));
        }
    }
    let contract = format!("{:#}\n", shape::json_schema());
    if args.dry_run {
        writeln!(terminal.out(), "# would be written to {}:", load::display_path(&policy, &directory))?;
        write!(terminal.out(), "{FIRST_POLICY}")?;
        let size = contract.len() / 1024;
        writeln!(
            terminal.out(),
            "# and to {}: the JSON Schema of `govctl policy schema`, {size} KiB",
            load::display_path(&schema, &directory)
        )?;
        return Ok(Exit::Clean);
    }
    // The policy comes last: once it is there, so is all that it names.
    for (path, text) in [(&schema, contract.as_str()), (&policy, FIRST_POLICY)] {
        files::write_atomically(path, text.as_bytes())
            .with_context(|| format!("cannot write {}", load::display_path(path, &directory)))?;
    }
    terminal.note(&format!(
        "wrote {} and {}",
        load::display_path(&policy, &directory),
        load::display_path(&schema, &directory)
    ));
    terminal.say(NEXT);
    Ok(Exit::Clean)
}

const NEXT: &str = "
Next:
  govctl check                     look at what is in the repository
  govctl check --write-baseline    accept what is there now, so that only what is new is told
  govctl policy validate           after every change of the policy
  govctl policy explain checks     what can be said of checks, and of any other key
Then commit governance.toml and governance.schema.json.
";

fn target(options: &PolicyArgs, directory: &Path) -> Result<PathBuf> {
    if let Some(named) = options.named() {
        return Ok(directory.join(named));
    }
    let root = repository_root(directory).unwrap_or_else(|| directory.to_owned());
    match load::discover(directory, Some(&root))? {
        Some(found) => bail!(
            "there is already a policy, {}; nothing was written. See `govctl policy show`, or change it with `govctl policy set`",
            load::display_path(&found, directory)
        ),
        None => Ok(root.join(load::NAMES[0])),
    }
}
