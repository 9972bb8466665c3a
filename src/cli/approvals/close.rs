//! `govctl approvals cancel` and `close`.

use anyhow::{Result, bail};

use super::desk::Place;
use super::vote::refused;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, identity};

/// Which requests are taken back.
#[derive(clap::Args, Debug)]
pub struct CancelArgs {
    /// Ids, or beginnings of them
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

/// Which follow-up is closed.
#[derive(clap::Args, Debug)]
pub struct CloseArgs {
    /// The override's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// What came of it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Takes requests back.
///
/// # Errors
/// An id that is not there; the disk.
pub fn cancel(args: &CancelArgs, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut desk = place.open(false)?;
    let who = desk.party(None, None)?;
    let ids = args.ids.iter().map(|id| desk.id(id)).collect::<Result<Vec<_>>>()?;
    let mut exit = Exit::Clean;
    for id in ids {
        let answer = desk.with(|store, context| store.cancel_approval(context, &id, &who, &args.reason))?;
        match &answer.refused {
            Some(why) => {
                terminal.error(&format!("{id}: {why}"));
                exit = refused(why);
            }
            None => writeln!(terminal.out(), "{id}  {}", answer.standing.state.name())?,
        }
    }
    desk.tell_warnings(terminal);
    Ok(exit)
}

/// Closes a follow-up.
///
/// # Errors
/// An id that is not there, an empty reason; the disk.
pub fn close(args: &CloseArgs, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    if args.reason.trim().is_empty() {
        bail!("an empty --reason: say what came of it");
    }
    let mut desk = place.open(false)?;
    let id = desk.id(&args.id)?;
    let who = identity::actor();
    if !desk.with(|store, context| store.close_follow_up(context, &id, &who, &args.reason))? {
        terminal.error(&format!("{id} has left nothing that is still to be looked into"));
        return Ok(Exit::Findings);
    }
    writeln!(terminal.out(), "{id}  closed")?;
    Ok(Exit::Clean)
}
