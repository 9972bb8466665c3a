//! `govctl plan verify`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::json;

use super::{input, record, text};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};
use crate::plan::{self, graph};

/// What to hold against what.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The plan; `-`: standard input
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// The execution graph: `{"plan_hash"?, "nodes": [{"step_id", "step_hash", "depends_on"?}]}`; `-`: standard input
    #[arg(long, value_name = "FILE")]
    graph: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let both = [&args.plan, &args.graph];
    if both.iter().all(|p| p.as_os_str() == "-") {
        bail!("plan and graph cannot both be standard input; name a file for one of them");
    }
    let plan = plan::read(&input::read(&args.plan)?);
    let graph = graph::read(&input::read(&args.graph)?);
    let hash = plan.as_ref().ok().map(plan::Plan::plan_hash);
    let (of_plan, differences) = match (&plan, &graph) {
        (Ok(plan), Ok(graph)) => (Vec::new(), graph::verify(plan, graph)),
        (plan, graph) => {
            let broken = |r: Option<&Vec<plan::Violation>>| r.cloned().unwrap_or_default();
            (broken(plan.as_ref().err()), broken(graph.as_ref().err()))
        }
    };
    let verified = of_plan.is_empty() && differences.is_empty();
    let (policy, governed) = record::policy(options)?;
    if governed {
        let all: Vec<_> = of_plan.iter().chain(&differences).cloned().collect();
        record::graph(&policy, plan.as_ref().ok(), &all, terminal)?;
    }
    if args.json {
        let document = json!({
            "schema_version": crate::report::SCHEMA_VERSION, "verified": verified, "plan_hash": hash,
            "plan_violations": text::masked_violations(&of_plan), "graph_violations": text::masked_violations(&differences),
        });
        writeln!(terminal.out(), "{document:#}")?;
    } else {
        told(args, verified, &of_plan, &differences, terminal)?;
    }
    Ok(if verified { Exit::Clean } else { Exit::Findings })
}

fn told(
    args: &Args,
    verified: bool,
    of_plan: &[plan::Violation],
    differences: &[plan::Violation],
    terminal: &mut Terminal,
) -> Result<()> {
    if verified {
        writeln!(terminal.out(), "the graph is the plan's")?;
    }
    for (path, list) in [(&args.plan, of_plan), (&args.graph, differences)] {
        if !list.is_empty() {
            writeln!(terminal.out(), "{}:\n{}", input::name(path), text::violations(list))?;
        }
    }
    Ok(())
}
