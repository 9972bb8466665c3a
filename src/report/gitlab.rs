//! `gitlab`: GitLab's secret-detection report, schema 15.0.7. Findings of every family are in it: one under the wrong
//! heading is better than one that is missing. The schema asks for the times of the scan.

use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::escape::visible;
use super::{Report, Style, json as json_format, summary};
use crate::finding::{Finding, RuleInfo, Severity};

/// The schema that the document follows.
const SCHEMA_VERSION: &str = "15.0.7";
/// Where nobody says when the scan ran.
const EPOCH: &str = "1970-01-01T00:00:00";
/// The commit of what is not committed.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Writes the document.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (start, end) = report.scanned_at.as_ref().map_or(("", ""), |(start, end)| (start, end));
    let tool = json!({
        "id": "govctl", "name": "govctl", "version": env!("CARGO_PKG_VERSION"), "vendor": {"name": "govctl"},
    });
    let document = json!({
        "version": SCHEMA_VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "secret_detection",
            "start_time": seconds(start),
            "end_time": seconds(end),
            "status": if report.is_complete() { "success" } else { "failure" },
            "messages": messages(report),
        },
        "vulnerabilities": report.active().map(|f| vulnerability(report, f)).collect::<Vec<_>>(),
    });
    json_format::write_document(&document, out)
}

fn messages(report: &Report) -> Vec<Value> {
    let problems = report.errors.iter().cloned().chain(summary::gaps(report)).map(|text| ("warn", text));
    let looked_at = format!("looked at {}", summary::looked_at(report));
    let rest = report.notes.iter().cloned().chain(summary::skipped(report)).chain([looked_at]);
    let all = problems.chain(rest.map(|text| ("info", text))).filter(|(_, text)| !text.is_empty());
    all.map(|(level, text)| json!({"level": level, "value": visible(&text)})).collect()
}

fn vulnerability(report: &Report, finding: &Finding) -> Value {
    let rule = report.rule(&finding.rule);
    let explain = rule.map_or("", |rule| &rule.explain);
    let summary = rule.map_or(finding.message.as_str(), |rule: &RuleInfo| &rule.summary);
    json!({
        "id": id(finding),
        "name": cut(&visible(summary), 255),
        "description": format!("{}\n\n{}", visible(&finding.message), explain).trim(),
        "severity": severity(finding.severity),
        "solution": cut(&finding.help, 7000),
        "identifiers": identifiers(finding),
        "location": location(finding),
        "raw_source_code_extract": visible(&finding.excerpt.text),
    })
}

fn identifiers(finding: &Finding) -> Vec<Value> {
    let rule =
        json!({"type": "govctl_rule", "name": format!("govctl {}", visible(&finding.rule)), "value": &finding.rule});
    let cwe = (finding.family() == "secrets").then(|| {
        json!({"type": "cwe", "name": "CWE-798", "value": "798", "url": "https://cwe.mitre.org/data/definitions/798.html"})
    });
    std::iter::once(rule).chain(cwe).collect()
}

fn location(finding: &Finding) -> Value {
    let commit = match &finding.commit {
        Some(c) => json!({"sha": c.id, "author": c.author, "date": c.date, "message": c.subject}),
        None => json!({"sha": NO_COMMIT}),
    };
    json!({
        "file": finding.path,
        "start_line": finding.span.line,
        "end_line": finding.span.end_line,
        "commit": commit,
    })
}

/// A UUID that is the same in every run for the same finding in the same commit.
fn id(finding: &Finding) -> String {
    let mut hash = Sha256::new();
    hash.update(b"govctl.gitlab-id/1\n");
    hash.update(finding.fingerprint.as_str());
    hash.update(finding.commit.as_ref().map_or("", |c| &c.id));
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}

/// `yyyy-mm-ddThh:mm:ss` of an RFC 3339 time in UTC, as the schema wants it.
fn seconds(time: &str) -> &str {
    let shape = "dddd-dd-ddTdd:dd:dd";
    let fits =
        |text: &str| text.chars().zip(shape.chars()).all(|(c, s)| if s == 'd' { c.is_ascii_digit() } else { c == s });
    time.get(..shape.len()).filter(|text| fits(text)).unwrap_or(EPOCH)
}

fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}
