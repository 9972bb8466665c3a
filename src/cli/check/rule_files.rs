//! `--rules FILE`: rules in gitleaks' form, as they are in the wild, and the files they extend.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::rules::gitleaks::{self, Imported};

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
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the rule file {}", path.display()))?;
    let imported = gitleaks::parse(&text).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
    let Some(base) = imported.extends.as_ref().map(|base| path.parent().unwrap_or(Path::new("")).join(base)) else {
        return Ok(imported);
    };
    let mut base = read_chain(&base, depth - 1).with_context(|| format!("{} extends it", path.display()))?;
    base.rules.retain(|r| !imported.disabled.iter().any(|id| *id == r.info.id));
    merge(&mut base, imported);
    Ok(base)
}

fn merge(into: &mut Imported, from: Imported) {
    into.rules.retain(|r| !from.rules.iter().any(|new| new.info.id == r.info.id));
    into.rules.extend(from.rules);
    into.exceptions.extend(from.exceptions);
    into.disabled.extend(from.disabled);
    into.lost.extend(from.lost);
}
