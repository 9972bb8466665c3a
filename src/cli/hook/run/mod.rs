//! `govctl hook run NAME`: what each hook does.

mod index;
mod made;
mod message;
mod push;
mod receive;
mod refs;
mod trail;
mod transaction;

use anyhow::Result;

use super::stage::Stage;
use crate::cli::check::Pass;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};

/// What git gives a hook.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Which hook
    #[arg(value_enum, value_name = "NAME")]
    stage: Stage,
    #[command(flatten)]
    pass: Pass,
    /// reference-transaction will follow: it logs what commit-msg has to say where that found nothing
    #[arg(long, hide = true)]
    later: bool,
    /// The arguments that git gives it
    #[arg(value_name = "ARG", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs a hook.
///
/// # Errors
/// What could not be looked at: git must then not go on.
pub fn run(args: &Args, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    match args.stage {
        Stage::PreCommit | Stage::PreMergeCommit => index::run(args.stage, &args.pass, policy, terminal),
        Stage::CommitMsg => message::run(&args.arguments, args.later, &args.pass, policy, terminal),
        Stage::PrePush => push::run(&args.arguments, &args.pass, policy, terminal),
        Stage::PreReceive => receive::pre_receive(&args.pass, policy, terminal),
        Stage::Update => receive::update(&args.arguments, &args.pass, policy, terminal),
        Stage::ReferenceTransaction => transaction::run(&args.arguments, &args.pass, policy, terminal),
        Stage::PostCommit => made::run(policy, terminal),
    }
}
