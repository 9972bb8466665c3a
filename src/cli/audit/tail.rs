//! `govctl audit tail`.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use jiff::tz::TimeZone;

use super::lines::Lines;
use super::log::Place;
use crate::cli::Exit;
use crate::cli::terminal::Terminal;
use crate::store::Store;

/// How often a followed log is looked at; a new entry must show within 200 ms.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How many entries are held at a time.
const BATCH: u64 = 100;

/// `govctl audit tail`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// How many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    lines: u64,
    /// Go on with new entries as they come
    #[arg(short, long)]
    follow: bool,
    /// Print the entries as they are stored, one a line
    #[arg(long)]
    json: bool,
    /// Print times in UTC
    #[arg(long)]
    utc: bool,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let store = place.open()?;
    let zone = if args.utc { TimeZone::UTC } else { TimeZone::system() };
    let lines = Lines::new(zone, terminal.style());
    let mut next = store.size()?.saturating_sub(args.lines);
    if !args.json {
        lines.header(terminal.out())?;
    }
    let mut version = store.data_version()?;
    print(&store, &mut next, args, &lines, terminal)?;
    if !args.follow {
        return Ok(Exit::Clean);
    }
    loop {
        terminal.flush()?;
        thread::sleep(LOOK_EVERY);
        // Between two looks no transaction is open, so the write-ahead log can be emptied.
        let now = store.data_version()?;
        if now != version {
            version = now;
            print(&store, &mut next, args, &lines, terminal)?;
        }
    }
}

/// Entries are read in batches and printed after: whoever reads slowly does not keep a transaction open.
fn print(store: &Store, next: &mut u64, args: &Args, lines: &Lines, terminal: &mut Terminal) -> Result<()> {
    loop {
        let mut batch = Vec::new();
        store.entries_from::<anyhow::Error>(*next, BATCH, |seq, body| {
            batch.push((seq, body.to_owned()));
            Ok(())
        })?;
        for (seq, body) in &batch {
            *next = seq + 1;
            match args.json {
                true => writeln!(terminal.out(), "{body}")?,
                false => lines.entry(body, terminal.out())?,
            }
        }
        if (batch.len() as u64) < BATCH {
            return Ok(());
        }
    }
}
