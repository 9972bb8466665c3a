//! `govctl plan validate`.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::{input, record, text};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};
use crate::gate::{Judge, Outcome, Verdict};

/// What to judge, and how to tell.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The plan; `-`: standard input
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let bytes = input::read(&args.plan)?;
    let (policy, governed) = record::policy(options)?;
    let verdict = Judge::new(&policy).judge(&bytes);
    if governed {
        // Told only once it is on the disk.
        record::verdict(&policy, &verdict, terminal)?;
    }
    if args.json {
        let shown = Verdict { violations: text::masked_violations(&verdict.violations), ..verdict.clone() };
        let mut document = shown.to_json();
        document["schema_version"] = json!(crate::report::SCHEMA_VERSION);
        document["policy_hash"] = json!(crate::policy::hash::policy_hash(&policy));
        writeln!(terminal.out(), "{document:#}")?;
    } else {
        write!(terminal.out(), "{}", text::verdict(&verdict))?;
    }
    Ok(match verdict.outcome {
        Outcome::Pass => Exit::Clean,
        Outcome::Escalate => Exit::Pending,
        Outcome::Reject => Exit::Findings,
    })
}
