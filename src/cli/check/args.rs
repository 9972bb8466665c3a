//! The flags of `check`, `scan` and `lint`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Pass;
use crate::finding::{Confidence, Severity};
use crate::report::Format;

/// What to look at, with what, and how to tell.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// Files and folders; none: the working directory
    #[arg(value_name = "PATH", conflicts_with_all = ["range", "history", "stdin"])]
    pub paths: Vec<PathBuf>,

    /// What would be committed now; with PATHs, those too, as they are in the index
    #[arg(long, group = "what", help_heading = "What to look at")]
    pub staged: bool,
    /// The lines that a range of commits adds: A..B, or A...B from their merge base
    #[arg(long, group = "what", value_name = "A..B", help_heading = "What to look at")]
    pub range: Option<String>,
    /// Everything reachable from any ref
    #[arg(long, group = "what", help_heading = "What to look at")]
    pub history: bool,
    /// Standard input, as if it were the file of --path
    #[arg(long, group = "what", requires = "path", help_heading = "What to look at")]
    pub stdin: bool,
    /// The name of what comes on standard input
    #[arg(long, value_name = "NAME", requires = "stdin", help_heading = "What to look at")]
    pub path: Option<String>,
    /// Look also into what ignore files leave out
    #[arg(long, help_heading = "What to look at")]
    pub no_ignore: bool,
    /// Leave excluded files out even where they are named (hook managers name files)
    #[arg(long, help_heading = "What to look at")]
    pub force_exclude: bool,
    /// Forget what an earlier --history run found
    #[arg(long, requires = "history", help_heading = "What to look at")]
    pub no_cache: bool,

    /// Only these families of rules: secrets, synthetic, imports, standards
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', help_heading = "With which rules")]
    pub only: Vec<Family>,
    /// More rules: a file in the policy's form or in gitleaks'
    #[arg(long, value_name = "FILE", help_heading = "With which rules")]
    pub rules: Vec<PathBuf>,
    /// Findings at least this sure: low, medium or high
    #[arg(long, value_name = "LEVEL", default_value = "medium", help_heading = "With which rules")]
    pub min_confidence: Confidence,
    /// Findings accepted as they are
    #[arg(long, value_name = "FILE", help_heading = "With which rules")]
    pub baseline: Option<PathBuf>,
    /// Accept what is found now: write it to the baseline
    #[arg(long, help_heading = "With which rules")]
    pub write_baseline: bool,

    /// Insert required imports and decorators that are missing, nothing else
    #[arg(long, conflicts_with_all = ["staged", "range", "history", "stdin"], help_heading = "With which rules")]
    pub fix: bool,

    /// A coverage report (lcov, Cobertura, JaCoCo) to hold against policies.quality.min_test_coverage
    #[arg(long, value_name = "FILE", help_heading = "With which rules")]
    pub coverage: Vec<PathBuf>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "How to tell")]
    pub format: Format,
    /// Where to print; standard output where none is named
    #[arg(long, value_name = "FILE", help_heading = "How to tell")]
    pub output: Option<PathBuf>,
    /// Add a table of findings by rule
    #[arg(long, help_heading = "How to tell")]
    pub statistics: bool,
    /// Exit 1 only for findings of this severity or above
    #[arg(long, value_name = "SEVERITY", default_value = "low", help_heading = "How to tell")]
    pub fail_on: Severity,
    /// Exit 0 whatever is found (not where something could not be looked at)
    #[arg(long, help_heading = "How to tell")]
    pub exit_zero: bool,

    /// An override that is presented.
    #[command(flatten)]
    pub pass: Pass,

    /// How many threads; 0: as many as there are processors
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}

impl Args {
    /// What a hook asks for: everything that the policy has on.
    pub fn for_hook() -> Self {
        Self {
            paths: Vec::new(),
            staged: false,
            range: None,
            history: false,
            stdin: false,
            path: None,
            no_ignore: false,
            force_exclude: false,
            no_cache: false,
            only: Vec::new(),
            rules: Vec::new(),
            min_confidence: Confidence::Medium,
            baseline: None,
            write_baseline: false,
            fix: false,
            coverage: Vec::new(),
            format: Format::Human,
            output: None,
            statistics: false,
            fail_on: Severity::Low,
            exit_zero: false,
            pass: Pass::default(),
            threads: 0,
        }
    }

    /// Whether nothing makes a check less strict than the policy has it: then one that passes speaks for what it saw.
    pub fn is_all_there_is(&self) -> bool {
        self.only.is_empty()
            && self.baseline.is_none()
            && !self.exit_zero
            && self.min_confidence <= Confidence::Medium
            && self.fail_on == Severity::Low
    }
}

/// A family of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Family {
    /// Credentials
    Secrets,
    /// Fabricated data
    Synthetic,
    /// Contracts on imports
    Imports,
    /// Thresholds of the code
    Standards,
}

impl Family {
    /// As in rule ids.
    pub fn name(self) -> &'static str {
        match self {
            Family::Secrets => "secrets",
            Family::Synthetic => "synthetic",
            Family::Imports => "imports",
            Family::Standards => "standards",
        }
    }
}
