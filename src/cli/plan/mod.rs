//! `govctl plan`: judge a plan, hash it, hold an execution graph against it.

mod hash;
mod input;
mod record;
mod text;
mod validate;
mod verify;

use clap::{Args as ClapArgs, Subcommand};

use super::terminal::Terminal;
use super::{Exit, PolicyArgs};

/// Judge plans before they are carried out.
#[derive(ClapArgs, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Say whether a plan passes (0), needs an approval (3) or is rejected (1), and everything that is wrong with it
    Validate(validate::Args),
    /// Print the hash of a plan: the same for files that mean the same
    Hash(hash::Args),
    /// Check that an execution graph is the plan's: every step once, unchanged, in order
    Verify(verify::Args),
}

/// Runs a subcommand.
///
/// # Errors
/// What cannot be read; an entry that cannot be logged.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Validate(args) => validate::run(args, options, terminal),
        Command::Hash(args) => hash::run(args, terminal),
        Command::Verify(args) => verify::run(args, options, terminal),
    }
}
