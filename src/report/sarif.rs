//! `sarif`: SARIF 2.1.0 with all that GitHub code scanning reads
//! (<https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>).

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::escape::visible;
use super::{Level, Report, Style, json as json_format, summary};
use crate::finding::{Action, Confidence, Finding, RuleInfo, Severity, Suppressed};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What paths are relative to.
const ROOT: &str = "SRCROOT";

/// Writes the log: one run, suppressed findings with their suppressions, logged ones as information.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(report);
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(i, rule)| (rule.id, i)).collect();
    let run = json!({
        "tool": {"driver": {
            "name": "govctl",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.iter().map(descriptor).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of what was scanned"}}},
        "invocations": [invocation(report)],
        "results": report.findings.iter().map(|f| result(f, index.get(&*f.rule).copied())).collect::<Vec<_>>(),
        "properties": {"coverage": report.coverage, "rulesEnabled": report.rules_enabled},
    });
    json_format::write_document(&json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}), out)
}

/// A rule that a finding names, whether or not the report describes it.
struct Rule<'a> {
    id: &'a str,
    info: Option<&'a RuleInfo>,
    example: &'a Finding,
    /// The least of its findings.
    confidence: Confidence,
}

fn rules(report: &Report) -> Vec<Rule<'_>> {
    let mut rules: BTreeMap<&str, Rule<'_>> = BTreeMap::new();
    for finding in &report.findings {
        let rule = rules.entry(&finding.rule).or_insert_with(|| Rule {
            id: &finding.rule,
            info: report.rule(&finding.rule),
            example: finding,
            confidence: finding.confidence,
        });
        rule.confidence = rule.confidence.min(finding.confidence);
    }
    rules.into_values().collect()
}

fn descriptor(rule: &Rule<'_>) -> Value {
    let (summary, explain, help, severity) = match rule.info {
        Some(info) => (&*info.summary, &*info.explain, &*info.help, info.severity),
        None => (rule.example.message.as_str(), "", &*rule.example.help, rule.example.severity),
    };
    let full = if explain.is_empty() { summary } else { explain };
    let help = if help.is_empty() { full } else { help };
    let mut properties = json!({"tags": tags(rule.id), "precision": precision(rule.confidence)});
    if is_security(rule.id) {
        properties["security-severity"] = json!(security_severity(severity));
    }
    json!({
        "id": rule.id,
        "name": pascal_case(rule.id),
        "shortDescription": {"text": cut(&visible(summary))},
        "fullDescription": {"text": cut(full)},
        "help": {"text": help, "markdown": format!("**{}**\n\n{full}\n\n{help}", visible(summary))},
        "defaultConfiguration": {"level": level_name(Level::of_severity(severity))},
        "properties": properties,
    })
}

/// GitHub takes at most 1,024 characters in each description.
fn cut(text: &str) -> String {
    text.chars().take(1024).collect()
}

/// GitHub shows every rule with a security-severity as a security alert; an import out of its layer is none.
fn is_security(rule: &str) -> bool {
    !matches!(crate::finding::family_of(rule), "imports" | "standards")
}

fn tags(rule: &str) -> Vec<&str> {
    let family = crate::finding::family_of(rule);
    let mut tags = vec![if is_security(rule) { "security" } else { "maintainability" }, family];
    if family == "secrets" {
        tags.push("external/cwe/cwe-798");
    }
    tags
}

/// In the middle of the range that GitHub gives each name.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "high",
        Confidence::Low => "medium",
    }
}

fn result(finding: &Finding, rule_index: Option<usize>) -> Value {
    let logged = finding.action == Action::Log;
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "kind": if logged { "informational" } else { "fail" },
        "level": if logged { "none" } else { level_name(Level::of(finding)) },
        "message": {"text": visible(&finding.message)},
        "locations": [location(finding)],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
        "suppressions": finding.suppressed.iter().map(suppression).collect::<Vec<_>>(),
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "action": finding.action,
            "evidence": finding.evidence,
        },
    });
    if let Some(commit) = &finding.commit {
        result["properties"]["commit"] = json!(commit);
    }
    result
}

fn location(finding: &Finding) -> Value {
    let span = finding.span;
    json!({"physicalLocation": {
        "artifactLocation": artifact(&finding.path),
        "region": {
            "startLine": span.line.max(1),
            "startColumn": span.column.max(1),
            "endLine": span.end_line.max(1),
            "endColumn": span.end_column.max(1),
            "snippet": {"text": visible(&finding.excerpt.text)},
        },
    }})
}

fn suppression(why: &Suppressed) -> Value {
    match why {
        Suppressed::Comment { reason } => json!({"kind": "inSource", "status": "accepted", "justification": reason}),
        Suppressed::Baseline => json!({"kind": "external", "status": "accepted", "justification": "in the baseline"}),
        Suppressed::Policy { reason } => json!({"kind": "external", "status": "accepted", "justification": reason}),
    }
}

/// Errors and gaps make the run unsuccessful; notes do not.
fn invocation(report: &Report) -> Value {
    let notification = |level: &str, text: &str| json!({"level": level, "message": {"text": visible(text)}});
    let failed = report.coverage.named.iter().filter(|skip| skip.reason.is_failure()).map(|skip| {
        let mut told = notification("error", &format!("could not look at this: {}", skip.reason.describe()));
        told["locations"] = json!([{"physicalLocation": {"artifactLocation": artifact(&skip.path)}}]);
        told
    });
    let problems = report.errors.iter().cloned().chain(summary::gaps(report)).map(|text| notification("error", &text));
    let notes = report.notes.iter().map(|text| notification("note", text));
    json!({
        "executionSuccessful": report.is_complete(),
        "toolExecutionNotifications": problems.chain(failed).chain(notes).collect::<Vec<_>>(),
    })
}

fn artifact(path: &str) -> Value {
    match path.strip_prefix('/') {
        Some(_) => json!({"uri": format!("file://{}", percent_encoded(path))}),
        None => json!({"uri": percent_encoded(path), "uriBaseId": ROOT}),
    }
}

/// RFC 3986: everything but unreserved characters and `/`, so that no part of a path can be taken for a scheme or query.
fn percent_encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// `secrets/aws-access-key` → `SecretsAwsAccessKey`.
fn pascal_case(id: &str) -> String {
    id.split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|part| part.split_at_checked(1))
        .fold(String::new(), |out, (first, rest)| out + &first.to_ascii_uppercase() + rest)
}
