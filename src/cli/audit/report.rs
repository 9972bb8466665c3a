//! `govctl audit report`.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use super::export::to_file;
use super::filter::Range;
use super::log::Place;
use crate::audit::Entry;
use crate::audit::query::Query;
use crate::audit::report::{self, Integrity, Summary};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, clock};
use crate::store::Store;

/// `govctl audit report`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    range: Range,
    /// Where to; else standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The format; else by the name of the file
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Md,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let query = args.range.narrow(Query::default())?;
    let mut store = place.open_to_write()?;
    let summary = summarise(&mut store, &query)?;
    let by_name = args.output.as_ref().and_then(|p| p.extension()).is_some_and(|e| e == "md" || e == "markdown");
    let format = args.format.unwrap_or(if by_name { Format::Md } else { Format::Html });
    let write = |out: &mut dyn std::io::Write| match format {
        Format::Html => report::html(&summary, out),
        Format::Md => report::markdown(&summary, out),
    };
    match &args.output {
        None => write(terminal.out())?,
        Some(path) => to_file(path, |out| Ok(write(out)?))?,
    }
    if !summary.integrity.verified {
        terminal.warn("the log does not verify: run `govctl audit verify`");
        return Ok(Exit::Findings);
    }
    Ok(Exit::Clean)
}

fn summarise(store: &mut Store, query: &Query) -> Result<Summary> {
    let checkpoint = store.checkpoint()?.note;
    let vkey = store.signer()?.verifier().vkey();
    let integrity = Integrity::new(&store.verify(&[], &[])?, checkpoint, vkey);
    let (origin, generated) = (store.origin()?, format!("{}Z", clock::now()));
    let mut summary = Summary { origin, range: range(query), generated, integrity, ..Summary::default() };
    store.query::<anyhow::Error>(query, |_, body| {
        if let Ok(entry) = serde_json::from_str::<Entry>(body) {
            summary.add(&entry);
        }
        Ok(())
    })?;
    let mut behind = Vec::new();
    for seq in summary.needed() {
        store.entries_from::<anyhow::Error>(seq, 1, |_, body| {
            behind.extend(serde_json::from_str::<Entry>(body));
            Ok(())
        })?;
    }
    summary.behind = behind;
    Ok(summary)
}

/// A query's range of time, in words.
pub(super) fn range(query: &Query) -> String {
    match (query.from, query.to) {
        (None, None) => "the whole log".into(),
        (Some(from), None) => format!("from {from:.0}"),
        (None, Some(to)) => format!("until {to:.0}"),
        (Some(from), Some(to)) => format!("from {from:.0} to {to:.0}"),
    }
}
