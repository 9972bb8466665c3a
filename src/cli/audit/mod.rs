//! `govctl audit`: look into the log, prove it, hand it out.

mod checkpoint;
mod compliance;
mod export;
mod filter;
mod key;
pub mod later;
mod lines;
pub mod log;
mod prove;
mod prune;
mod query;
mod reconcile;
mod report;
mod schema;
mod stats;
mod tail;
mod verify;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use super::terminal::Terminal;
use super::{Exit, PolicyArgs};

/// `govctl audit`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The log's database; else the one of the repository that this is in
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Print the last entries, and new ones as they come
    Tail(tail::Args),
    /// Find entries
    Query(query::Args),
    /// Count entries
    Stats(stats::Args),
    /// Verify the log, an export or a proof, and name every bad entry
    Verify(verify::Args),
    /// Write entries in another format
    Export(export::Args),
    /// Sign the log as it is now
    Checkpoint(checkpoint::Args),
    /// Prove that an entry is in the log
    Prove(prove::Args),
    /// Show or replace the signing key
    Key(key::Args),
    /// Purge data past its retention time; entries and hashes stay
    Prune(prune::Args),
    /// Find commits that no check has seen
    Reconcile(reconcile::Args),
    /// Write a report for people
    Report(report::Args),
    /// Map the log to the controls of a standard
    Compliance(compliance::Args),
    /// Print the JSON Schema of an entry
    Schema,
}

/// Runs a subcommand.
///
/// # Errors
/// Bad arguments, a log that cannot be opened, the disk.
pub fn run(args: Args, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let place = log::Place { db: args.db, policy: policy.clone() };
    match args.command {
        Command::Tail(args) => tail::run(&args, &place, terminal),
        Command::Query(args) => query::run(&args, &place, terminal),
        Command::Stats(args) => stats::run(&args, &place, terminal),
        Command::Verify(args) => verify::run(&args, &place, terminal),
        Command::Export(args) => export::run(&args, &place, terminal),
        Command::Checkpoint(args) => checkpoint::run(&args, &place, terminal),
        Command::Prove(args) => prove::run(&args, &place, terminal),
        Command::Key(args) => key::run(&args, &place, terminal),
        Command::Prune(args) => prune::run(&args, &place, terminal),
        Command::Reconcile(args) => reconcile::run(&args, &place, terminal),
        Command::Report(args) => report::run(&args, &place, terminal),
        Command::Compliance(args) => compliance::run(&args, &place, terminal),
        Command::Schema => schema::run(terminal),
    }
}
