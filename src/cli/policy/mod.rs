//! `govctl policy`: everything about governance.toml.

mod compare;
mod convert;
pub(super) mod look;
pub mod options;
mod set;
pub mod trust;
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
    /// Print the resolved value of everything, or of one key
    Show(look::ShowArgs),
    /// Say what a key means: its type, default, choices, an example
    Explain(look::ExplainArgs),
    /// Print the JSON Schema of governance.toml
    Schema,
    /// Print the policy's hash: the same for files that mean the same
    Hash(look::HashArgs),
    /// Change one key in place, keeping comments and order
    Set(set::Args),
    /// Say what differs in meaning between two policies
    Diff(compare::Args),
    /// Turn a policy of another dialect (YAML or JSON) into governance.toml
    Import(convert::Args),
    /// Record that this very policy is trusted
    Trust(trust::Args),
}

/// Runs a subcommand.
///
/// # Errors
/// What cannot be read or written.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Validate(args) => validate::run(args, options, terminal),
        Command::Show(args) => look::show(args, options, terminal),
        Command::Explain(args) => look::explain(args, terminal),
        Command::Schema => look::schema(terminal),
        Command::Hash(args) => look::hash(args, options, terminal),
        Command::Set(args) => set::run(args, options, terminal),
        Command::Diff(args) => compare::run(args, options, terminal),
        Command::Import(args) => convert::run(args, terminal),
        Command::Trust(args) => trust::run(args, options, terminal),
    }
}
