//! `govctl audit compliance`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::export::to_file;
use super::filter::Range;
use super::log::Place;
use super::report::range;
use crate::audit::Entry;
use crate::audit::compliance::{self, Compliance, Evidence};
use crate::audit::query::{Field, Query};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, clock};
use crate::policy::Policy;
use crate::store::Store;

/// `govctl audit compliance`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The standard
    #[arg(long, value_enum, value_name = "STANDARD")]
    standard: Standard,
    #[command(flatten)]
    range: Range,
    /// Where to; else standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The format; else by the name of the file, else md
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Standard {
    Iso27001,
    Soc2,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Html,
    Md,
    Json,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let standard = match args.standard {
        Standard::Iso27001 => compliance::Standard::Iso27001,
        Standard::Soc2 => compliance::Standard::Soc2,
    };
    let query = args.range.narrow(Query::default())?;
    let store = place.open()?;
    let evidence = keys(&place.policy()?, standard).into_iter().map(|k| evidence(&store, standard, k, &query));
    let verdict = store.verify(&[], &[])?;
    let report = Compliance {
        standard,
        origin: store.origin()?,
        range: range(&query),
        generated: format!("{}Z", clock::now()),
        integrity: if verdict.is_good() {
            "every entry of the log verifies".into()
        } else {
            "the log does NOT verify".to_owned()
        },
        evidence: evidence.collect::<Result<_>>()?,
    };
    let name = args.output.as_ref().and_then(|p| p.extension()).and_then(|e| e.to_str());
    let format = args.format.unwrap_or(match name {
        Some("html" | "htm") => Format::Html,
        Some("json") => Format::Json,
        _ => Format::Md,
    });
    let write = |out: &mut dyn std::io::Write| match format {
        Format::Html => report.html(out),
        Format::Md => report.markdown(out),
        Format::Json => report.json(out),
    };
    match &args.output {
        None => write(terminal.out())?,
        Some(path) => to_file(path, |out| Ok(write(out)?))?,
    }
    Ok(if verdict.is_good() { Exit::Clean } else { Exit::Findings })
}

/// The controls that the policy has on; all that are known where it names none.
fn keys(policy: &Policy, standard: compliance::Standard) -> Vec<String> {
    let sections = &policy.sections().compliance;
    let named = match standard {
        compliance::Standard::Iso27001 => &sections.iso27001.controls,
        compliance::Standard::Soc2 => &sections.soc2.controls,
    };
    match named.is_empty() {
        true => compliance::controls(standard).iter().map(|c| c.key.to_owned()).collect(),
        false => named.iter().filter(|(_, on)| **on).map(|(key, _)| key.clone()).collect(),
    }
}

fn evidence(store: &Store, standard: compliance::Standard, key: String, range: &Query) -> Result<Evidence> {
    let Some(control) = compliance::control(standard, &key) else {
        return Ok(Evidence { key, control: None, count: 0, ends: None });
    };
    let types: Vec<_> = control.evidence.iter().map(|t| (*t).to_owned()).collect();
    let query = range.clone().filter(Field::Type, &types);
    let end = |reverse| -> Result<Option<(u64, String)>> {
        let mut found = None;
        let query = Query { limit: Some(1), reverse, ..query.clone() };
        store.query::<anyhow::Error>(&query, |seq, body| {
            let Ok(entry) = serde_json::from_str::<Entry>(body) else { bail!("entry {seq} does not read") };
            found = Some((seq, entry.ts));
            Ok(())
        })?;
        Ok(found)
    };
    let ends = end(false)?.zip(end(true)?);
    Ok(Evidence { key, control: Some(control), count: store.count(&query)?, ends })
}
