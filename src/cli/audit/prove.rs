//! `govctl audit prove`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::log::Place;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, files};

/// `govctl audit prove`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The entry's number
    seq: u64,
    /// Where to; else standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut store = place.open_to_write()?;
    let proof = store.prove(args.seq)?.to_string();
    match &args.output {
        None => write!(terminal.out(), "{proof}")?,
        Some(path) => files::write_atomically(path, proof.as_bytes())
            .with_context(|| format!("cannot write the proof to {}", path.display()))?,
    }
    terminal.note("verify it anywhere with: govctl audit verify --proof FILE --key \"$(govctl audit key show)\"");
    Ok(Exit::Clean)
}
