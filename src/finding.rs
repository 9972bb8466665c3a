//! What was found: [`RuleInfo`] (what a rule says of itself), [`Finding`] (one place that breaks it) and their parts.
//!
//! Everything here is printable as it stands: a finding is made with its secret already masked.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Text that is either in the binary (built-in rules) or read at run time (rules of a policy).
pub type Text = Cow<'static, str>;
/// A list of [`Text`], constructible in a constant.
pub type TextList = Cow<'static, [Text]>;

/// How bad it is, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Should be mended.
    Medium,
    /// Must be mended.
    High,
    /// Must be mended now.
    Critical,
}

impl Severity {
    /// Every severity, least first.
    pub const ALL: [Severity; 4] = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// Its name as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Severity::ALL
            .into_iter()
            .find(|v| v.name() == s)
            .ok_or_else(|| format!("unknown severity `{s}`: expected low, medium, high or critical"))
    }
}

/// What a finding does to the exit status and how loudly it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Exit status 1.
    #[default]
    Block,
    /// Reported, exit status untouched.
    Warn,
    /// Kept in machine formats and the audit log only.
    Log,
}

/// What kind of file: rules may weigh the same thing differently in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Everything that is not one of the others.
    #[default]
    Source,
    /// Tests and their fixtures.
    Test,
    /// Examples, documentation, benchmarks.
    Example,
}

impl Class {
    /// Its name after the `@` of a severity override.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Source => "source",
            Class::Test => "test",
            Class::Example => "example",
        }
    }

    /// The class of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Class::Source, Class::Test, Class::Example].into_iter().find(|c| c.name() == name)
    }
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess from context alone.
    Low,
    /// Context and value agree.
    Medium,
    /// The format, or the context beyond doubt, gives it away.
    #[default]
    High,
}

impl FromStr for Confidence {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "low" => Ok(Confidence::Low),
            "medium" => Ok(Confidence::Medium),
            "high" => Ok(Confidence::High),
            _ => Err(format!("unknown confidence `{s}`: expected low, medium or high")),
        }
    }
}

/// What a rule says of itself; read by `rules explain`, every report format, the documentation and the tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleInfo {
    /// `<family>/<kebab-case>`, unique in the catalogue.
    pub id: Text,
    /// One line, no full stop: the message of a finding.
    pub summary: Text,
    /// Its severity where nothing overrides it.
    pub severity: Severity,
    /// What it is and why it matters, in a few sentences.
    pub explain: Text,
    /// What to do: revoke where, read from where; how to fix.
    pub help: Text,
    /// Templates (see `rules::template`) or fixtures the rule must find.
    pub hit: TextList,
    /// Templates or fixtures it must not find.
    pub miss: TextList,
}

impl RuleInfo {
    /// The part of the id before the slash: `secrets`, `synthetic`, `imports`, `standards`, `code`, `suppressions`, `policy`.
    pub fn family(&self) -> &str {
        family_of(&self.id)
    }
}

/// The family of a rule id: what stands before its slash.
pub fn family_of(id: &str) -> &str {
    id.split_once('/').map_or(id, |(family, _)| family)
}

/// A place in a text. Lines and columns count from 1, columns in Unicode scalar values; the end is exclusive
/// (`end_column` is the column after the last character, on `end_line`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// The line of a finding with every secret on it masked, cut to a readable length around the finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The text, without its line break.
    pub text: String,
    /// Where in `text` the finding starts, in characters from 0.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
}

/// The identity of a finding over line moves: 32 hex digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// From the rule, the path, what is around the finding (its masked line or enclosing symbol), a tag of the secret
    /// (`redact::Secret::tag`; empty where there is none) and how many equal findings stand before it in the file.
    pub fn new(rule: &str, path: &str, around: &str, tag: &[u8], nth: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"govctl.fingerprint/1\n");
        for part in [rule.as_bytes(), path.as_bytes(), around.as_bytes(), tag] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(nth.to_le_bytes());
        Self(hex(&hash.finalize()[..16]))
    }

    /// Accepts 32 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let ok = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        ok.then(|| Self(text.to_owned()))
    }

    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Lower-case hex of some bytes.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' + n - 10 });
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// The commit that introduced a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Full object id, hex.
    pub id: String,
    /// `Name <address>` of the author.
    pub author: String,
    /// Author time, RFC 3339.
    pub date: String,
    /// First line of the message.
    pub subject: String,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Suppressed {
    /// A comment in the source.
    Comment {
        /// The reason it gives.
        reason: String,
    },
    /// An entry of the baseline.
    Baseline,
    /// An allowance in the policy.
    Policy {
        /// The reason it gives.
        reason: String,
    },
}

/// How the evidence begins that only says that a value has the format of its rule.
pub const BY_FORMAT: &str = "format: ";

/// One place that breaks a rule. Already masked: every field may be printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: Text,
    /// After policy overrides.
    pub severity: Severity,
    /// After policy overrides.
    pub action: Action,
    /// How sure.
    pub confidence: Confidence,
    /// Relative to the root that was scanned, `/` between parts.
    pub path: String,
    /// Where.
    pub span: Span,
    /// What is wrong, one line.
    pub message: String,
    /// How to mend it.
    pub help: Text,
    /// The masked line.
    pub excerpt: Excerpt,
    /// Identity over line moves.
    pub fingerprint: Fingerprint,
    /// What spoke for it and against it, in words.
    pub evidence: Vec<String>,
    /// Who introduced it, where history was looked at.
    pub commit: Option<Commit>,
    /// Why it does not count, if so.
    pub suppressed: Option<Suppressed>,
}

impl Finding {
    /// The part of the rule id before the slash.
    pub fn family(&self) -> &str {
        family_of(&self.rule)
    }

    /// The order of every report: path, place, rule, fingerprint, commit.
    pub fn sort_key(&self) -> (&str, Span, &str, &Fingerprint, Option<&str>) {
        (&self.path, self.span, &self.rule, &self.fingerprint, self.commit.as_ref().map(|c| c.id.as_str()))
    }
}
