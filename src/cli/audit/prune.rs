//! `govctl audit prune`. It takes data away because a policy says so, and therefore asks for trust in that policy where the
//! environment does; the other `audit` commands look, or add what no policy decides.

use anyhow::{Result, anyhow};
use jiff::{SignedDuration, Timestamp};

use super::log::Place;
use crate::cli::Exit;
use crate::cli::policy::trust;
use crate::cli::terminal::Terminal;
use crate::store::Archive;

/// `govctl audit prune`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Say what would go, and leave it
    #[arg(long)]
    dry_run: bool,
    /// Keep data of so many days; else [audit] retention_days
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let policy = place.policy()?;
    if !args.dry_run {
        trust::require(&policy)?;
    }
    let audit = &policy.sections().audit;
    let days = args.keep_days.unwrap_or(audit.retention_days);
    let before = Timestamp::now()
        .checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
        .map_err(|_| anyhow!("--keep-days {days}: that is before all time"))?;
    let archive = if audit.compression_enabled { Archive::Gzip } else { Archive::None };
    let mut store = place.open_to_write()?;
    let pruned = if args.dry_run { store.prunable(before)? } else { store.prune(before, archive)? };
    let day = before.strftime("%Y-%m-%d");
    let Some(through) = pruned.through.filter(|_| pruned.payloads > 0) else {
        writeln!(terminal.out(), "no data is older than {days} days ({day})")?;
        return Ok(Exit::Clean);
    };
    let verb = if args.dry_run { "would purge" } else { "purged" };
    let (payloads, bytes) = (pruned.payloads, pruned.bytes);
    writeln!(
        terminal.out(),
        "{verb} the data of {payloads} entries up to entry {through} ({bytes} bytes, older than {day}); entries and hashes stay"
    )?;
    if let Some(path) = pruned.archive {
        terminal.note(&format!("kept in {}", path.display()));
    }
    Ok(Exit::Clean)
}
