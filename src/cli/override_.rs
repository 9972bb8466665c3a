//! `govctl override request`: letting what blocks pass, once, by an approval.

use anyhow::{Result, bail};
use clap::Subcommand;

use super::approvals::{self, OverrideRequest};
use super::terminal::Terminal;
use super::{Exit, PolicyArgs};

/// `govctl override`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Ask for an approval to let a blocked check pass
    Request(RequestArgs),
}

/// What is to pass, and why.
#[derive(clap::Args, Debug)]
struct RequestArgs {
    /// Why it must pass
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// What it covers: a rule's id or a glob of ids, or a path or a glob of paths
    #[arg(long, value_name = "RULE|PATH")]
    scope: String,
    /// How long votes are waited for; else as the policy says
    #[arg(long, value_name = "DURATION", value_parser = approvals::milliseconds)]
    ttl: Option<i64>,
    /// The database of the log and the queue; else the one of the repository that this is in
    #[arg(long, value_name = "FILE")]
    db: Option<std::path::PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Asks for an override.
///
/// # Errors
/// What cannot be asked for; the disk.
pub fn run(args: &Args, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let Command::Request(args) = &args.command;
    if args.scope.trim().is_empty() || args.scope.chars().all(|c| c == '*' || c == '/') {
        bail!("--scope must name a rule or a path; an override of everything is not to be had");
    }
    let request = OverrideRequest { reason: &args.reason, scope: &args.scope, ttl: args.ttl, json: args.json };
    approvals::request_override(&request, args.db.clone(), policy, terminal)
}
