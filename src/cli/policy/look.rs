//! `govctl policy show`, `explain`, `schema`, `hash`: nothing is changed.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::Args as ClapArgs;
use serde_json::{Value as Json, json};

use super::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs, suggest};
use crate::policy::load::{self, Loaded};
use crate::policy::sources::Sources;
use crate::policy::tree::Table;
use crate::policy::{Policy, explain as explanation, hash as identity, shape, show as rows};

/// What to show.
#[derive(ClapArgs, Debug)]
pub struct ShowArgs {
    /// A key such as `policies.risk`; none: everything
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Say which file or default each value comes from
    #[arg(long)]
    sources: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What to explain.
#[derive(ClapArgs, Debug)]
pub struct ExplainArgs {
    /// A key such as `policies.enforcement_mode`
    #[arg(value_name = "KEY")]
    key: String,
}

/// Whose hash.
#[derive(ClapArgs, Debug)]
pub struct HashArgs {
    /// A policy; none: the one in force
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// The resolved value of everything.
pub fn show(args: &ShowArgs, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let (policy, tree, sources) = in_force(options)?;
    let resolved = identity::resolved(&policy);
    let all = rows::rows(&resolved, &tree, &sources);
    let shown = args.key.as_deref().map_or_else(|| all.iter().collect(), |key| rows::under(&all, key));
    if let (Some(key), true) = (&args.key, shown.is_empty()) {
        let keys: Vec<_> = all.iter().map(rows::Row::key).collect();
        bail!("no value under `{key}`{}", suggest(key, keys.iter().map(String::as_str)));
    }
    if args.json {
        let row = |r: &&rows::Row| json!({ "key": r.key(), "value": value_at(&resolved, &r.path), "source": r.source });
        let document = json!({
            "schema_version": crate::report::SCHEMA_VERSION, "policy_hash": identity::policy_hash(&policy),
            "environment": environment(&policy), "values": shown.iter().map(row).collect::<Vec<_>>(),
        });
        writeln!(terminal.out(), "{document:#}")?;
        return Ok(Exit::Clean);
    }
    if args.key.is_none() {
        writeln!(terminal.out(), "# environment: {}", environment_line(&policy))?;
    }
    let width = shown.iter().map(|r| r.key().len() + r.value.len() + 3).filter(|w| *w < 80).max().unwrap_or(0);
    for row in shown {
        let line = format!("{} = {}", row.key(), row.value);
        match args.sources {
            true => writeln!(terminal.out(), "{line:<width$}  # {}", row.source.as_deref().unwrap_or("default"))?,
            false => writeln!(terminal.out(), "{line}")?,
        }
    }
    Ok(Exit::Clean)
}

fn environment(policy: &Policy) -> Json {
    let e = &policy.environment;
    json!({
        "name": e.name, "listed": e.listed, "enforcement_mode": e.enforcement_mode.name(), "override": e.r#override.name(),
        "signed_votes": e.signed_votes, "sandbox": e.sandbox, "trusted_policy": e.trusted_policy,
    })
}

fn environment_line(policy: &Policy) -> String {
    let e = &policy.environment;
    let name = match (&e.name, e.listed) {
        (None, _) => "none chosen".to_owned(),
        (Some(name), true) => name.clone(),
        (Some(name), false) => format!("{name}, which is not listed: the strictest of all holds"),
    };
    let on = [("signed votes", e.signed_votes), ("sandbox", e.sandbox), ("trusted policy", e.trusted_policy)];
    let on: String = on.iter().filter(|(_, on)| *on).map(|(what, _)| format!(", {what}")).collect();
    format!("{name}: {}, override {}{on}", e.enforcement_mode.name(), e.r#override.name())
}

fn value_at<'j>(resolved: &'j Json, path: &[String]) -> Option<&'j Json> {
    path.iter().try_fold(resolved, |at, part| at.get(part).or_else(|| at.get(part.parse::<usize>().ok()?)))
}

/// What a key means.
pub fn explain(args: &ExplainArgs, terminal: &mut Terminal) -> Result<Exit> {
    let text = explanation::explain(&args.key).map_err(|e| anyhow!(e))?;
    write!(terminal.out(), "{text}")?;
    Ok(Exit::Clean)
}

/// The JSON Schema.
pub fn schema(terminal: &mut Terminal) -> Result<Exit> {
    writeln!(terminal.out(), "{:#}", shape::json_schema())?;
    Ok(Exit::Clean)
}

/// The hash.
pub fn hash(args: &HashArgs, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let options = PolicyArgs { file: args.file.clone().or_else(|| options.file.clone()), ..options.clone() };
    let (policy, ..) = in_force(&options)?;
    writeln!(terminal.out(), "{}", identity::policy_hash(&policy))?;
    Ok(Exit::Clean)
}

/// The valid policy in force with its texts.
///
/// # Errors
/// One that cannot be read or has errors.
pub fn in_force(options: &PolicyArgs) -> Result<(Policy, Table, Sources)> {
    match options.load_here()? {
        Loaded::BuiltIn(policy) => Ok((*policy, Table::default(), Sources::default())),
        Loaded::File { path, verdict } => {
            let verdict = *verdict;
            match verdict.policy {
                Some(policy) => Ok((policy, verdict.tree, verdict.sources)),
                None => {
                    let shown = load::display_path(&path, &working_directory()?);
                    bail!("{shown} is not valid; see `govctl policy validate {shown}`")
                }
            }
        }
    }
}
