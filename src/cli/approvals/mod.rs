//! `govctl approvals`: ask people, agree, and use what was agreed to.

mod close;
mod consume;
mod desk;
mod list;
mod overriding;
mod pick;
mod request;
mod show;
mod signing;
mod subject;
mod text;
mod verify;
mod vote;
mod wait;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use super::terminal::Terminal;
use super::{Exit, PolicyArgs};
pub use consume::read_token;
pub use overriding::{OverrideRequest, request_override, use_override};
pub use request::milliseconds;

use desk::Place;

/// `govctl approvals`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The database of the log and the queue; else the one of the repository that this is in
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Ask for an approval; prints its id and, once, its token
    Request(request::Args),
    /// List what waits for votes or may be used
    List(list::Args),
    /// Show exactly what is to be approved, and how far it is
    Show(show::Args),
    /// Agree
    Approve(vote::ApproveArgs),
    /// Refuse
    Reject(vote::RejectArgs),
    /// Take a vote back
    Withdraw(vote::WithdrawArgs),
    /// Take a request back
    Cancel(close::CancelArgs),
    /// Wait for the decision: exit status 0 approved, 1 refused, 3 still pending
    Wait(wait::Args),
    /// Use an approval, once, for exactly what was approved
    Consume(consume::Args),
    /// Check every vote again, and say how to do it without govctl
    Verify(verify::Args),
    /// Close what an override left to be looked into
    Close(close::CloseArgs),
}

/// Runs a subcommand.
///
/// # Errors
/// Bad arguments, a policy that is not valid, a queue that cannot be opened, the disk.
pub fn run(args: Args, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let place = Place { db: args.db, policy: policy.clone() };
    match args.command {
        Command::Request(args) => request::run(&args, &place, terminal),
        Command::List(args) => list::run(&args, &place, terminal),
        Command::Show(args) => show::run(&args, &place, terminal),
        Command::Approve(args) => vote::approve(&args, &place, terminal),
        Command::Reject(args) => vote::reject(&args, &place, terminal),
        Command::Withdraw(args) => vote::withdraw(&args, &place, terminal),
        Command::Cancel(args) => close::cancel(&args, &place, terminal),
        Command::Wait(args) => wait::run(&args, &place, terminal),
        Command::Consume(args) => consume::run(&args, &place, terminal),
        Command::Verify(args) => verify::run(&args, &place, terminal),
        Command::Close(args) => close::close(&args, &place, terminal),
    }
}
