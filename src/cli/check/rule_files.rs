//! `--rules FILE`: rules in gitleaks' form, as they are in the wild, with the files they extend, or in the policy's.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::{clock, given};
use crate::policy::{self, Context as PolicyContext};
use crate::rules::gitleaks::{self, Imported};
use crate::rules::pattern::PatternRule;

/// How many files may extend each other.
const DEPTH: usize = 8;

/// Reads rule files, later ones and files that extend others winning over what they extend.
///
/// # Errors
/// A file that cannot be read, is no rule file or has a rule that does not work; a chain of files without end.
pub fn read(paths: &[PathBuf]) -> Result<Imported> {
    let mut all = Imported::default();
    for path in paths {
        let imported = read_chain(path, DEPTH)?;
        merge(&mut all, imported);
    }
    Ok(all)
}

fn read_chain(path: &Path, depth: usize) -> Result<Imported> {
    if depth == 0 {
        bail!("{}: rule files extend each other more than {DEPTH} deep; is there a cycle?", path.display());
    }
    let text = given::text(path).with_context(|| format!("cannot read the rule file {}", path.display()))?;
    // What does not parse at all is told in the words of the reader of gitleaks' form.
    if text.parse::<toml::Table>().is_ok() && !gitleaks::is_gitleaks(&text) {
        return Ok(Imported { rules: read_own(path, &text)?, ..Imported::default() });
    }
    let imported = gitleaks::parse(&text).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
    let Some(base) = imported.extends.as_ref().map(|base| path.parent().unwrap_or(Path::new("")).join(base)) else {
        return Ok(imported);
    };
    let mut base = read_chain(&base, depth - 1).with_context(|| format!("{} extends it", path.display()))?;
    base.rules.retain(|r| !imported.disabled.iter().any(|id| *id == r.info.id));
    merge(&mut base, imported);
    Ok(base)
}

/// Rules as a policy has them, `[[checks.secrets.rule]]`.
fn read_own(path: &Path, text: &str) -> Result<Vec<PatternRule>> {
    // A file of rules need not say the version that a policy must.
    let versioned = text.parse::<toml::Table>().is_ok_and(|t| t.contains_key("policies"));
    let text = if versioned { text.to_owned() } else { format!("{text}\n[policies]\nversion = \"1.0\"\n") };
    let context = PolicyContext { today: clock::date(), environment: None };
    let verdict = policy::judge_text(&path.display().to_string(), &text, &context);
    let rules = verdict.policy.as_ref().map(|p| p.checks.secrets.rules.clone());
    match rules {
        Some(rules) if rules.is_empty() => bail!(
            "{}: it holds no rule; give it `[[checks.secrets.rule]]` as in a policy, or `[[rules]]` as in gitleaks'",
            path.display()
        ),
        Some(rules) => Ok(rules),
        None => {
            let (findings, _) = verdict.findings();
            let first = findings.first().map(|f| format!("{}:{}: {}", f.span.line, f.span.column, f.message));
            bail!("{}:{}", path.display(), first.unwrap_or_else(|| " it is not valid".to_owned()))
        }
    }
}

fn merge(into: &mut Imported, from: Imported) {
    into.rules.retain(|r| !from.rules.iter().any(|new| new.info.id == r.info.id));
    into.rules.extend(from.rules);
    into.exceptions.extend(from.exceptions);
    into.disabled.extend(from.disabled);
    into.lost.extend(from.lost);
}
