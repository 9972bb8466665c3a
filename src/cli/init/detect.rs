//! What is there already: languages, hook managers, CI, and what other scanners have left.

use std::collections::BTreeMap;
use std::path::Path;

use ignore::WalkBuilder;

use crate::cli::hook::managers::CONFIGS;

/// What was found in a repository.
#[derive(Debug, Default)]
pub struct Found {
    /// Languages, the most files first.
    pub languages: Vec<&'static str>,
    /// Hook managers.
    pub managers: Vec<&'static str>,
    /// CI.
    pub ci: Vec<&'static str>,
    /// Configurations and baselines of other scanners, by path.
    pub scanners: Vec<&'static str>,
    /// Folders with code that is not this repository's own.
    pub vendored: Vec<&'static str>,
}

const LANGUAGES: [(&str, &[&str]); 13] = [
    ("Python", &["py", "pyi"]),
    ("JavaScript", &["js", "jsx", "mjs", "cjs"]),
    ("TypeScript", &["ts", "tsx", "mts", "cts"]),
    ("Rust", &["rs"]),
    ("Go", &["go"]),
    ("Java", &["java"]),
    ("Kotlin", &["kt", "kts"]),
    ("C/C++", &["c", "h", "cc", "cpp", "hpp"]),
    ("C#", &["cs"]),
    ("Ruby", &["rb"]),
    ("PHP", &["php"]),
    ("Shell", &["sh", "bash"]),
    ("Terraform", &["tf"]),
];

/// gitleaks' configuration.
pub const GITLEAKS: [&str; 2] = [".gitleaks.toml", "gitleaks.toml"];
/// Findings that gitleaks was told to leave alone.
pub const GITLEAKS_IGNORE: &str = ".gitleaksignore";
/// gitleaks' reports that serve as baselines.
pub const GITLEAKS_REPORTS: [&str; 5] = [
    ".gitleaks-baseline.json",
    "gitleaks-baseline.json",
    ".gitleaks-report.json",
    "gitleaks-report.json",
    ".gitleaks/baseline.json",
];
/// The baseline of detect-secrets.
pub const DETECT_SECRETS: &str = ".secrets.baseline";

/// Looks around in `root`.
pub fn look(root: &Path) -> Found {
    let there = |name: &&str| root.join(name).exists();
    let mut managers: Vec<_> = CONFIGS.iter().filter(|(file, _)| there(file)).map(|(_, kind)| kind.name()).collect();
    managers.dedup();
    let ci = [(".github/workflows", "GitHub Actions"), (".gitlab-ci.yml", "GitLab CI")];
    let scanners = GITLEAKS.into_iter().chain([GITLEAKS_IGNORE]).chain(GITLEAKS_REPORTS).chain([DETECT_SECRETS]);
    Found {
        languages: languages(root),
        managers,
        ci: ci.iter().filter(|(file, _)| there(file)).map(|(_, name)| *name).collect(),
        scanners: scanners.filter(there).collect(),
        vendored: if there(&"vendor/modules.txt") { vec!["vendor/**"] } else { Vec::new() },
    }
}

/// By the names of the files that no ignore file leaves out.
fn languages(root: &Path) -> Vec<&'static str> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for entry in WalkBuilder::new(root).build().flatten() {
        let extension = entry.path().extension().and_then(|e| e.to_str()).unwrap_or_default();
        if let Some((name, _)) = LANGUAGES.iter().find(|(_, all)| all.contains(&extension)) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut languages: Vec<_> = counts.into_iter().collect();
    languages.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    languages.into_iter().map(|(name, _)| name).collect()
}

impl Found {
    /// In one line for people.
    pub fn describe(&self) -> String {
        let all = self.languages.iter().chain(&self.managers).chain(&self.ci).chain(&self.scanners);
        let all: Vec<_> = all.copied().collect();
        if all.is_empty() { "nothing that matters here".to_owned() } else { all.join(", ") }
    }
}
