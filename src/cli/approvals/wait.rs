//! `govctl approvals wait`.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::desk::Place;
use super::request::milliseconds;
use crate::approvals::State;
use crate::cli::Exit;
use crate::cli::terminal::Terminal;

/// What is waited for.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// How long at most; else until it is decided, which its own time limits
    #[arg(long, value_name = "DURATION", value_parser = milliseconds)]
    timeout: Option<i64>,
}

/// How often to look.
const EVERY: Duration = Duration::from_millis(200);

/// Waits for the decision.
///
/// # Errors
/// An id that is not there; the disk.
pub fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(false)?;
    let id = desk.id(&args.id)?;
    let started = Instant::now();
    let most = args.timeout.map(|ms| Duration::from_millis(ms.unsigned_abs()));
    loop {
        let standing = desk.with(|store, context| store.settle_approval(context, &id))?;
        let left = most.map(|m| m.saturating_sub(started.elapsed()));
        if standing.state != State::Pending || left.is_some_and(|l| l.is_zero()) {
            writeln!(terminal.out(), "{id}  {}", standing.state.name())?;
            return Ok(match standing.state {
                State::Approved => Exit::Clean,
                State::Pending => Exit::Pending,
                _ => Exit::Findings,
            });
        }
        thread::sleep(left.map_or(EVERY, |l| l.min(EVERY)));
    }
}
