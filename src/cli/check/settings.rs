//! From policy and arguments to the engine's settings.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::args::Args;
use crate::engine::Engine;
use crate::engine::settings::{Glob, Settings};
use crate::rules::CATALOGUE;

/// Everything resolved before the first file is read.
pub struct Resolved {
    /// The rules, ready to run.
    pub engine: Engine,
    /// The families that run.
    pub families: Vec<String>,
    /// Globs that are left out.
    pub exclude: Vec<String>,
    /// Bytes.
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
}

/// Resolves.
pub fn resolve(args: &Args, _families: &[&str], root: &Path) -> Result<Resolved> {
    let settings = Settings { rules: CATALOGUE.to_vec(), min_confidence: args.min_confidence, ..Settings::default() };
    let engine = Engine::new(settings).map_err(anyhow::Error::msg)?;
    Ok(Resolved {
        engine,
        families: vec!["secrets".into()],
        exclude: Vec::new(),
        max_file_size: 5 << 20,
        baseline: args.baseline.clone().filter(|_| !args.write_baseline),
        baseline_target: args.baseline.clone().unwrap_or_else(|| root.join(".govctl-baseline.json")),
        max_suppressions: None,
        forbid: Vec::new(),
        notes: Vec::new(),
    })
}
