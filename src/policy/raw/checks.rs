//! `[checks]`: what may be in the repository.

use super::Names;
use super::imports::Imports;
use super::values::{ByteSize, Date, Decimal, Glob, Regex, RulePattern, Template};
use crate::finding::{Action, Severity};

section! {
    /// What may be in the repository.
    pub struct Checks {
        /// Globs of files that are left out, on top of .gitignore.
        pub exclude: Vec<Glob>,
        /// Larger files are skipped, and counted as skipped.
        pub max_file_size: ByteSize = ByteSize(5 << 20),
        /// Rules that are off: ids, or globs of them (`synthetic/*`).
        pub disable: Vec<RulePattern>,
        /// The file of findings that are accepted as they are.
        pub baseline: Option<String>,
        /// Severity by rule id or glob; `id@class` for one class of files (source, test, example) only.
        pub severity: Names<SeverityOrOff>,
        /// Rules that do not apply under a path: glob = rule ids or globs.
        pub per_path: Names<Vec<RulePattern>>,
        /// Credentials.
        pub secrets: Secrets,
        /// Which files are tests and examples; all others are `source`.
        pub classes: Classes,
        /// Fabricated data, found in the syntax tree: names are resolved through imports and aliases.
        pub synthetic: Synthetic,
        /// Contracts on what may import what.
        pub imports: Imports,
        /// Trailers that the last paragraph of a commit's message must have, such as `Signed-off-by`.
        pub required_trailers: Vec<String>,
        /// Comments of the form `govctl: allow <rule id> -- reason`.
        pub suppressions: Suppressions,
    }

    /// Credentials in files.
    pub struct Secrets {
        /// Whether this family of checks runs.
        pub enabled: bool = true,
        /// What a finding does.
        pub action: Action,
        /// What is no secret.
        pub allow: SecretsAllow,
        /// Rules of your own, in the form of the built-in ones.
        pub rule: Vec<SecretRule>,
    }

    /// What is no secret.
    pub struct SecretsAllow {
        /// Globs of files in which nothing is a secret.
        pub paths: Vec<Glob>,
        /// Regular expressions on the value found.
        pub values: Vec<Regex>,
        /// A value that contains one of these words is no secret.
        pub stopwords: Vec<String>,
    }

    /// A rule for one kind of credential.
    #[schemars(extend("required" = ["id", "summary", "regex"]))]
    pub struct SecretRule {
        /// Required. `<family>/<kebab-case>`, unique.
        pub id: String,
        /// Required. One line, the message of a finding.
        pub summary: String,
        /// How bad it is.
        pub severity: Severity = Severity::High,
        /// What it is and what somebody who has it can do.
        pub explain: String,
        /// Literals of which one must be near; they make the rule cheap.
        pub keywords: Vec<String>,
        /// Required. The regular expression; the group named `secret` is the value, else the whole match.
        pub regex: Regex,
        /// Words of which one must stand within three lines.
        pub near: Vec<String>,
        /// Least entropy of the value, in bits per character.
        #[schemars(extend("minimum" = 0, "maximum" = 8))]
        pub min_entropy: Option<Decimal>,
        /// Globs of the files it applies to; empty: everywhere.
        pub paths: Vec<Glob>,
        /// The name of an offline proof, such as `luhn`; values it refutes are dropped.
        pub proof: Option<String>,
        /// Of two rules that match the same text, the one with the higher priority reports.
        pub priority: i8,
        /// What to do: revoke it where, read it from where.
        pub help: String,
        /// Templates; the rule must find each.
        pub hit: Vec<Template>,
        /// Templates; the rule must find none of them.
        pub miss: Vec<Template>,
    }

    /// Which files are tests and examples.
    pub struct Classes {
        /// Globs of test files.
        pub test: Vec<Glob> = Glob::list(&[
            "**/tests/**", "**/test/**", "**/__tests__/**", "**/fixtures/**", "**/test_*.py", "**/*_test.*", "**/*.test.*",
            "**/*.spec.*", "**/conftest.py",
        ]),
        /// Globs of examples and documentation.
        pub example: Vec<Glob> = Glob::list(&["**/examples/**", "**/docs/**", "**/benches/**", "**/benchmarks/**"]),
    }

    /// Fabricated data.
    pub struct Synthetic {
        /// Whether this family of checks runs.
        pub enabled: bool = true,
        /// What a finding does.
        pub action: Action,
        /// How much is tolerated.
        pub profile: SyntheticProfile,
        /// Whether resampling what is there (bootstrap, shuffled copies) counts as fabrication.
        pub resampling: bool,
        /// Calls of yours that fabricate, beside the built-in catalogue: dotted names.
        pub fabricators: Vec<String>,
        /// What a finding's help recommends: dotted names.
        pub real_sources: Vec<String>,
        /// Findings that are accepted, for a reason and a time.
        pub allow: Vec<SyntheticAllow>,
        /// Rules of your own.
        pub rule: Vec<SyntheticRule>,
    }

    /// Findings that are accepted, for a reason and a time.
    #[schemars(extend("required" = ["reason", "expires"]))]
    pub struct SyntheticAllow {
        /// Rule ids or globs; empty: all of the family.
        pub rules: Vec<RulePattern>,
        /// Globs of files; empty: all.
        pub paths: Vec<Glob>,
        /// Globs of enclosing functions; empty: anywhere.
        pub functions: Vec<Glob>,
        /// Required. Why.
        pub reason: String,
        /// Required. After this day the findings return.
        pub expires: Date,
        /// How many findings it covers; one more is not covered. Default: all.
        pub max: Option<u32>,
    }

    /// A rule of your own against fabricated data.
    #[schemars(extend("required" = ["id", "summary"]))]
    pub struct SyntheticRule {
        /// Required. `synthetic/<kebab-case>`, unique.
        pub id: String,
        /// Required. One line, the message of a finding.
        pub summary: String,
        /// How bad it is.
        pub severity: Severity = Severity::High,
        /// Languages it applies to; empty: all.
        pub languages: Vec<Language>,
        /// Resolved dotted names that are called: `*` one segment, `**` any number.
        pub calls: Vec<String>,
        /// Modules that are imported.
        pub imports: Vec<String>,
        /// What to do instead.
        pub help: String,
    }

    /// Limits on comments that silence a rule.
    pub struct Suppressions {
        /// How many there may be in the whole repository. Default: unlimited.
        pub max: Option<u32>,
        /// Rules that no comment may silence.
        pub forbid: Vec<RulePattern>,
    }
}

choices! {
    /// A severity, or off.
    pub enum SeverityOrOff {
        /// The rule does not run.
        Off = "off",
        /// Worth knowing.
        Low = "low",
        /// Should be mended.
        Medium = "medium",
        /// Must be mended.
        High = "high",
        /// Must be mended now.
        Critical = "critical",
    }

    /// How much randomness is tolerated.
    pub enum SyntheticProfile {
        /// A draw alone warns; what flows into results blocks.
        Usual = "default",
        /// Every draw of random numbers is an error, whatever it is for.
        NoRng = "no-rng",
    }

    /// A language whose syntax tree is read.
    pub enum Language {
        /// Python.
        Python = "python",
        /// Rust.
        Rust = "rust",
        /// JavaScript.
        Javascript = "javascript",
        /// TypeScript.
        Typescript = "typescript",
        /// Go.
        Go = "go",
    }
}

impl SeverityOrOff {
    /// The severity; `None` is off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            SeverityOrOff::Off => None,
            SeverityOrOff::Low => Some(Severity::Low),
            SeverityOrOff::Medium => Some(Severity::Medium),
            SeverityOrOff::High => Some(Severity::High),
            SeverityOrOff::Critical => Some(Severity::Critical),
        }
    }
}
