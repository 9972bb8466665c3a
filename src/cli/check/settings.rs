//! From the policy and the arguments to the engine's settings. Everything that can be wrong is told here, before the
//! first file is read.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use super::args::Args;
use super::rule_files;
use crate::cli::PolicyArgs;
use crate::cli::policy::options::working_directory;
use crate::cli::policy::trust;
use crate::engine::Engine;
use crate::engine::settings::{Allow, Classes, Glob, Settings, SeverityOverride};
use crate::policy::checks::{self, Checks};
use crate::policy::load::{self, Loaded};
use crate::policy::raw::audit::Audit;
use crate::policy::raw::policies::EnforcementMode;
use crate::rules::built_in;
use crate::rules::pattern::{self, Held, PatternRule};

/// Everything resolved before the first file is read.
pub struct Resolved {
    /// The rules, ready to run.
    pub engine: Engine,
    /// What the policy says of the repository's content.
    pub checks: Checks,
    /// The families that run.
    pub families: Vec<String>,
    /// How strictly.
    pub mode: EnforcementMode,
    /// Globs that are left out.
    pub exclude: Vec<String>,
    /// Larger files are left out, in bytes.
    pub max_file_size: u64,
    /// The baseline to read.
    pub baseline: Option<PathBuf>,
    /// The baseline to write.
    pub baseline_target: PathBuf,
    /// How many suppression comments there may be.
    pub max_suppressions: Option<u32>,
    /// Rules that no comment may silence.
    pub forbid: Vec<Glob>,
    /// Things to tell.
    pub notes: Vec<String>,
    /// Where and how runs are logged.
    pub audit: Audit,
    /// The environment that was asked for.
    pub environment: Option<String>,
    /// Whether a policy file governs this repository, so that runs are logged.
    pub governed: bool,
}

/// Resolves a run of `families` (empty: all that the policy has on), in a repository whose root is `root`.
///
/// # Errors
/// A policy or rule file that cannot be read or does not hold.
pub fn resolve(args: &Args, policy: &PolicyArgs, families: &[&str], root: &Path) -> Result<Resolved> {
    let dir = working_directory()?;
    let loaded = policy.load_within(&dir, Some(root))?;
    let governed = matches!(loaded, Loaded::File { .. });
    let policy = load::valid(loaded)?;
    trust::require(&policy)?;
    let checks = &policy.checks;
    let families = families_to_run(args, families, checks);
    let imported = rule_files::read(&args.rules)?;
    let rules =
        if families.iter().any(|f| f == "secrets") { pattern_rules(checks, imported.rules)? } else { Vec::new() };
    let mut disable = globs(&checks.disable)?;
    disable.extend(globs(&imported.disabled)?);
    let settings = Settings {
        rules,
        disable,
        severity: severities(checks)?,
        per_path: checks.per_path.iter().map(|p| Ok((glob(&p.glob)?, globs(&p.rules)?))).collect::<Result<_>>()?,
        actions: checks.families.iter().map(|(name, family)| ((*name).to_owned(), family.action)).collect(),
        rule_actions: checks.rule_actions.clone(),
        allow: allow(&checks.secrets)?,
        exceptions: imported.exceptions,
        classes: Classes { test: globs(&checks.classes.test)?, example: globs(&checks.classes.example)? },
        min_confidence: args.min_confidence,
    };
    let configured = checks.baseline.as_ref().map(|path| root.join(path));
    Ok(Resolved {
        audit: policy.sections().audit.clone(),
        environment: policy.environment.name.clone(),
        governed,
        engine: Engine::new(settings).map_err(|e| anyhow!(e))?,
        checks: checks.clone(),
        families,
        mode: policy.environment.enforcement_mode,
        exclude: checks.exclude.clone(),
        max_file_size: checks.max_file_size,
        baseline: baseline(args, configured.as_deref()),
        baseline_target: args.baseline.clone().or(configured).unwrap_or_else(|| root.join(".govctl-baseline.json")),
        max_suppressions: checks.suppressions.max,
        forbid: globs(&checks.suppressions.forbid)?,
        notes: imported.lost.into_iter().map(|l| format!("not carried from a rule file: {l}")).collect(),
    })
}

/// The rules in force here: those of `govctl rules test` and `govctl redact`.
///
/// # Errors
/// A policy or rule file that cannot be read or does not hold.
pub fn rules_in_force(policy: &PolicyArgs, rule_files: &[PathBuf]) -> Result<Vec<Held>> {
    let dir = working_directory()?;
    let root = super::selection::root_of(&dir);
    let policy = load::valid(policy.load_within(&dir, Some(&root))?)?;
    pattern_rules(&policy.checks, rule_files::read(rule_files)?.rules)
}

fn families_to_run(args: &Args, families: &[&str], checks: &Checks) -> Vec<String> {
    let asked: Vec<&str> = args.only.iter().map(|f| f.name()).collect();
    let wanted =
        |name: &str| (families.is_empty() || families.contains(&name)) && (asked.is_empty() || asked.contains(&name));
    let all = ["secrets", "synthetic", "imports", "standards"];
    all.into_iter().filter(|f| wanted(f) && checks.family(f).enabled).map(ToOwned::to_owned).collect()
}

/// The built-in rules, those of the policy and those of rule files; of two with one id the later holds.
///
/// # Errors
/// A rule that does not work, with its id.
pub fn pattern_rules(checks: &Checks, imported: Vec<PatternRule>) -> Result<Vec<Held>> {
    // Those of the policy were tried when it was judged.
    for rule in &imported {
        let regex =
            pattern::compile(&rule.regex).map_err(|e| anyhow!("the rule {} does not compile: {e}", rule.info.id))?;
        if regex.is_match(b"") {
            return Err(anyhow!("the rule {} matches the empty string; it would report everywhere", rule.info.id));
        }
    }
    let mut more = checks.secrets.rules.clone();
    more.extend(imported);
    let mut rules = built_in();
    rules.retain(|r| !more.iter().any(|m| m.info.id == r.info.id));
    rules.extend(more.into_iter().map(Held::from));
    Ok(rules)
}

/// Least specific first: an id goes before a glob, one with a class before one without.
fn severities(checks: &Checks) -> Result<Vec<SeverityOverride>> {
    let mut overrides: Vec<_> = checks.severity.iter().collect();
    overrides.sort_by_key(|o| (o.class.is_some(), !o.rules.contains(['*', '?', '['])));
    let convert = |o: &checks::SeverityOverride| {
        Ok(SeverityOverride { rules: glob(&o.rules)?, class: o.class, severity: o.severity })
    };
    overrides.into_iter().map(convert).collect()
}

fn allow(secrets: &checks::Secrets) -> Result<Allow> {
    let values =
        secrets.allow_values.iter().map(|v| regex::bytes::Regex::new(v).context("checks.secrets.allow.values"));
    Ok(Allow {
        paths: globs(&secrets.allow_paths)?,
        values: values.collect::<Result<_>>()?,
        stopwords: secrets.stopwords.iter().map(|w| w.to_lowercase()).collect(),
    })
}

fn baseline(args: &Args, configured: Option<&Path>) -> Option<PathBuf> {
    if args.write_baseline {
        return None;
    }
    // One that the policy names may not be there yet; one that the command names must be.
    args.baseline.clone().or_else(|| configured.filter(|p| p.exists()).map(Path::to_owned))
}

fn globs<S: AsRef<str>>(texts: &[S]) -> Result<Vec<Glob>> {
    texts.iter().map(|t| glob(t.as_ref())).collect()
}

fn glob(text: &str) -> Result<Glob> {
    Glob::new(text).map_err(|e| anyhow!(e))
}
