//! `govctl audit query`.

use anyhow::Result;
use clap::ValueEnum;

use super::filter::Filter;
use super::lines::Lines;
use super::log::Place;
use crate::audit::export::{Exporter, Format as Export};
use crate::cli::Exit;
use crate::cli::terminal::Terminal;

/// `govctl audit query`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    filter: Filter,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// The newest first
    #[arg(long)]
    reverse: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Print only how many there are
    #[arg(long)]
    count: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    Jsonl,
    Csv,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut query = args.filter.query()?;
    (query.limit, query.reverse) = (args.limit, args.reverse);
    let store = place.open()?;
    if args.count {
        writeln!(terminal.out(), "{}", store.count(&query)?)?;
        return Ok(Exit::Clean);
    }
    let format = match args.format {
        Format::Table => {
            let lines = Lines::new(args.filter.range.zone(), terminal.style());
            lines.header(terminal.out())?;
            let mut found = 0u64;
            store.query::<anyhow::Error>(&query, |_, body| {
                found += 1;
                Ok(lines.entry(body, terminal.out())?)
            })?;
            if found == 0 {
                terminal.note("no entry matches");
            }
            return Ok(Exit::Clean);
        }
        Format::Json => Export::Json,
        Format::Jsonl => Export::Jsonl,
        Format::Csv => Export::Csv,
    };
    let origin = store.origin()?;
    let mut exporter = Exporter::new(format, &origin, terminal.out())?;
    store.query::<anyhow::Error>(&query, |_, body| Ok(exporter.entry(body)?))?;
    exporter.finish()?;
    Ok(Exit::Clean)
}
