//! What may be in the repository, resolved from `[checks]`, `[policies.quality]` and `[policies.security.secret_patterns]`:
//! what the engine and the analyses read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::raw;
use super::raw::checks::SecretRule;
use super::raw::imports::Imports;
use super::raw::risk::CodeStandards;
pub use crate::finding::Class;
use crate::finding::{Action, RuleInfo, Severity, Text, TextList};
use crate::rules::required::every_match_has_one;
use crate::rules::{pattern::PatternRule, proof};

/// What may be in the repository.
#[derive(Clone, Debug)]
pub struct Checks {
    /// Globs of files that are left out, on top of .gitignore.
    pub exclude: Vec<String>,
    /// Larger files are skipped, in bytes.
    pub max_file_size: u64,
    /// Rules that are off: ids or globs.
    pub disable: Vec<String>,
    /// The file of accepted findings.
    pub baseline: Option<String>,
    /// Severities by rule; where several match, an id goes before a glob, with a class before without.
    pub severity: Vec<SeverityOverride>,
    /// Rules that do not apply under a path.
    pub per_path: Vec<PerPath>,
    /// Which files are tests and examples.
    pub classes: Classes,
    /// By family: `secrets`, `synthetic`, `imports`, `standards`.
    pub families: BTreeMap<&'static str, Family>,
    /// What one rule does, where it differs from its family.
    pub rule_actions: BTreeMap<String, Action>,
    /// Values and paths that are no secrets, and rules of the policy's own.
    pub secrets: Secrets,
    /// Fabricated data.
    pub synthetic: raw::checks::Synthetic,
    /// Contracts on imports.
    pub imports: Imports,
    /// Limits of the code.
    pub standards: CodeStandards,
    /// A commit that changes source without tests is a finding.
    pub require_tests: bool,
    /// Least coverage, exact.
    pub min_test_coverage: Option<raw::values::Ratio>,
    /// Trailers that a commit's message must have.
    pub required_trailers: Vec<String>,
    /// Limits on comments that silence a rule.
    pub suppressions: Suppressions,
}

/// A severity for some rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityOverride {
    /// A rule id, or a glob of them.
    pub rules: String,
    /// Only in files of this class.
    pub class: Option<Class>,
    /// `None`: off.
    pub severity: Option<Severity>,
}

/// Rules that do not apply under a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerPath {
    /// Which files.
    pub glob: String,
    /// Rule ids or globs.
    pub rules: Vec<String>,
}

/// Globs of tests and examples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    /// Tests; they go before examples.
    pub test: Vec<String>,
    /// Examples and documentation.
    pub example: Vec<String>,
}

/// One family of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Whether it runs.
    pub enabled: bool,
    /// What a finding does.
    pub action: Action,
}

/// What is no secret, and rules of the policy's own.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Globs of files in which nothing is a secret.
    pub allow_paths: Vec<String>,
    /// Regular expressions on the value; they compile.
    pub allow_values: Vec<String>,
    /// A value that contains one is no secret.
    pub stopwords: Vec<String>,
    /// Rules beside the built-in ones; their regexes compile.
    pub rules: Vec<PatternRule>,
}

/// Limits on comments that silence a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressions {
    /// How many there may be.
    pub max: Option<u32>,
    /// Rule ids or globs that no comment may silence.
    pub forbid: Vec<String>,
}

impl Checks {
    pub(super) fn resolve(file: &raw::File) -> Self {
        let checks = &file.checks;
        let quality = &file.policies.quality;
        let mut rules: Vec<_> = checks.secrets.rule.iter().map(pattern_rule).collect();
        let plain = plain_patterns(&file.policies.security.secret_patterns);
        let action = file.policies.security.secret_patterns.action;
        let rule_actions = plain.iter().map(|r| (r.info.id.to_string(), action)).collect();
        rules.extend(plain);
        Self {
            exclude: texts(&checks.exclude),
            max_file_size: checks.max_file_size.0,
            disable: texts(&checks.disable),
            baseline: checks.baseline.clone(),
            severity: checks.severity.iter().map(|(key, to)| severity_override(key, to.severity())).collect(),
            per_path: checks.per_path.iter().map(|(glob, r)| PerPath { glob: glob.clone(), rules: texts(r) }).collect(),
            classes: Classes { test: texts(&checks.classes.test), example: texts(&checks.classes.example) },
            families: families(file),
            rule_actions,
            secrets: Secrets {
                allow_paths: texts(&checks.secrets.allow.paths),
                allow_values: texts(&checks.secrets.allow.values),
                stopwords: checks.secrets.allow.stopwords.clone(),
                rules,
            },
            synthetic: checks.synthetic.clone(),
            imports: checks.imports.clone(),
            standards: quality.code_standards.clone(),
            require_tests: quality.enabled && quality.require_tests,
            min_test_coverage: quality.min_test_coverage.filter(|_| quality.enabled),
            required_trailers: checks.required_trailers.clone(),
            suppressions: Suppressions { max: checks.suppressions.max, forbid: texts(&checks.suppressions.forbid) },
        }
    }

    /// Whether a family runs, and what its findings do; a family without settings runs and blocks.
    pub fn family(&self, name: &str) -> Family {
        self.families.get(name).copied().unwrap_or(Family { enabled: true, action: Action::Block })
    }
}

fn families(file: &raw::File) -> BTreeMap<&'static str, Family> {
    let (checks, policies) = (&file.checks, &file.policies);
    let scanning = policies.security.secret_scanning;
    BTreeMap::from([
        ("secrets", Family { enabled: checks.secrets.enabled && scanning, action: checks.secrets.action }),
        ("synthetic", Family { enabled: checks.synthetic.enabled, action: checks.synthetic.action }),
        ("imports", Family { enabled: checks.imports.enabled, action: checks.imports.action }),
        ("standards", Family { enabled: policies.quality.enabled, action: Action::Block }),
    ])
}

fn severity_override(key: &str, severity: Option<Severity>) -> SeverityOverride {
    let (rules, class) = key.split_once('@').map_or((key, None), |(rules, class)| (rules, Class::parse(class)));
    SeverityOverride { rules: rules.to_owned(), class, severity }
}

/// A rule of the policy in the form of the built-in ones.
pub fn pattern_rule(rule: &SecretRule) -> PatternRule {
    let help = if rule.help.is_empty() { "revoke it, and read it from the environment" } else { &rule.help };
    PatternRule {
        info: RuleInfo {
            id: owned(&rule.id),
            summary: owned(&rule.summary),
            severity: rule.severity,
            explain: owned(&rule.explain),
            help: owned(help),
            hit: list(&rule.hit),
            miss: list(&rule.miss),
        },
        keywords: rule.keywords.iter().map(|k| owned(&k.to_lowercase())).collect::<Vec<_>>().into(),
        regex: owned(&rule.regex),
        near: list(&rule.near),
        min_entropy: rule.min_entropy.map(|d| (d.0 as f64 / 1e6) as f32),
        paths: list(&rule.paths),
        proof: rule.proof.as_deref().and_then(|name| proof::PROOFS.iter().find(|(n, _)| *n == name)).map(|(n, _)| *n),
        priority: rule.priority,
        group: None,
        path: None,
        anywhere: !rule.keywords.is_empty() && !every_match_has_one(&rule.regex, &lower(&rule.keywords)),
        made_up: true,
        exceptions: Vec::new(),
        credential: None,
    }
}

/// `policies.security.secret_patterns`: rules without keywords, named by their place in the list.
fn plain_patterns(patterns: &raw::security::SecretPatterns) -> Vec<PatternRule> {
    let rule = |(index, regex): (usize, &raw::values::Regex)| PatternRule {
        info: RuleInfo {
            id: Cow::Owned(format!("secrets/policy-pattern-{}", index + 1)),
            summary: Cow::Borrowed("Text that a pattern of the policy forbids"),
            severity: Severity::High,
            explain: Cow::Borrowed("It matches an entry of `policies.security.secret_patterns`."),
            help: Cow::Borrowed("revoke it, and read it from the environment"),
            hit: Cow::Borrowed(&[]),
            miss: Cow::Borrowed(&[]),
        },
        keywords: Cow::Borrowed(&[]),
        regex: owned(regex),
        near: Cow::Borrowed(&[]),
        min_entropy: None,
        paths: Cow::Borrowed(&[]),
        proof: None,
        priority: -20,
        group: None,
        path: None,
        anywhere: false,
        made_up: true,
        exceptions: Vec::new(),
        credential: None,
    };
    patterns.patterns.iter().enumerate().map(rule).collect()
}

fn texts<T: AsRef<str>>(items: &[T]) -> Vec<String> {
    items.iter().map(|i| i.as_ref().to_owned()).collect()
}

fn lower(words: &[String]) -> Vec<String> {
    words.iter().map(|w| w.to_lowercase()).collect()
}

fn list<T: AsRef<str>>(items: &[T]) -> TextList {
    items.iter().map(|i| owned(i.as_ref())).collect::<Vec<_>>().into()
}

fn owned(text: &str) -> Text {
    Cow::Owned(text.to_owned())
}
