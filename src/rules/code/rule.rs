//! What a rule over code is made of: [`CodeRule`] and what it reports, [`Draft`].

use std::borrow::Cow;

use super::config::CodeConfig;
use super::facts::{Call, DefId, Facts, Language, Place};
pub use crate::finding::Class;
use crate::finding::{RuleInfo, Severity, Text};

/// What a rule does in one class of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Off,
    /// Reports and lets pass.
    Warn(Severity),
    /// Reports, and does what the family's `action` says.
    Block(Severity),
}

/// A rule over one file.
pub struct CodeRule {
    /// What it says of itself.
    pub info: RuleInfo,
    /// In source, example and test files.
    pub levels: [Level; 3],
    /// Its check.
    pub check: fn(&File<'_>, &mut Vec<Found>),
}

impl CodeRule {
    /// What it does in files of this class.
    pub fn level(&self, class: Class) -> Level {
        match class {
            Class::Source => self.levels[0],
            Class::Example => self.levels[1],
            Class::Test => self.levels[2],
        }
    }
}

/// What a rule looks at.
pub struct File<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its class.
    pub class: Class,
    /// What was read from it.
    pub facts: &'a Facts,
    /// What the policy says.
    pub config: &'a CodeConfig,
}

/// What a rule found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where.
    pub place: Place,
    /// In which definition.
    pub def: DefId,
    /// What is wrong, where more can be said than the rule's summary.
    pub message: Option<String>,
}

impl Found {
    /// At a call, with a message.
    pub fn at(call: &Call, message: impl Into<String>) -> Self {
        Self { place: call.place, def: call.def, message: Some(message.into()) }
    }
}

/// A finding before its line and column are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The rule's id.
    pub rule: Text,
    /// How bad, in a file of this class.
    pub severity: Severity,
    /// Whether it lets pass whatever the family's action is.
    pub advisory: bool,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Text,
    /// The definition it stands in, for the fingerprint.
    pub symbol: String,
    /// Why it does not count: the reason of an allowance.
    pub allowed: Option<String>,
}

impl Draft {
    /// From what a rule found, by its level in this class; `None`: off.
    pub fn new(info: &RuleInfo, level: Level, file: &File<'_>, found: Found) -> Option<Self> {
        let (severity, advisory) = match level {
            Level::Off => return None,
            Level::Warn(severity) => (severity, true),
            Level::Block(severity) => (severity, false),
        };
        Some(Self {
            rule: info.id.clone(),
            severity,
            advisory,
            place: found.place,
            message: found.message.unwrap_or_else(|| info.summary.clone().into_owned()),
            help: info.help.clone(),
            symbol: file.facts.symbol(found.def),
            allowed: None,
        })
    }
}

/// The languages that a rule knows something in; TypeScript goes with JavaScript. Its fixtures hold it to that.
pub fn languages(id: &str) -> &'static [Language] {
    use Language::{Go, JavaScript, Python, Rust};
    match id {
        // Rust and Go import nothing whose name is computed.
        "imports/computed" => &[Python, JavaScript],
        _ => &[Python, JavaScript, Rust, Go],
    }
}

/// A rule's text as a constant.
pub const fn info(
    id: &'static str,
    summary: &'static str,
    severity: Severity,
    explain: &'static str,
    help: &'static str,
) -> RuleInfo {
    RuleInfo {
        id: Cow::Borrowed(id),
        summary: Cow::Borrowed(summary),
        severity,
        explain: Cow::Borrowed(explain),
        help: Cow::Borrowed(help),
        hit: Cow::Borrowed(&[]),
        miss: Cow::Borrowed(&[]),
    }
}

/// The callee of a call as people write it.
pub fn callee(facts: &Facts, call: &Call) -> String {
    let text = facts.text(call.callee);
    match facts.language {
        Language::Rust => text.replace('.', "::"),
        _ => text,
    }
}

/// The words of a name in snake_case or CamelCase, lower case.
pub fn words(name: &str) -> impl Iterator<Item = String> {
    let mut out: Vec<String> = Vec::new();
    let (mut previous_lower, mut rest) = (false, name.chars());
    while let Some(c) = rest.next() {
        // Of `VAEModel` the M starts a word, of `GANs` the N does not.
        let (next, after) = (rest.clone().next(), rest.clone().nth(1));
        let lower = |c: Option<char>| c.is_some_and(char::is_lowercase);
        let starts = c.is_uppercase() && (previous_lower || (lower(next) && lower(after)));
        if c == '_' || c == '-' || starts || out.is_empty() {
            out.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = out.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        previous_lower = c.is_lowercase();
    }
    out.into_iter().filter(|w| !w.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_words() {
        let split = |name: &str| words(name).collect::<Vec<_>>().join(" ");
        assert_eq!(split("_get_action"), "get action");
        assert_eq!(split("RandomCrop"), "random crop");
        assert_eq!((split("VAEModel"), split("GANs")), ("vae model".into(), "gans".into()));
    }
}
