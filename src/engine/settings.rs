//! What a run of the engine is told: the rules in force and everything that weighs their findings. Plain data, resolved
//! from the policy and the command line before anything is read.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use globset::GlobBuilder;
use regex::bytes::Regex;
use regex_automata::meta::{self, Regex as GlobRegex};
use regex_automata::util::syntax;

use super::glob::Simple;
pub use crate::finding::Class;
use crate::finding::{Action, Confidence, Severity, family_of};
use crate::rules::exception::Exception;
use crate::rules::pattern::Held;

/// Everything the engine may know.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The pattern rules in force.
    pub rules: Vec<Held>,
    /// Rules (ids or globs of them) that are switched off.
    pub disable: Vec<Glob>,
    /// Severity by rule id or glob, optionally for one class of files; `None` switches off. Later ones win.
    pub severity: Vec<SeverityOverride>,
    /// Files → rules that do not apply there.
    pub per_path: Vec<(Glob, Vec<Glob>)>,
    /// What the findings of a family do; `Block` where none is named.
    pub actions: BTreeMap<String, Action>,
    /// What one rule does, where it differs from its family.
    pub rule_actions: BTreeMap<String, Action>,
    /// Secrets that are known to be none.
    pub allow: Allow,
    /// Matches of any rule that are left alone.
    pub exceptions: Vec<Exception>,
    /// Which files are tests, which are examples.
    pub classes: Classes,
    /// Findings less sure than this are dropped.
    pub min_confidence: Confidence,
}

impl Settings {
    /// Whether a rule may report at all in `path` (`None`: unknown, so yes).
    pub fn applies(&self, rule: &str, path: Option<&str>) -> bool {
        if self.disable.iter().any(|g| g.matches(rule)) {
            return false;
        }
        let Some(path) = path else { return true };
        !self.per_path.iter().any(|(files, rules)| files.matches(path) && rules.iter().any(|g| g.matches(rule)))
    }

    /// The severity of a rule in a class of files; `None`: off.
    pub fn severity_of(&self, rule: &str, class: Class, default: Severity) -> Option<Severity> {
        self.severity
            .iter()
            .rev()
            .find(|o| o.rules.matches(rule) && o.class.is_none_or(|c| c == class))
            .map_or(Some(default), |o| o.severity)
    }

    /// What a finding of this rule does.
    pub fn action_of(&self, rule: &str) -> Action {
        let own = self.rule_actions.get(rule).or_else(|| self.actions.get(family_of(rule)));
        own.copied().unwrap_or_default()
    }
}

/// One line of `[checks.severity]`.
#[derive(Clone, Debug)]
pub struct SeverityOverride {
    /// Which rules.
    pub rules: Glob,
    /// In which files; `None`: all.
    pub class: Option<Class>,
    /// The severity, `None`: off.
    pub severity: Option<Severity>,
}

/// Secrets that are known to be none.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// In these files.
    pub paths: Vec<Glob>,
    /// Whose value matches one of these.
    pub values: Vec<Regex>,
    /// Whose value contains one of these, lower case.
    pub stopwords: Vec<String>,
}

impl Allow {
    /// Whether a value in a file is allowed.
    pub fn covers(&self, path: Option<&str>, value: &[u8]) -> bool {
        path.is_some_and(|p| self.paths.iter().any(|g| g.matches(p)))
            || self.values.iter().any(|r| r.is_match(value))
            || (!self.stopwords.is_empty() && {
                let lower = value.to_ascii_lowercase();
                self.stopwords.iter().any(|w| memchr::memmem::find(&lower, w.as_bytes()).is_some())
            })
    }
}

/// Which files are tests, which are examples.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// Globs of test files.
    pub test: Vec<Glob>,
    /// Globs of example files.
    pub example: Vec<Glob>,
}

impl Classes {
    /// The class of a path; one that is both a test and an example is a test.
    pub fn of(&self, path: Option<&str>) -> Class {
        let Some(path) = path else { return Class::Source };
        if self.test.iter().any(|g| g.matches(path)) {
            Class::Test
        } else if self.example.iter().any(|g| g.matches(path)) {
            Class::Example
        } else {
            Class::Source
        }
    }
}

/// A glob over `/`-separated text: `*` stays in one part, `**` crosses parts. Where it needs a regex, that is compiled when
/// it is first asked: most globs of a run never are.
#[derive(Clone, Debug)]
pub struct Glob {
    text: Box<str>,
    simple: Option<Simple>,
    compiled: OnceLock<GlobRegex>,
}

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    /// In words, where the glob is malformed.
    pub fn new(glob: &str) -> Result<Self, String> {
        let simple = Simple::read(glob);
        if simple.is_none() {
            read(glob).map_err(|e| format!("`{glob}` is no glob: {}", e.kind()))?;
        }
        Ok(Self { text: glob.into(), simple, compiled: OnceLock::new() })
    }

    /// Whether it matches all of `text`.
    pub fn matches(&self, text: &str) -> bool {
        let told = self.simple.as_ref().and_then(|simple| simple.matches(text.as_bytes()));
        told.unwrap_or_else(|| self.compiled.get_or_init(|| compile(&self.text)).is_match(text))
    }

    /// The glob as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn read(glob: &str) -> Result<globset::Glob, globset::Error> {
    GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build()
}

/// As globset does it, but without the automata that pay only over many paths: a run over one file asks a few globs once.
#[allow(clippy::expect_used)]
fn compile(glob: &str) -> GlobRegex {
    let read = read(glob).expect("globset has read it before, or it is simple");
    meta::Builder::new()
        .syntax(syntax::Config::new().utf8(false).dot_matches_new_line(true))
        .configure(meta::Config::new().utf8_empty(false).nfa_size_limit(Some(10 << 20)).dfa(false).onepass(false))
        .build(read.regex())
        .expect("globset read the glob and wrote this regex; it stays below the limit that globset itself has")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_as_globset_does() {
        let globs = [
            "**/tests/**",
            "**/test_*.py",
            "*.rs",
            "a/{b,c}/[!x]?.py",
            "src/**",
            "**",
            "secrets/*",
            "a\\*b",
            "!x",
            "é*",
        ];
        let paths = [
            "tests/a.py",
            "a/tests/b/c.py",
            "tests",
            "test_a.py",
            "x/test_a.py",
            "a.rs",
            "b/a.rs",
            "a/b/yz.py",
            "a/b/xz.py",
            "src/a",
            "src",
            "",
            "secrets/x",
            "secrets/x/y",
            "a*b",
            "aab",
            "!x",
            "x",
            "éa",
            "e\n",
        ];
        for glob in globs {
            let (own, reference) = (Glob::new(glob).unwrap(), read(glob).unwrap().compile_matcher());
            for path in paths {
                assert_eq!(own.matches(path), reference.is_match(path), "{glob} {path:?}");
            }
        }
    }
}
