//! `govctl check`, `scan` and `lint`: what is in the repository.

mod args;
mod code;
mod coverage;
mod fix;
mod history;
pub(super) mod output;
mod pass;
pub(super) mod record;
pub(super) mod rule_files;
pub(super) mod selection;
pub(super) mod settings;

use std::time::Instant;

use anyhow::{Context, Result};

pub use args::Args;
pub use pass::Pass;
pub use record::Occasion;

use super::terminal::Terminal;
use super::{Exit, PolicyArgs, clock};
use crate::engine::baseline::Baseline;
use crate::engine::code::{CodeEngine, Files, Finished};
use crate::engine::finish::{self, Collected, finish};
use crate::engine::suppress::Directive;
use crate::engine::{Engine, Scanned, Scratch, masker, trailers};
use crate::policy::raw::policies::EnforcementMode;
use crate::report::Report;
use crate::rules::code::Scope;
use crate::source::{Coverage, Source};
use selection::{Selection, threads};
use settings::Resolved;

/// Runs a check of `families` (empty: what `--only` or the policy says).
///
/// # Errors
/// What makes a run impossible before anything was looked at: usage, policy, rules, baseline, revisions. What goes wrong
/// later is in the report, so that nothing already found is lost.
pub fn run(args: &Args, policy: &PolicyArgs, families: &[&str], terminal: &mut Terminal) -> Result<Exit> {
    run_on(&Selection::of(args)?, args, policy, families, None, terminal)
}

/// Runs a check for a hook, which prints nothing where nothing is found.
///
/// # Errors
/// As [`run`].
pub fn for_hook(
    selection: &Selection,
    policy: &PolicyArgs,
    families: &[&str],
    occasion: &Occasion,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let args = Args { pass: occasion.pass.clone(), ..Args::for_hook() };
    run_on(selection, &args, policy, families, Some(occasion), terminal)
}

fn run_on(
    selection: &Selection,
    args: &Args,
    policy: &PolicyArgs,
    families: &[&str],
    occasion: Option<&Occasion>,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let (started, started_at) = (Instant::now(), clock::now());
    let resolved = settings::resolve(args, policy, families, selection.root())?;
    let baseline = resolved.baseline.as_deref().map(output::read_baseline).transpose()?;
    let code = CodeEngine::new(
        code::config(&resolved.checks, &clock::today()),
        code::families(&resolved.families, selection.is_history()),
    );
    let (mut report, mut collected) = scan(selection, &resolved, &code, args)?;
    if args.fix && fix::apply(selection, code.config(), &collected.findings_of("imports"), terminal)? {
        (report, collected) = scan(selection, &resolved, &code, args)?;
    }
    let partial = selection.scope() != Scope::Everything || !families.is_empty() || !args.only.is_empty();
    let options = finish::Options {
        baseline: baseline.as_ref(),
        today: clock::today(),
        max_suppressions: resolved.max_suppressions,
        forbid: resolved.forbid.clone(),
        families: selection.sees_whole_files().then(|| resolved.families.clone()),
        partial,
    };
    let (findings, notes) = finish(collected.into_inner(), resolved.engine.settings(), &options);
    report.findings = findings;
    if let Some(message) = selection.message() {
        let wanted = &resolved.checks.required_trailers;
        report.findings.extend(trailers::missing(&message, wanted, crate::source::range::MESSAGE));
    }
    coverage::hold(&args.coverage, &resolved, selection, &mut report);
    report.notes.extend(notes);
    // They quote what they were given, which may hold a secret.
    report.notes.iter_mut().chain(&mut report.errors).for_each(|text| *text = masker::masked(text));
    report.rules = rules_named(&report, &resolved.engine, &code);
    report.elapsed = started.elapsed();
    report.scanned_at = Some((started_at, clock::now()));
    if args.write_baseline {
        return write_baseline(args, &resolved, &report, partial, terminal);
    }
    let silent = occasion.is_some() && report.is_complete() && report.active().next().is_none();
    if resolved.mode == EnforcementMode::AuditOnly {
        output::tell_gaps(&report, terminal);
    } else if !silent {
        output::write(args, &report, terminal)?;
    }
    let exit = match conclude(args, resolved.mode, &report, terminal) {
        Exit::Findings if args.pass.lifts(&report, args.fail_on, policy, terminal) => Exit::Clean,
        exit => exit,
    };
    let complete = families.is_empty() && args.is_all_there_is();
    let tags = if complete && resolved.governed { selection.tags() } else { Vec::new() };
    record::record(&resolved, record::What { name: &selection.describe(), tags, occasion }, &report, exit, terminal)?;
    Ok(exit)
}

/// The suppression comments of the work tree, sorted by place, and what could not be looked at.
///
/// # Errors
/// As [`run`].
pub fn suppressions(policy: &PolicyArgs) -> Result<(Vec<Directive>, Resolved, Report)> {
    let args = Args::for_hook();
    let selection = Selection::of(&args)?;
    let resolved = settings::resolve(&args, policy, &[], selection.root())?;
    let code = CodeEngine::new(code::config(&resolved.checks, &clock::today()), code::families(&[], false));
    let (report, collected) = scan(&selection, &resolved, &code, &args)?;
    let mut directives = collected.into_inner().directives;
    directives.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Ok((directives, resolved, report))
}

fn scan(selection: &Selection, resolved: &Resolved, code: &CodeEngine, args: &Args) -> Result<(Report, Collected)> {
    let (coverage, collected) = (Coverage::default(), Collected::default());
    let engine = &resolved.engine;
    let files = Files::default();
    let today = clock::today();
    let sink = |source: Source<'_>| {
        let mut scanned = SCRATCH.with_borrow_mut(|scratch| engine.scan(&source, scratch));
        if !selection.sees_whole_files() {
            // The same line of the same file is another one in the next commit.
            finish::suppress_within(&mut scanned, &today, &resolved.forbid);
        }
        collected.add(scanned);
        if !selection.is_history() {
            code.read(&source, engine.settings(), &files);
        }
    };
    let mut errors = match selection.visit(resolved, args, &coverage, &collected, &sink) {
        Ok(()) => Vec::new(),
        Err(error) if coverage.is_empty() => return Err(error),
        // What was found before must still be told.
        Err(error) => vec![format!("{error:#}")],
    };
    let Finished { findings, notes, errors: more } =
        code.finish(files, engine.settings(), selection.scope(), threads(args.threads));
    errors.extend(more);
    collected.add(Scanned { findings, directives: Vec::new() });
    let report = Report {
        coverage: coverage.finish(),
        errors,
        notes: resolved.notes.iter().cloned().chain(notes).collect(),
        rules_enabled: engine.rules().count() + code.count_rules(),
        ..Report::default()
    };
    Ok((report, collected))
}

std::thread_local! {
    /// What each scanning thread keeps between files.
    static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
}

fn rules_named(report: &Report, engine: &Engine, code: &CodeEngine) -> Vec<crate::finding::RuleInfo> {
    let named: std::collections::BTreeSet<_> = report.findings.iter().map(|f| &*f.rule).collect();
    let own = crate::rules::code::rules_of(code.config());
    let known = engine.rules().map(|r| &r.info).chain(finish::RULES).chain(&own);
    let mut rules: Vec<_> = known.filter(|r| named.contains(&*r.id)).cloned().collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

fn write_baseline(
    args: &Args,
    resolved: &Resolved,
    report: &Report,
    partial: bool,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let path = resolved.baseline_target.as_path();
    // What a comment or the policy allows needs no entry; what the old baseline accepts and still occurs keeps its.
    let accepted =
        report.findings.iter().filter(|f| matches!(f.suppressed, None | Some(crate::finding::Suppressed::Baseline)));
    let mut baseline = Baseline::of(accepted);
    if partial && path.exists() {
        // What was not looked at stays accepted.
        baseline = baseline.with(output::read_baseline(path)?);
    }
    super::files::write_atomically(path, baseline.to_text().as_bytes())
        .with_context(|| format!("cannot write the baseline {}", path.display()))?;
    let (count, path) = (baseline.len(), path.display());
    let plural = if count == 1 { "" } else { "s" };
    let how = if resolved.checks.baseline.is_some() || args.baseline.is_some() {
        ""
    } else {
        "; `--baseline FILE` or `baseline` in [checks] makes runs read it"
    };
    terminal.note(&format!("{count} finding{plural} accepted in {path}{how}"));
    let complete = report.is_complete();
    output::tell_gaps(report, terminal);
    Ok(if complete || args.exit_zero { Exit::Clean } else { Exit::Failure })
}

/// What could not be covered outweighs what was found: both block, but only one says that the result is not complete.
fn conclude(args: &Args, mode: EnforcementMode, report: &Report, terminal: &mut Terminal) -> Exit {
    if !report.is_complete() {
        return Exit::Failure;
    }
    match mode {
        _ if args.exit_zero || !report.blocks(args.fail_on) => Exit::Clean,
        EnforcementMode::Strict => Exit::Findings,
        EnforcementMode::Permissive => {
            terminal.note("the policy is permissive here: nothing is blocked");
            Exit::Clean
        }
        EnforcementMode::AuditOnly => Exit::Clean,
    }
}
