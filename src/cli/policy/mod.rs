//! `govctl policy`: everything about governance.toml.

mod options;
mod validate;

use clap::{Args as ClapArgs, Subcommand};

use super::terminal::Terminal;
use super::{Exit, PolicyArgs};

/// Look into the policy, judge it, change it.
#[derive(ClapArgs, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Find every mistake in a policy
    Validate(validate::Args),
}

/// Runs a subcommand.
///
/// # Errors
/// What cannot be read or written.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Validate(args) => validate::run(args, options, terminal),
    }
}
