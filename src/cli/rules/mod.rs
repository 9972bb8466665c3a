//! `govctl rules`: list, explain, test, import.

mod suppressions;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args as ClapArgs, Subcommand};

use super::check::settings::rules_in_force;
use super::terminal::Terminal;
use super::{Exit, PolicyArgs, given, pager, suggest};
use crate::engine::{finish, selftest};
use crate::finding::{RuleInfo, Severity, family_of};
use crate::rules::{CATALOGUE, code, export, gitleaks};

/// Look into the catalogue of rules.
#[derive(ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every rule: id, severity, summary
    List(List),
    /// What a rule looks for, why, and what to do about a finding
    Explain {
        /// The rule's id, or the part after the slash
        id: String,
    },
    /// Run the examples of the rules: each must be found by its rule and no other
    Test(Test),
    /// Every suppression, in comments and in the policy: how old, until when, why
    Suppressions {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Turn a rule file in gitleaks' form into rules for governance.toml
    Import {
        /// The file
        file: PathBuf,
    },
}

#[derive(ClapArgs)]
struct Test {
    /// More rules: a file in the policy's form or in gitleaks'
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
}

#[derive(ClapArgs)]
struct List {
    /// Only rules whose id, summary or family contains one of these
    filter: Vec<String>,
    /// Only rules of this severity or above
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<Severity>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What a rule without a regex looks for.
const SCORED: &str = "\
A value that a name, header, flag, URL or statement announces, in the way of the file's language.
It is scored by its name (which words), its characters (kinds, entropy, how much of it is words), its grammar
(template, path, URL, hash, list), how the two are joined, and the lines around. The score gives the confidence: high,
medium or low (--min-confidence); each finding says in words what spoke for it and against it.";

/// Runs the subcommand.
///
/// # Errors
/// An unknown rule; a policy or rule file that does not hold; standard output that cannot be written.
pub fn run(args: Args, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    match args.command {
        Command::List(list) => print_list(&list, terminal),
        Command::Explain { id } => explain(&id, terminal),
        Command::Suppressions { json } => suppressions::run(json, policy, terminal),
        Command::Import { file } => import(&file, terminal),
        Command::Test(args) => test(&args, policy, terminal),
    }
}

/// What every built-in rule says of itself, sorted by id.
pub fn all() -> Vec<RuleInfo> {
    let known = CATALOGUE.iter().map(|r| &r.info).chain(finish::RULES);
    let mut rules: Vec<_> = known.cloned().chain(code::rules()).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

fn print_list(list: &List, terminal: &mut Terminal) -> Result<Exit> {
    let wanted = |r: &RuleInfo| {
        let text = format!("{} {}", r.id, r.summary).to_lowercase();
        list.severity.is_none_or(|s| r.severity >= s)
            && (list.filter.is_empty() || list.filter.iter().any(|f| text.contains(&f.to_lowercase())))
    };
    let rules: Vec<_> = all().into_iter().filter(wanted).collect();
    let out = terminal.out();
    if list.json {
        let document = serde_json::json!({"schema_version": "1", "rules": rules});
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)?;
        return Ok(Exit::Clean);
    }
    let width = rules.iter().map(|r| r.id.len()).max().unwrap_or(0);
    for rule in &rules {
        writeln!(out, "{:width$}  {:8}  {}", rule.id, rule.severity, rule.summary)?;
    }
    terminal.note(&format!("{} rules; `govctl rules explain ID` tells more of one", rules.len()));
    Ok(Exit::Clean)
}

fn explain(id: &str, terminal: &mut Terminal) -> Result<Exit> {
    let rules = all();
    let Some(rule) = rules.iter().find(|r| r.id == id || r.id.ends_with(&format!("/{id}"))) else {
        let near = suggest(id, rules.iter().map(|r| &*r.id));
        bail!("there is no rule `{id}`{near}; `govctl rules list` shows all of them");
    };
    let mut text = Vec::new();
    write_explanation(rule, &mut text)?;
    pager::show(&String::from_utf8_lossy(&text), terminal)?;
    Ok(Exit::Clean)
}

fn write_explanation(rule: &RuleInfo, out: &mut dyn Write) -> io::Result<()> {
    let pattern = CATALOGUE.iter().find(|r| r.info.id == rule.id);
    writeln!(
        out,
        "# {}\n\n{} ({}, family `{}`)\n\n{}\n",
        rule.id,
        rule.summary,
        rule.severity,
        family_of(&rule.id),
        rule.explain
    )?;
    writeln!(out, "## What to do\n\n{}\n", rule.help)?;
    if let Some(pattern) = pattern {
        let what = if pattern.credential.is_some() { SCORED } else { &pattern.regex };
        writeln!(out, "## What it looks for\n\n    {}\n", what.replace('\n', "\n    "))?;
        writeln!(out, "near one of: {}", pattern.keywords.join(", "))?;
        for (label, examples) in [("Finds", &rule.hit), ("Leaves alone", &rule.miss)] {
            writeln!(out, "\n{label}:\n")?;
            examples.iter().try_for_each(|e| writeln!(out, "    {}", e.replace('\n', "\n    ")))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "## To allow one\n\n    # govctl: allow {} -- the reason", rule.id)
}

fn test(args: &Test, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let rules = rules_in_force(policy, &args.rules)?;
    let problems = selftest::run(&rules);
    let out = terminal.out();
    for problem in &problems {
        writeln!(out, "{}: {}", problem.rule, problem.what).context("standard output")?;
    }
    terminal.note(&format!("{} rules, {} problems", rules.len(), problems.len()));
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// The rules go to standard output; what could not be carried is told beside them.
fn import(file: &Path, terminal: &mut Terminal) -> Result<Exit> {
    let text = given::text(file).with_context(|| format!("cannot read the rule file {}", file.display()))?;
    let imported = gitleaks::parse(&text).map_err(|e| anyhow!("{}: {e}", file.display()))?;
    let (policy, lost) = export::to_policy(&imported).map_err(|e| anyhow!("{}: {e}", file.display()))?;
    terminal.out().write_all(policy.as_bytes())?;
    for what in &lost {
        terminal.warn(&format!("not carried: {what}"));
    }
    terminal.note(&format!("{} rules carried; put them into governance.toml", imported.rules.len()));
    Ok(Exit::Clean)
}
