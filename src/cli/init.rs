//! `govctl init`: look around, take over what other scanners were told, show what will be written, write it.
//!
//! Nothing that is there is overwritten but by a hook manager's own entry, and all of it can be undone. The policy is
//! written last: once it is there, so is all that it names.

mod accept;
mod adopt;
mod ci;
mod detect;
mod hooks;
mod ledger;

use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args as ClapArgs;

use super::policy::options::{repository_root, working_directory};
use super::terminal::Terminal;
use super::{Exit, PolicyArgs, files};
use crate::policy::{edit, load, shape};
use adopt::Adopted;
use ledger::Step;

/// What `init` writes as governance.toml where there is nothing to take over.
pub const FIRST_POLICY: &str = include_str!("init/governance.toml");
const SCHEMA: &str = "governance.schema.json";
const BASELINE: &str = ".govctl-baseline.json";
/// How many things that were not carried are told one by one.
const SHOWN: usize = 20;

/// How to start.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// Show what would be written; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Ask nothing (nothing is asked either where no terminal is)
    #[arg(long, short)]
    yes: bool,
    /// Restore what was there before the last init, unless it was changed since
    #[arg(long, conflicts_with_all = ["dry_run", "ci"])]
    undo: bool,
    /// Write a file that has this CI run govctl, too
    #[arg(long, value_enum, value_name = "SERVICE")]
    ci: Option<ci::Ci>,
    /// Leave git's hooks as they are
    #[arg(long)]
    no_hooks: bool,
}

/// What is about to be written.
struct Plan {
    directory: PathBuf,
    /// Where paths are told from.
    root: PathBuf,
    steps: Vec<Step>,
    hooks: hooks::Hooks,
    found: detect::Found,
    accepted: usize,
    lost: Vec<String>,
    gaps: Vec<String>,
    next: Vec<String>,
}

/// Runs the subcommand.
///
/// # Errors
/// A policy that is already there; a file that cannot be read or written; with `--undo` a file that was changed.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let directory = working_directory()?;
    if args.undo {
        let restored = ledger::undo(&directory)?;
        terminal.note(&format!("undone: {}", restored.join(", ")));
        return Ok(Exit::Clean);
    }
    let policy = target(options, &directory)?;
    let plan = plan(args, directory, policy)?;
    if args.dry_run {
        terminal.out().write_all(&shown(&plan)?)?;
        return Ok(Exit::Clean);
    }
    let asks = !args.yes && terminal.is_interactive() && io::stdin().is_terminal();
    tell(&plan, asks, terminal)?;
    if asks && !agreed(terminal)? {
        terminal.note("nothing was written");
        return Ok(Exit::Clean);
    }
    let all: Vec<_> = plan.steps.iter().chain(&plan.hooks.steps).cloned().collect();
    ledger::remember(&all)?;
    plan.steps.iter().try_for_each(write)?;
    plan.hooks.install(&plan.directory)?;
    terminal.note(&format!("wrote {}", names(&plan)));
    plan.hooks.left.iter().for_each(|l| terminal.warn(l));
    terminal.say(&next(&plan));
    Ok(Exit::Clean)
}

fn plan(args: &Args, directory: PathBuf, policy: PathBuf) -> Result<Plan> {
    let root = repository_root(&directory).unwrap_or_else(|| directory.clone());
    let found = detect::look(&root);
    let mut adopted = adopt::read(&root)?;
    let (mut text, mut next) = (first_policy(&found, &mut adopted, &policy)?, Vec::new());
    let look = accept::look(&root, &text)?;
    adopted.lost.extend(look.not_found(&adopted.accepted));
    let mut steps = vec![Step::to(policy.with_file_name(SCHEMA), format!("{:#}\n", shape::json_schema()))?];
    if let Some((name, text, then)) = args.ci.map(|ci| ci.file(&root)) {
        steps.push(Step::to(root.join(name), text)?);
        next.extend(then.map(ToOwned::to_owned));
    }
    if root.join(BASELINE).exists() {
        text = set(&text, "checks.baseline", &format!("\"{BASELINE}\""))?;
    } else if let Some(baseline) = look.baseline()? {
        text = set(&text, "checks.baseline", &format!("\"{BASELINE}\""))?;
        steps.push(Step::to(root.join(BASELINE), baseline)?);
    }
    steps.push(Step::to(policy, text)?);
    if let Some(step) = steps.iter().find(|s| s.before.is_some()) {
        let path = load::display_path(&step.path, &root);
        bail!("{path} exists; nothing was written. Move it away to start anew");
    }
    let hooks = if args.no_hooks { hooks::Hooks::default() } else { hooks::plan(&directory) };
    Ok(Plan {
        directory,
        root,
        steps,
        hooks,
        found,
        accepted: look.found.len(),
        lost: adopted.lost,
        gaps: look.gaps,
        next,
    })
}

/// The first policy with what was found and taken over in it. Rules that do not hold here are left out and named.
fn first_policy(found: &detect::Found, adopted: &mut Adopted, path: &Path) -> Result<String> {
    let mut text = FIRST_POLICY.to_owned();
    let exclude: Vec<_> =
        found.vendored.iter().map(ToString::to_string).chain(adopted.exclude.iter().cloned()).collect();
    for (key, values) in [("checks.exclude", &exclude), ("checks.disable", &adopted.disable)] {
        if !values.is_empty() {
            text = set(&text, key, &toml::Value::from(values.clone()).to_string())?;
        }
    }
    if adopted.rules.is_empty() {
        return Ok(text);
    }
    let with_rules = format!("{text}\n# Taken over from gitleaks.\n{}", adopted.rules);
    let verdict = crate::policy::validate_bytes(with_rules.as_bytes());
    match verdict.mistakes.iter().find(|m| m.is_error()) {
        None => Ok(with_rules),
        Some(mistake) => {
            let why = mistake.to_finding(&verdict.sources, 0).message;
            let count = adopted.rule_count;
            adopted.lost.push(format!("{count} rules of gitleaks do not hold in {}: {why}", path.display()));
            Ok(text)
        }
    }
}

fn set(text: &str, key: &str, value: &str) -> Result<String> {
    edit::set(text, key, value).map_err(|e| anyhow!(e))
}

fn write(step: &Step) -> Result<()> {
    let at = || format!("cannot write {}; `govctl init --undo` takes the others away", step.path.display());
    // A folder that is named must be there; one of CI's is made.
    if step.path.ends_with("govctl.yml") {
        fs::create_dir_all(step.path.parent().unwrap_or(Path::new("."))).with_context(at)?;
    }
    files::write_atomically(&step.path, step.after.as_deref().unwrap_or_default()).with_context(at)
}

/// The whole of what would be written; of what is long and nobody's words only how much.
fn shown(plan: &Plan) -> Result<Vec<u8>> {
    let mut out = format!("# found: {}\n", plan.found.describe()).into_bytes();
    for step in plan.steps.iter().rev() {
        let (name, text) = (load::display_path(&step.path, &plan.root), step.after.as_deref().unwrap_or_default());
        if name.ends_with(SCHEMA) {
            let size = text.len() / 1024;
            writeln!(out, "# and to {name}: the JSON Schema of `govctl policy schema`, {size} KiB")?;
        } else if name.ends_with(BASELINE) {
            writeln!(out, "# and to {name}: the {} findings that are there now", plan.accepted)?;
        } else {
            writeln!(out, "# would be written to {name}:")?;
            out.write_all(text)?;
        }
    }
    out.write_all(plan.hooks.describe()?.as_bytes())?;
    plan.lost.iter().take(SHOWN).try_for_each(|l| writeln!(out, "# not carried: {l}"))?;
    Ok(out)
}

/// Before anything is written: all of it where a person is asked, else what is worth a line in a log.
fn tell(plan: &Plan, asks: bool, terminal: &mut Terminal) -> Result<()> {
    if asks {
        terminal.say(&format!("{}\n", String::from_utf8_lossy(&shown(plan)?)));
    } else {
        terminal.note(&format!("found: {}", plan.found.describe()));
        plan.lost.iter().take(SHOWN).for_each(|l| terminal.warn(&format!("not carried: {l}")));
    }
    if plan.lost.len() > SHOWN {
        terminal.warn(&format!(
            "not carried: {} more; `govctl init --undo` and --dry-run show what is",
            plan.lost.len() - SHOWN
        ));
    }
    plan.gaps.iter().for_each(|g| terminal.warn(&format!("the first look is not complete: {g}")));
    plan.hooks.problem.iter().for_each(|p| terminal.warn(&format!("no hooks are installed: {p}")));
    terminal.note(&format!("to be written: {}", names(plan)));
    Ok(())
}

fn names(plan: &Plan) -> String {
    let all = plan.steps.iter().chain(&plan.hooks.steps);
    all.map(|s| load::display_path(&s.path, &plan.root)).collect::<Vec<_>>().join(", ")
}

/// A yes, or nothing but the return key; what ends without an answer is none.
fn agreed(terminal: &mut Terminal) -> Result<bool> {
    loop {
        terminal.say("Write these files? [Y/n] ");
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer).context("cannot read the answer; --yes asks nothing")?;
        match answer.trim().to_ascii_lowercase().as_str() {
            _ if read == 0 => return Ok(false),
            "" | "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => terminal.say("y or n, please. "),
        }
    }
}

fn next(plan: &Plan) -> String {
    let mut lines = vec!["\nNext:".to_owned()];
    if plan.accepted > 0 {
        lines.push(format!(
            "  {} findings that are there now are accepted in {BASELINE}: mend them one by one, then\n  \
             govctl check --write-baseline    forget those that are gone",
            plan.accepted
        ));
    }
    lines.extend(plan.next.iter().map(|n| format!("  {n}")));
    lines.push(NEXT.to_owned());
    lines.join("\n")
}

const NEXT: &str = "  govctl check                     look at what is in the repository
  govctl policy validate           after every change of the policy
  govctl policy explain checks     what can be said of checks, and of any other key
  govctl doctor                    see whether everything is in force
  govctl init --undo               take back what was written
Then commit governance.toml and what else was written.
";

fn target(options: &PolicyArgs, directory: &Path) -> Result<PathBuf> {
    if let Some(named) = options.named() {
        return Ok(directory.join(named));
    }
    let root = repository_root(directory).unwrap_or_else(|| directory.to_owned());
    match load::discover(directory, Some(&root))? {
        Some(found) => bail!(
            "there is already a policy, {}; nothing was written. See `govctl policy show`, or change it with `govctl policy set`",
            load::display_path(&found, directory)
        ),
        None => Ok(root.join(load::NAMES[0])),
    }
}
