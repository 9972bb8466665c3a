//! A rule that is a regular expression: its data, and its compiled form.

use std::ops::Deref;
use std::sync::OnceLock;

use regex_automata::meta;
use regex_syntax::hir::{Class, Hir, HirKind};

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
    /// Whether values that look made up count, too: a rule that is not of the catalogue says itself what it leaves alone.
    pub made_up: bool,
    /// Matches that it leaves alone.
    pub exceptions: Vec<Exception>,
    /// Instead of the regex: the scorer of [`super::credential`] finds what its keywords announce.
    pub credential: Option<super::credential::Kind>,
}

/// The group that holds the value.
const GROUP: &str = "secret";

/// What a pattern says without being compiled: the engine chooses its windows by it, and whether to look at them.
#[derive(Debug)]
pub struct Shape {
    hir: Hir,
    /// The index of the group named `secret`, 0 where there is none.
    pub group: usize,
    /// The length of its longest match in bytes; `None`: unbounded.
    pub max_len: Option<usize>,
    /// Whether a match may contain a line break.
    pub crosses_lines: bool,
    /// Whether a match may lie anywhere in a text that has a keyword.
    pub anywhere: bool,
    /// The bytes that a value can hold.
    pub alphabet: Box<[bool; 256]>,
    /// The length of the shortest value.
    pub min_value: usize,
    /// The literal parts of the value, a zero byte between them, where each keyword is in one of them: a keyword that is
    /// spelled otherwise, or stands in a run too short for a value, is part of no match. Else empty.
    pub literals: Vec<u8>,
}

/// How large a compiled regex may grow; a bound against hostile rule files.
const SIZE_LIMIT: usize = 4 << 20;

/// How large the table of visited states may grow, per regex and thread, in bytes.
const CACHE_CAPACITY: usize = 256 << 10;

/// Parses and compiles a pattern.
///
/// # Errors
/// What is wrong with it.
pub fn compile(pattern: &str) -> Result<meta::Regex, String> {
    Shape::of(pattern)?.compile()
}

impl Shape {
    /// Of a pattern: byte-wise, without Unicode where it can be, with it where the pattern needs it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(pattern: &str) -> Result<Self, String> {
        let hir = parse(pattern, false).or_else(|first| parse(pattern, true).map_err(|_| first))?;
        let (group, value) = find_group(&hir, GROUP).unwrap_or((0, &hir));
        let mut alphabet = Box::new([false; 256]);
        collect_alphabet(value, &mut alphabet);
        let min_value = value.properties().minimum_len().unwrap_or(0);
        let mut literals = Vec::new();
        collect_literals(value, &mut literals);
        let (max_len, crosses_lines) = (hir.properties().maximum_len(), can_match(&hir, b'\n'));
        Ok(Self { hir, group, max_len, crosses_lines, anywhere: false, alphabet, min_value, literals })
    }

    /// The regex: a hundred times as dear as its shape.
    fn compile(&self) -> Result<meta::Regex, String> {
        let says = |e: meta::BuildError| e.syntax_error().map_or_else(|| e.to_string(), ToString::to_string);
        meta::Regex::builder().configure(engines()).build_from_hir(&self.hir).map_err(says)
    }
}

fn parse(pattern: &str, unicode: bool) -> Result<Hir, String> {
    let mut builder = regex_syntax::ParserBuilder::new();
    builder.unicode(unicode).utf8(false).build().parse(pattern).map_err(|e| e.to_string())
}

/// The index of the group of this name, and what is in it.
fn find_group<'h>(hir: &'h Hir, name: &str) -> Option<(usize, &'h Hir)> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some(name) => {
            Some((capture.index as usize, &capture.sub))
        }
        HirKind::Capture(capture) => find_group(&capture.sub, name),
        HirKind::Repetition(repetition) => find_group(&repetition.sub, name),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(|p| find_group(p, name)),
        _ => None,
    }
}

fn collect_alphabet(hir: &Hir, out: &mut [bool; 256]) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|b| out[usize::from(*b)] = true),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().for_each(|r| (r.start()..=r.end()).for_each(|b| out[usize::from(b)] = true));
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.iter() {
                (range.start()..=range.end().min('\x7f')).for_each(|c| out[c as usize] = true);
                // The bytes of what is encoded in several.
                let wide = range.end() > '\x7f';
                out[0x80..].iter_mut().for_each(|b| *b |= wide);
            }
        }
        HirKind::Repetition(repetition) => collect_alphabet(&repetition.sub, out),
        HirKind::Capture(capture) => collect_alphabet(&capture.sub, out),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|p| collect_alphabet(p, out)),
    }
}

fn collect_literals(hir: &Hir, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Capture(capture) => collect_literals(&capture.sub, out),
        HirKind::Concat(parts) => parts.iter().for_each(|p| collect_literals(p, out)),
        HirKind::Look(_) | HirKind::Empty => {}
        // What is optional, repeated or one of several is no fixed part of the value.
        HirKind::Repetition(_) | HirKind::Alternation(_) | HirKind::Class(_) => out.push(0),
    }
}

/// Of the ways to run a regex those that cost little to build: most rules run over a few short windows, or none.
fn engines() -> meta::Config {
    let limits = meta::Config::new().nfa_size_limit(Some(SIZE_LIMIT)).hybrid_cache_capacity(CACHE_CAPACITY);
    limits.dfa(false).onepass(false)
}

/// Whether a match of `hir` may contain the byte.
fn can_match(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&byte),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().any(|r| r.start() <= char::from(byte) && char::from(byte) <= r.end())
        }
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|r| r.start() <= byte && byte <= r.end()),
        HirKind::Repetition(repetition) => can_match(&repetition.sub, byte),
        HirKind::Capture(capture) => can_match(&capture.sub, byte),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(|p| can_match(p, byte)),
    }
}

/// A rule in force: one of the catalogue, which is lent, or one from elsewhere.
#[derive(Clone, Debug)]
pub enum Held {
    /// Of the catalogue: a copy of all of them would cost more than looking at a small file.
    BuiltIn(&'static PatternRule),
    /// From a policy or a rule file, or changed.
    Own(Box<PatternRule>),
}

impl Held {
    /// The rule, to be changed.
    pub fn to_mut(&mut self) -> &mut PatternRule {
        if let Held::BuiltIn(rule) = *self {
            *self = Held::from(rule.clone());
        }
        match self {
            Held::Own(rule) => rule,
            Held::BuiltIn(_) => unreachable!("it was made its own above"),
        }
    }
}

impl From<PatternRule> for Held {
    fn from(rule: PatternRule) -> Self {
        Held::Own(Box::new(rule))
    }
}

impl Deref for Held {
    type Target = PatternRule;

    fn deref(&self) -> &PatternRule {
        match self {
            Held::BuiltIn(rule) => rule,
            Held::Own(rule) => rule,
        }
    }
}

/// A rule in force, its regex compiled when a text may match it.
#[derive(Debug)]
pub struct Slot {
    /// The rule.
    pub rule: Held,
    shape: OnceLock<Option<Box<Shape>>>,
    regex: OnceLock<Option<meta::Regex>>,
}

impl Slot {
    /// A rule whose regex is known to compile: built-in (a test compiles all of them) or validated on load.
    pub fn new(rule: Held) -> Self {
        Self { rule, shape: OnceLock::new(), regex: OnceLock::new() }
    }

    /// What its pattern says; `None` only for a rule that was not validated before.
    pub fn shape(&self) -> Option<&Shape> {
        self.shape.get_or_init(|| Shape::of(&self.rule.regex).ok().map(|s| Box::new(self.fit(s)))).as_deref()
    }

    /// The compiled regex; `None` only for a rule that was not validated before.
    pub fn regex(&self) -> Option<&meta::Regex> {
        self.regex.get_or_init(|| self.shape().and_then(|shape| shape.compile().ok())).as_ref()
    }

    /// What only the whole rule knows.
    fn fit(&self, shape: Shape) -> Shape {
        let lower = shape.literals.to_ascii_lowercase();
        let in_value = |k: &Text| memchr::memmem::find(&lower, k.as_bytes()).is_some();
        let whole = self.rule.group.is_none() && !self.rule.anywhere;
        let literals = if whole && self.rule.keywords.iter().all(in_value) { shape.literals } else { Vec::new() };
        // The value of a rule from elsewhere is a group by its number, of which nothing is known.
        let min_value = if whole { shape.min_value } else { 0 };
        let group = self.rule.group.unwrap_or(shape.group);
        Shape { group, anywhere: self.rule.anywhere, min_value, literals, ..shape }
    }
}
