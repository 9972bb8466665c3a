//! From what the threads collected to the findings of a report: suppression comments and the baseline applied, findings
//! about the comments themselves added, everything sorted.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;

use super::baseline::Baseline;
use super::settings::{Glob, Settings};
use super::suppress::Directive;
use super::{Fingerprint, Scanned};
use crate::finding::{Confidence, Excerpt, Finding, RuleInfo, Severity, Span, Suppressed, Text, TextList};

/// Where the threads put what they find.
#[derive(Default)]
pub struct Collected(Mutex<Scanned>);

impl Collected {
    /// Adds what one text gave.
    pub fn add(&self, scanned: Scanned) {
        if scanned.findings.is_empty() && scanned.directives.is_empty() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.findings.extend(scanned.findings);
        all.directives.extend(scanned.directives);
    }

    /// What there is so far, sorted.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).findings.clone();
        found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        found
    }

    /// The paths and rules of what was found of one family so far.
    pub fn findings_of(&self, family: &str) -> Vec<(String, Text)> {
        let all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.findings.iter().filter(|f| f.family() == family).map(|f| (f.path.clone(), f.rule.clone())).collect()
    }

    /// Everything, in no particular order.
    pub fn into_inner(self) -> Scanned {
        self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// How to finish.
#[derive(Default)]
pub struct Options<'a> {
    /// Accepted findings.
    pub baseline: Option<&'a Baseline>,
    /// Today, `YYYY-MM-DD`, for comments with a date.
    pub today: String,
    /// How many suppression comments the repository may have.
    pub max_suppressions: Option<u32>,
    /// Rules that no comment may silence.
    pub forbid: Vec<Glob>,
    /// The families that ran: a comment for another one cannot be called unused. `None`: do not look for unused ones at
    /// all (a part of a file was looked at, or a file as it once was).
    pub families: Option<Vec<String>>,
    /// Whether not everything that the baseline speaks of was looked at: then none of its entries can be called gone.
    pub partial: bool,
}

/// The sorted findings and what else there is to say.
pub fn finish(collected: Scanned, settings: &Settings, options: &Options<'_>) -> (Vec<Finding>, Vec<String>) {
    let Scanned { mut findings, mut directives } = collected;
    directives.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    directives.dedup_by(|a, b| (&a.path, a.line) == (&b.path, b.line));
    let used = suppress(&mut findings, &directives, &options.today, &options.forbid);
    findings.extend(about_comments(&directives, &used, settings, options));
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings.dedup_by(|a, b| a.sort_key() == b.sort_key());
    let gone = options.baseline.map_or_else(Vec::new, |b| apply_baseline(&mut findings, b));
    (findings, if options.partial { Vec::new() } else { gone })
}

/// Marks what the comments of one text cover, and drops the comments.
pub fn suppress_within(scanned: &mut Scanned, today: &str, forbid: &[Glob]) {
    if !scanned.directives.is_empty() {
        let directives = std::mem::take(&mut scanned.directives);
        suppress(&mut scanned.findings, &directives, today, forbid);
    }
}

/// Marks what a comment covers; says which comments covered something.
fn suppress(findings: &mut [Finding], directives: &[Directive], today: &str, forbid: &[Glob]) -> Vec<bool> {
    let mut at: HashMap<(&str, u32), Vec<usize>> = HashMap::new();
    for (i, directive) in directives.iter().enumerate().filter(|(_, d)| is_valid(d, today)) {
        at.entry((&directive.path, directive.covers)).or_default().push(i);
    }
    let mut used = vec![false; directives.len()];
    for finding in findings {
        if forbid.iter().any(|g| g.matches(&finding.rule)) {
            continue;
        }
        let here = at.get(&(finding.path.as_str(), finding.span.line)).into_iter().flatten();
        for i in here.filter(|i| directives[**i].rules.iter().any(|g| g.matches(&finding.rule))) {
            used[*i] = true;
            finding.suppressed = Some(Suppressed::Comment { reason: directives[*i].reason.clone() });
        }
    }
    used
}

fn is_valid(directive: &Directive, today: &str) -> bool {
    !directive.reason.is_empty() && !is_expired(directive, today)
}

/// A date that is none counts as past: what cannot be read suppresses nothing.
fn is_expired(directive: &Directive, today: &str) -> bool {
    directive.until.as_deref().is_some_and(|until| !is_date(until) || until < today)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
}

fn about_comments(directives: &[Directive], used: &[bool], settings: &Settings, options: &Options<'_>) -> Vec<Finding> {
    let ran = |d: &Directive| {
        options.families.as_ref().is_some_and(|families| {
            d.rules.iter().all(|g| families.iter().any(|f| g.as_str().split('/').next() == Some(f)))
        })
    };
    let mut out = Vec::new();
    for (i, (directive, used)) in directives.iter().zip(used).enumerate() {
        let rule = if directive.reason.is_empty() {
            &NO_REASON
        } else if is_expired(directive, &options.today) {
            &EXPIRED
        } else if directive.rules.iter().any(|g| options.forbid.iter().any(|f| f.matches(g.as_str()))) {
            &FORBIDDEN
        } else if options.max_suppressions.is_some_and(|max| i >= max as usize) {
            &TOO_MANY
        } else if !used && ran(directive) {
            &UNUSED
        } else {
            continue;
        };
        out.extend(about(rule, directive, settings));
    }
    out
}

fn about(rule: &RuleInfo, directive: &Directive, settings: &Settings) -> Option<Finding> {
    if !settings.applies(&rule.id, Some(&directive.path)) {
        return None;
    }
    let class = settings.classes.of(Some(&directive.path));
    let severity = settings.severity_of(&rule.id, class, rule.severity)?;
    let width = u32::try_from(directive.text.chars().count()).unwrap_or(0);
    Some(Finding {
        rule: rule.id.clone(),
        severity,
        action: if severity == Severity::Low { crate::finding::Action::Warn } else { settings.action_of(&rule.id) },
        confidence: Confidence::High,
        path: directive.path.clone(),
        span: Span { line: directive.line, column: 1, end_line: directive.line, end_column: 1 + width },
        message: rule.summary.clone().into_owned(),
        help: rule.help.clone(),
        excerpt: Excerpt { text: directive.text.clone(), start: 0, end: width },
        fingerprint: Fingerprint::new(&rule.id, &directive.path, &directive.text, &[], 0),
        evidence: Vec::new(),
        commit: None,
        suppressed: None,
    })
}

fn apply_baseline(findings: &mut [Finding], baseline: &Baseline) -> Vec<String> {
    for finding in findings.iter_mut().filter(|f| f.suppressed.is_none()) {
        if baseline.accepts(finding) {
            finding.suppressed = Some(Suppressed::Baseline);
        }
    }
    let stale = baseline.stale(findings.iter());
    stale
        .iter()
        .map(|e| {
            format!(
                "the baseline accepts {} in {}, which no longer occurs ({})",
                e.rule,
                e.path,
                e.fingerprint.as_str()
            )
        })
        .collect()
}

/// The rules about suppression comments, messages and reports of coverage, sorted by id.
pub static RULES: [&RuleInfo; 7] =
    [&super::trailers::MISSING, &super::test_coverage::TOO_LOW, &EXPIRED, &FORBIDDEN, &NO_REASON, &TOO_MANY, &UNUSED];

pub(super) const fn rule(
    id: &'static str,
    summary: &'static str,
    severity: Severity,
    explain: &'static str,
    help: &'static str,
) -> RuleInfo {
    const NONE: TextList = Cow::Borrowed(&[]);
    const fn text(s: &'static str) -> Text {
        Cow::Borrowed(s)
    }
    RuleInfo {
        id: text(id),
        summary: text(summary),
        severity,
        explain: text(explain),
        help: text(help),
        hit: NONE,
        miss: NONE,
    }
}

static EXPIRED: RuleInfo = rule(
    "suppressions/expired",
    "A suppression comment whose date has passed",
    Severity::Medium,
    "The comment allowed something until a day that is over (or names a day that is none), so it no longer allows it.",
    "Mend what it allowed and remove the comment, or give it a new date with a reason.",
);
static FORBIDDEN: RuleInfo = rule(
    "suppressions/forbidden",
    "A suppression comment for a rule that no comment may silence",
    Severity::Medium,
    "The policy's checks.suppressions.forbid lists this rule: only the policy itself can make an exception from it.",
    "Remove the comment and mend what it allows, or have the policy changed.",
);
static NO_REASON: RuleInfo = rule(
    "suppressions/no-reason",
    "A suppression comment without a reason",
    Severity::Medium,
    "A comment that allows something must say why, so that the next reader can judge whether it still holds. Without a reason it allows nothing.",
    "Write `govctl: allow <rule id> -- reason`.",
);
static TOO_MANY: RuleInfo = rule(
    "suppressions/too-many",
    "More suppression comments than the policy allows",
    Severity::Medium,
    "The policy's checks.suppressions.max bounds how many findings of a repository may be silenced by comments.",
    "Mend some of what is silenced and remove the comments, or raise checks.suppressions.max.",
);
static UNUSED: RuleInfo = rule(
    "suppressions/unused",
    "A suppression comment that allows nothing",
    Severity::Low,
    "No finding of the rules it names occurs where it speaks of. Left in place it would silence the next one unseen.",
    "Remove the comment.",
);
