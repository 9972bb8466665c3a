//! What is in the repository now, looked at with the policy that is about to be written, so that only what is new is told
//! from then on. The look is a run of its own, whose log and policy lie in a folder that is gone afterwards.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow};
use serde::Deserialize;

use super::adopt::Accepted;
use crate::engine::baseline::Baseline;

/// What the look gave.
#[derive(Debug, Default)]
pub struct Look {
    /// What nothing suppresses.
    pub found: Vec<Found>,
    /// Why it is not complete.
    pub gaps: Vec<String>,
}

/// A finding, as far as it matters here.
#[derive(Debug, Deserialize)]
pub struct Found {
    rule: String,
    path: String,
    line: u64,
    fingerprint: String,
    suppressed: Option<serde_json::Value>,
}

/// Looks at all of `root` under this policy.
///
/// # Errors
/// A folder that cannot be made, a run that tells nothing.
pub fn look(root: &Path, policy: &str) -> Result<Look> {
    let folder = Folder::new()?;
    let file = folder.0.join("governance.toml");
    fs::write(&file, policy).with_context(|| format!("cannot write {}", file.display()))?;
    let program = env::current_exe().context("cannot tell where govctl is")?;
    let output = Command::new(program)
        .current_dir(root)
        .args(["check", "--exit-zero", "--format", "jsonl", "--color", "never", "--policy"])
        .arg(&file)
        .env("GOVCTL_STATE_DIR", folder.0.join("state"))
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("COMPLETE")
        .output()
        .context("cannot run govctl for a first look")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found: Vec<Found> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let gaps: Vec<_> = match output.status.code() {
        Some(0) => Vec::new(),
        _ => String::from_utf8_lossy(&output.stderr).lines().map(ToOwned::to_owned).collect(),
    };
    Ok(Look { found: found.into_iter().filter(|f| f.suppressed.is_none()).collect(), gaps })
}

impl Look {
    /// The baseline that accepts all of it; `None` where there is nothing to accept.
    ///
    /// # Errors
    /// A finding that no baseline can hold.
    pub fn baseline(&self) -> Result<Option<String>> {
        if self.found.is_empty() {
            return Ok(None);
        }
        let entry = |f: &Found| serde_json::json!({"path": f.path, "rule": f.rule, "fingerprint": f.fingerprint});
        let findings: Vec<_> = self.found.iter().map(entry).collect();
        let text = serde_json::json!({"schema_version": "1", "findings": findings}).to_string();
        Baseline::parse(text.as_bytes()).map(|b| Some(b.to_text())).map_err(|e| anyhow!("the baseline: {e}"))
    }

    /// Those of the accepted findings of other scanners that are none here, in words.
    pub fn not_found(&self, accepted: &[Accepted]) -> Vec<String> {
        let here: BTreeSet<_> = self.found.iter().map(|f| (f.path.as_str(), f.line)).collect();
        let gone = accepted.iter().filter(|a| !here.contains(&(a.path.as_str(), a.line)));
        gone.map(|a| format!("{}: `{}`: govctl finds nothing there now", a.by, a.text)).collect()
    }
}

/// A private folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let path = env::temp_dir().join(format!("govctl-init-{}-{:016x}", std::process::id(), fastrand::u64(..)));
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays in the temporary one harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
