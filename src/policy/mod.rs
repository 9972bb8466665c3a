//! governance.toml: text → tree with places → checked against the schema → typed → judged → [`Policy`].
//!
//! | step | where |
//! |---|---|
//! | every key, its type, default and documentation | [`raw`] |
//! | text → tree in which everything knows its place, with recovery from syntax errors | [`tree`], [`sources`] |
//! | files that include others → one tree | [`mod@include`] |
//! | tree × schema → mistakes; what is wrong is taken out, the rest goes on | [`shape`], [`walk`], [`formats`] |
//! | tree → typed values | [`tree_serde`], [`exact`] |
//! | what shape alone does not show: contradictions, dead rules, unreachable quorums | [`validate`] |
//! | the only thing other modules see | [`Policy`] |
//! | the only file that reads a disk | [`load`] |
//!
//! A mistake is a [`Mistake`], which becomes a `Finding` of the family `policy`. No step stops at the first one, and none of
//! them hides another. A policy with an error is no policy: [`Verdict::policy`] is `None`.

pub mod checks;
pub mod codes;
pub mod condition;
pub mod diff;
pub mod edit;
pub mod exact;
pub mod explain;
pub mod formats;
pub mod hash;
pub mod import;
pub mod include;
#[allow(clippy::disallowed_methods)]
pub mod load;
pub mod mistake;
pub mod raw;
pub mod render;
pub mod shape;
pub mod show;
pub mod sources;
pub mod tree;
pub mod tree_serde;
pub mod unclosed;
pub mod validate;
pub mod walk;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use crate::finding::{Finding, RuleInfo};
use checks::Checks;
use mistake::Mistake;
use raw::policies::{EnforcementMode, Override};
use sources::Sources;

/// The largest policy, in bytes, all files together.
pub const MOST_BYTES: usize = 4 << 20;

/// What a judgement depends on beside the text.
#[derive(Clone, Debug)]
pub struct Context {
    /// For what expires.
    pub today: Date,
    /// `--env` or GOVCTL_ENV.
    pub environment: Option<String>,
}

/// A policy without an error. Everything in it is checked, and every default is filled in.
#[derive(Clone, Debug)]
pub struct Policy {
    sections: raw::File,
    /// What may be in the repository, resolved.
    pub checks: Checks,
    /// The environment in force.
    pub environment: Environment,
}

/// The environment in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The name that was asked for.
    pub name: Option<String>,
    /// Whether the policy lists that name; if not, the strictest of all that it lists holds.
    pub listed: bool,
    /// How strictly.
    pub enforcement_mode: EnforcementMode,
    /// Whether a block may be overridden.
    pub r#override: Override,
    /// Only signed votes count.
    pub signed_votes: bool,
    /// Nothing runs where the kernel cannot enforce.
    pub sandbox: bool,
    /// Everything is rejected until this policy is trusted.
    pub trusted_policy: bool,
}

/// What came out of reading a policy.
#[derive(Debug)]
pub struct Verdict {
    /// The policy; `None` with any error.
    pub policy: Option<Policy>,
    /// Every mistake, by place.
    pub mistakes: Vec<Mistake>,
    /// The texts.
    pub sources: Sources,
    /// The tree of what could be read, for `policy show`.
    pub tree: tree::Table,
}

impl Policy {
    /// The policy that holds where no file says otherwise: every check on, nothing permitted.
    pub fn built_in(context: &Context) -> Self {
        Self::resolve(raw::File::default(), context)
    }

    /// The sections as they stand in governance.toml, with every default.
    pub fn sections(&self) -> &raw::File {
        &self.sections
    }

    fn resolve(mut sections: raw::File, context: &Context) -> Self {
        sections.policies.version = Some(raw::policies::Version::V1);
        let checks = Checks::resolve(&sections);
        let environment = Environment::resolve(&sections.policies, context.environment.as_deref());
        Self { sections, checks, environment }
    }
}

impl Environment {
    /// The one of that name; without a name what the policy says at large; for a name that is not listed the strictest of all.
    pub fn resolve(policies: &raw::policies::Policies, name: Option<&str>) -> Self {
        let mode = |e: &raw::policies::Environment| e.enforcement_mode.unwrap_or(policies.enforcement_mode);
        let at_large = Self {
            name: name.map(ToOwned::to_owned),
            listed: false,
            enforcement_mode: policies.enforcement_mode,
            r#override: Override::Forbidden,
            signed_votes: false,
            sandbox: false,
            trusted_policy: false,
        };
        let Some(name) = name else { return at_large };
        if let Some(found) = policies.environments.get(name) {
            return Self {
                listed: true,
                enforcement_mode: mode(found),
                r#override: found.r#override,
                signed_votes: found.signed_votes,
                sandbox: found.sandbox,
                trusted_policy: found.trusted_policy,
                ..at_large
            };
        }
        policies.environments.values().fold(at_large, |all, one| Self {
            enforcement_mode: all.enforcement_mode.min(mode(one)),
            signed_votes: all.signed_votes || one.signed_votes,
            sandbox: all.sandbox || one.sandbox,
            trusted_policy: all.trusted_policy || one.trusted_policy,
            ..all
        })
    }
}

impl Verdict {
    /// Whether anything makes the policy unusable.
    pub fn has_errors(&self) -> bool {
        self.mistakes.iter().any(Mistake::is_error)
    }

    /// The mistakes as findings, and the rules they name.
    pub fn findings(&self) -> (Vec<Finding>, Vec<RuleInfo>) {
        let mut seen: HashMap<(String, String, String), u32> = HashMap::new();
        let mut findings: Vec<_> = self
            .mistakes
            .iter()
            .map(|m| {
                let first = m.to_finding(&self.sources, 0);
                let nth =
                    seen.entry((first.rule.to_string(), first.path.clone(), first.excerpt.text.clone())).or_insert(0);
                let finding = if *nth == 0 { first } else { m.to_finding(&self.sources, *nth) };
                *nth += 1;
                finding
            })
            .collect();
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let mut rules: Vec<RuleInfo> = self.mistakes.iter().map(|m| m.code.clone()).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        rules.dedup_by(|a, b| a.id == b.id);
        (findings, rules)
    }
}

/// Judges a policy whose entry file is called `path`. `read` gives the text of a file by its path and says why where it
/// cannot; nothing else is asked of the outside.
pub fn judge(path: &str, read: &mut include::Read<'_>, context: &Context) -> Verdict {
    let mut sources = Sources::default();
    let assembled = include::assemble(path, read, &mut sources);
    let mut tree = assembled.tree;
    let mut mistakes = assembled.mistakes;
    if let Some(shape) = shape::root().fields() {
        mistakes.extend(walk::check(&mut tree, shape, assembled.complete, &mut sources));
    }
    let sections = match tree_serde::from_table::<raw::File>(tree.clone()) {
        Ok(sections) => Some(sections),
        Err(error) => {
            // The walk lets nothing pass that serde refuses; if it ever did, that must not look like a valid policy.
            mistakes.push(Mistake::new(&codes::FORMAT, 0..0, format!("the policy cannot be read: {error}")));
            None
        }
    };
    if let Some(sections) = &sections {
        let judged = validate::all(sections, &tree, context).into_iter();
        // What could not be read may well say its version.
        mistakes.extend(judged.filter(|m| assembled.complete || m.code.id != codes::NO_VERSION.id));
    }
    not_of_the_unreadable(&mut mistakes);
    mistakes.sort_by(|a, b| (a.place.start, a.place.end, &a.code.id).cmp(&(b.place.start, b.place.end, &b.code.id)));
    mistakes.truncate(walk::MOST_MISTAKES);
    let policy = sections.filter(|_| !mistakes.iter().any(Mistake::is_error)).map(|s| Policy::resolve(s, context));
    Verdict { policy, mistakes, sources, tree }
}

/// A value whose syntax is broken is only told to be that: what it holds is not known.
fn not_of_the_unreadable(mistakes: &mut Vec<Mistake>) {
    let is_syntax = |m: &Mistake| m.code.id == codes::SYNTAX.id;
    let broken: HashSet<usize> = mistakes.iter().filter(|m| is_syntax(m)).map(|m| m.place.start).collect();
    mistakes.retain(|m| is_syntax(m) || !broken.contains(&m.place.start));
}

/// Judges one text that includes nothing.
pub fn judge_text(path: &str, text: &str, context: &Context) -> Verdict {
    let mut read = |asked: &str| {
        if asked == path { Ok(text.as_bytes().to_vec()) } else { Err("files are not read here".to_owned()) }
    };
    judge(path, &mut read, context)
}

/// Judges any bytes, for fuzzing: total, in bounded time and memory.
pub fn validate_bytes(bytes: &[u8]) -> Verdict {
    let context = Context { today: Date::constant(2026, 1, 1), environment: None };
    let mut read = |asked: &str| {
        if asked == "governance.toml" { Ok(bytes.to_vec()) } else { Err("files are not read here".to_owned()) }
    };
    judge("governance.toml", &mut read, &context)
}
