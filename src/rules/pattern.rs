//! A rule that is a regular expression: its data, and its compiled form.

use std::sync::OnceLock;

use regex_automata::meta;
use regex_automata::util::syntax;

use super::exception::Exception;
use crate::finding::{RuleInfo, Text, TextList};

/// A rule that is a regular expression. Built-in ones are constants made from `builtin/*.toml`.
#[derive(Clone, Debug)]
pub struct PatternRule {
    /// What it says of itself.
    pub info: RuleInfo,
    /// Lower-case literals of which every match contains at least one. Empty: the regex runs over every file.
    pub keywords: TextList,
    /// The regular expression, ASCII (`\w`, `\b` and `(?i)` know no Unicode).
    pub regex: Text,
    /// The index of the group that is the value, where it has no name.
    pub group: Option<usize>,
    /// Words of which one must stand within three lines of the match; empty: none needed.
    pub near: TextList,
    /// Least entropy of the value, bits per character.
    pub min_entropy: Option<f32>,
    /// Globs of the files it applies to; empty: all.
    pub paths: TextList,
    /// A regex on the path, for rules that come from elsewhere.
    pub path: Option<regex::bytes::Regex>,
    /// The name of an offline proof (see [`super::proof`]).
    pub proof: Option<&'static str>,
    /// Of two rules that match the same text, the one with the higher priority reports.
    pub priority: i8,
    /// Whether a keyword may stand anywhere in the text, so that the regex runs over all of it: rules from elsewhere whose
    /// keywords are not part of what they match.
    pub anywhere: bool,
    /// Matches that it leaves alone.
    pub exceptions: Vec<Exception>,
}

/// The group that holds the value.
const GROUP: &str = "secret";

/// A compiled pattern with what the engine needs to choose its windows.
#[derive(Debug)]
pub struct Compiled {
    /// The regex.
    pub regex: meta::Regex,
    /// The index of the group named `secret`, 0 where there is none.
    pub group: usize,
    /// The length of its longest match in bytes; `None`: unbounded.
    pub max_len: Option<usize>,
    /// Whether a match may contain a line break.
    pub crosses_lines: bool,
    /// Whether a match may lie anywhere in a text that has a keyword.
    pub anywhere: bool,
}

/// How large a compiled regex may grow; a bound against hostile rule files.
const SIZE_LIMIT: usize = 4 << 20;

/// How large the table of visited states may grow, per regex and thread, in bytes.
const CACHE_CAPACITY: usize = 256 << 10;

/// Compiles a pattern: byte-wise, without Unicode where it can be, with it where the pattern needs it.
pub fn compile(pattern: &str) -> Result<Compiled, String> {
    compile_as(pattern, false).or_else(|first| compile_as(pattern, true).map_err(|_| first))
}

fn compile_as(pattern: &str, unicode: bool) -> Result<Compiled, String> {
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(unicode)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|e| e.to_string())?;
    let crosses_lines = can_match_newline(&hir);
    let max_len = hir.properties().maximum_len();
    let regex = meta::Regex::builder()
        .configure(engines())
        .syntax(syntax::Config::new().unicode(unicode).utf8(false))
        .build(pattern)
        .map_err(|e| e.syntax_error().map_or_else(|| e.to_string(), ToString::to_string))?;
    let group = regex.group_info().to_index(regex_automata::PatternID::ZERO, GROUP).unwrap_or(0);
    Ok(Compiled { regex, group, max_len, crosses_lines, anywhere: false })
}

/// Of the ways to run a regex those that cost little to build: most rules run over a few short windows, or none.
fn engines() -> meta::Config {
    let limits = meta::Config::new().nfa_size_limit(Some(SIZE_LIMIT)).hybrid_cache_capacity(CACHE_CAPACITY);
    limits.dfa(false).onepass(false)
}

fn can_match_newline(hir: &regex_syntax::hir::Hir) -> bool {
    use regex_syntax::hir::{Class, HirKind};
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&b'\n'),
        HirKind::Class(Class::Unicode(class)) => class.iter().any(|r| r.start() <= '\n' && '\n' <= r.end()),
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|r| r.start() <= b'\n' && b'\n' <= r.end()),
        HirKind::Repetition(repetition) => can_match_newline(&repetition.sub),
        HirKind::Capture(capture) => can_match_newline(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(can_match_newline),
    }
}

/// A rule in force, its regex compiled on first use.
#[derive(Debug)]
pub struct Slot {
    /// The rule.
    pub rule: PatternRule,
    compiled: OnceLock<Option<Compiled>>,
}

impl Slot {
    /// A rule whose regex is known to compile: built-in (a test compiles all of them) or validated on load.
    pub fn new(rule: PatternRule) -> Self {
        Self { rule, compiled: OnceLock::new() }
    }

    /// The compiled regex; `None` only for a rule that was not validated before.
    pub fn compiled(&self) -> Option<&Compiled> {
        let compiled = || {
            let compiled = compile(&self.rule.regex).ok()?;
            let group = self.rule.group.unwrap_or(compiled.group);
            Some(Compiled { group, anywhere: self.rule.anywhere, ..compiled })
        };
        self.compiled.get_or_init(compiled).as_ref()
    }
}
