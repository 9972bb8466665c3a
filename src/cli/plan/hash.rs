//! `govctl plan hash`.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::{input, text};
use crate::cli::Exit;
use crate::cli::terminal::Terminal;
use crate::plan;

/// Whose hash.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The plan; `-`: standard input
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Print JSON: the hash of the plan, of every step, and of every action that an approval binds
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let plan = match plan::read(&input::read(&args.plan)?) {
        Ok(plan) => plan,
        Err(violations) => {
            let shown = text::violations(&violations);
            terminal.error(&format!("{} is no plan, so it has no hash:\n{shown}", input::name(&args.plan)));
            return Ok(Exit::Findings);
        }
    };
    if !args.json {
        writeln!(terminal.out(), "{}", plan.plan_hash())?;
        return Ok(Exit::Clean);
    }
    let step = |(i, step): (usize, &plan::Step)| json!({ "step_id": plan.step_id(i), "step_hash": step.step_hash(), "action_hash": plan.action_hash(step) });
    let steps: Vec<_> = plan.steps.iter().enumerate().map(step).collect();
    let version = crate::report::SCHEMA_VERSION;
    let document = json!({ "schema_version": version, "plan_hash": plan.plan_hash(), "steps": steps });
    writeln!(terminal.out(), "{document:#}")?;
    Ok(Exit::Clean)
}
