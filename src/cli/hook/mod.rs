//! `govctl hook`: git's hooks put in place, taken away, and what they run.
//!
//! A script of `hooks/` is a guard: without govctl nothing passes, the hook that was there before runs first, and all
//! else is `govctl hook run NAME`, which reads what git gives that hook.

pub mod install;
pub mod managers;
pub mod place;
pub(super) mod run;
pub mod stage;
mod uninstall;
mod user;

use anyhow::Result;
use clap::Subcommand;

use super::terminal::Terminal;
use super::{Exit, PolicyArgs};

/// `govctl hook`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

impl Args {
    /// Those of `hook run`.
    pub(super) fn running(args: run::Args) -> Self {
        Self { command: Command::Run(args) }
    }
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Put govctl's hooks in place
    Install(install::Args),
    /// Take govctl's hooks away; what was there before comes back
    Uninstall(uninstall::Args),
    /// Do what a hook does; git's scripts call this
    Run(run::Args),
}

/// Runs a subcommand.
///
/// # Errors
/// What makes it impossible, with what to do.
pub fn run(args: &Args, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    match &args.command {
        Command::Install(args) => install::run(args, terminal),
        Command::Uninstall(args) => uninstall::run(args, terminal),
        Command::Run(args) => run::run(args, policy, terminal),
    }
}
