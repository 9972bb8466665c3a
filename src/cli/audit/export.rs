//! `govctl audit export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use super::filter::Filter;
use super::log::Place;
use crate::audit::export::{Exporter, Format as Export};
use crate::audit::query::Query;
use crate::cli::Exit;
use crate::cli::files::{self, Readers};
use crate::cli::terminal::Terminal;
use crate::store::Store;

/// `govctl audit export`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The format; json and jsonl carry the entries byte for byte, so that they can be verified elsewhere
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Where to; else standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Jsonl,
    Json,
    Csv,
    Parquet,
    Cloudevents,
    Ocsf,
    Cef,
    Syslog,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let format = match args.format {
        Format::Jsonl => Export::Jsonl,
        Format::Json => Export::Json,
        Format::Csv => Export::Csv,
        Format::Cloudevents => Export::CloudEvents,
        Format::Ocsf => Export::Ocsf,
        Format::Cef => Export::Cef,
        Format::Syslog => Export::Syslog,
        #[cfg(feature = "parquet")]
        Format::Parquet => Export::Parquet,
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => anyhow::bail!(
            "parquet is not part of this build: build govctl with `--features parquet`, or export jsonl and convert that"
        ),
    };
    let query = args.filter.query()?;
    let store = place.open()?;
    match &args.output {
        None => write(&store, &query, format, terminal.out())?,
        Some(path) => to_file(path, |out| write(&store, &query, format, out))?,
    }
    Ok(Exit::Clean)
}

fn write(store: &Store, query: &Query, format: Export, out: &mut dyn Write) -> Result<()> {
    let origin = store.origin()?;
    let mut exporter = Exporter::new(format, &origin, out)?;
    store.query::<anyhow::Error>(query, |_, body| Ok(exporter.entry(body)?))?;
    Ok(exporter.finish()?)
}

/// Writes a file that only its owner may read; it appears under its name when it is whole. It is never held in memory.
pub(super) fn to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    files::stream_atomically(path, Readers::Owner, write).with_context(|| format!("cannot write {}", path.display()))
}
